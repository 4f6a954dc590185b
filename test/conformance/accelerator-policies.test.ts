// The policies of --with are held to their own engines: Gatekeeper's gator, where it is on the PATH, and CEL as an API
// server evaluates it, where KUBEBUILDER_ASSETS names one.
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ruleMessages } from "../../src/core/kubernetes/accelerator-rules.ts";
import type { Manifest } from "../../src/core/kubernetes/manifest.ts";
import { formatManifests } from "../../src/output/yaml.ts";
import { missingServers, startKubernetes, type KubernetesServer } from "../support/kubernetes-server.ts";
import { brokenPods, kyvernoRule, podsOfEveryKind, policies, type PolicyPod } from "../support/policy-pods.ts";
import { missingAnyway, missingTools } from "../support/tools.ts";

const podOf = ({ spec }: PolicyPod, name: string): Manifest => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "ml" },
  spec,
});

describe.skipIf(missingAnyway("gator"))("gator", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "aiplat-gator-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** The rules that pods break, by their names. */
  async function broken(pods: readonly Manifest[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const file = join(folder, "all.yaml");
    const gatekeeper = policies().filter(({ kind }) => kind !== "Policy");
    await writeFile(file, formatManifests([...gatekeeper, ...pods]));
    // It exits with 1 where there are violations.
    const { stdout } = spawnSync("gator", ["test", "--filename", file, "--output", "json"], { encoding: "utf8" });
    // Where there are none it prints null.
    const found = (JSON.parse(stdout) ?? []) as readonly {
      readonly msg: string;
      readonly violatingObject: { readonly metadata: { readonly name: string } };
    }[];
    const of = (name: string) =>
      Object.keys(ruleMessages).filter((rule) =>
        found.some(
          ({ msg, violatingObject }) =>
            violatingObject.metadata.name === name && msg.endsWith(ruleMessages[rule as keyof typeof ruleMessages]),
        ),
      );
    return new Map(pods.map(({ metadata: { name } }) => [name, of(name)]));
  }

  it("passes every pod that aiplat writes", async () => {
    const pods = podsOfEveryKind().map((pod, index) => podOf(pod, `pod-${index}`));
    expect([...(await broken(pods))].filter(([, rules]) => rules.length > 0)).toEqual([]);
  });

  it("refuses each broken pod for what is broken", async () => {
    const found = await broken(brokenPods.map((pod, index) => podOf(pod, `pod-${index}`)));
    expect(brokenPods.map(({ name }, index) => [name, found.get(`pod-${index}`)])).toEqual(
      brokenPods.map(({ name, breaks }) => [name, breaks]),
    );
  });
});

const noServer = missingServers("etcd", "kube-apiserver") || missingTools("kubectl");

describe.skipIf(noServer)("an API server that evaluates the CEL of Kyverno's policy", () => {
  let server: KubernetesServer;
  beforeAll(async () => {
    server = await startKubernetes();
    const { variables, expressions } = kyvernoRule();
    const name = "accelerators";
    await server.create([
      { apiVersion: "v1", kind: "Namespace", metadata: { name: "ml" } },
      { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace: "ml" } },
      {
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "ValidatingAdmissionPolicy",
        metadata: { name },
        spec: {
          failurePolicy: "Fail",
          matchConstraints: {
            resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] }],
          },
          variables,
          validations: expressions,
        },
      },
      {
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "ValidatingAdmissionPolicyBinding",
        metadata: { name },
        spec: { policyName: name, validationActions: ["Deny"] },
      },
    ]);
    // The policy holds some time after it is there.
    for (;;) if ((await refusal(brokenPods[0]!)).includes(ruleMessages.scheduler)) break;
  }, 300_000);
  afterAll(() => server?.stop());

  async function refusal(pod: PolicyPod): Promise<string> {
    const { stderr } = await server.kubectl(["create", "--dry-run=server", "-f", "-"], [podOf(pod, "pod")]);
    return stderr;
  }

  it("refuses each broken pod, for the first of what is broken, and passes the others", async () => {
    const answers: (readonly [string, string])[] = [];
    for (const pod of brokenPods) answers.push([pod.name, await refusal(pod)]);
    // Of limits of devices the API server has a rule of its own, which it asks before any policy.
    const expected = ([first, ...more]: readonly (keyof typeof ruleMessages)[]): unknown =>
      first === undefined
        ? ""
        : expect.stringMatching(
            [first, ...more].includes("limits") ? /is invalid|have to|has to/ : new RegExp(ruleMessages[first]),
          );
    expect(answers).toEqual(brokenPods.map(({ name, breaks }) => [name, expected(breaks)]));
  });
});
