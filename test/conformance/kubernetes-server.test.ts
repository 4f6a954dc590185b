// What aiplat writes is held to a real API server and scheduler: `npm run apiserver` finds or builds them, and
// KUBEBUILDER_ASSETS names their folder.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { celViolations } from "../../src/core/kubernetes/cel/violations.ts";
import { generateManifests, resolveForKubernetes } from "../../src/core/kubernetes/generate.ts";
import { gitopsTools } from "../../src/core/kubernetes/gitops.ts";
import { kinds } from "../../src/core/kubernetes/kinds.ts";
import type { Manifest } from "../../src/core/kubernetes/manifest.ts";
import {
  podSecurityBreaches,
  podSecurityLevels,
  podsIn,
  strictestLevel,
} from "../../src/core/kubernetes/pod-security.ts";
import { runCli } from "../support/cli.ts";
import { runs, testSeed } from "../support/depth.ts";
import { everyWordAs } from "../support/every-word.ts";
import { valuesFor } from "../support/extra-values.ts";
import { missingCrdSchemas } from "../support/kubernetes-schemas.ts";
import {
  customResourceDefinitions,
  missingServers,
  readGolden,
  startKubernetes,
  type KubernetesServer,
} from "../support/kubernetes-server.ts";
import { cases, generate, workloadOf } from "../support/kubernetes-workloads.ts";
import { autoModeOf, karpenterOf, nodeCases } from "../support/nodes.ts";
import { randomManifests } from "../support/random-kubernetes.ts";
import { exportsOf, pathsFor, templates, workloadFilesOf } from "../support/templates.ts";
import { missingTools } from "../support/tools.ts";

const root = join(import.meta.dirname, "../..");
const golden = join(root, "test/golden/eks");
const skipped = missingServers("etcd", "kube-apiserver") || missingTools("kubectl") || missingCrdSchemas();
const random = skipped ? [] : randomManifests(runs(500), testSeed ?? 16);

/** The kind that EKS Auto Mode brings, of which AWS publishes no schema, and one that Gatekeeper makes of its template. */
const withoutSchema: ReadonlySet<string> = new Set(["NodeClass", "AiplatAccelerators"]);

/** The manifest in the namespace that there is, with the fields of its `spec` replaced. */
const inMl = ({ metadata, spec, ...rest }: Manifest, fields: object = {}): Manifest => ({
  ...rest,
  metadata: { ...metadata, namespace: "ml" },
  spec: { ...(spec as object), ...fields },
});

/** What the API server refuses, in its words; every manifest goes in one call. */
async function refusals(server: KubernetesServer, all: readonly Manifest[]): Promise<string> {
  const manifests = all.filter(({ kind }) => !withoutSchema.has(kind));
  const { stdout, stderr } = await server.kubectl(
    ["apply", "--server-side", "--dry-run=server", "--validate=strict", "--field-manager=aiplat", "-f", "-"],
    manifests,
  );
  const refused = stderr.split("\n").filter((line) => line !== "" && !line.startsWith("Warning: "));
  const taken = stdout.split("\n").filter((line) => line !== "").length;
  process.stderr.write(`${taken} of ${manifests.length} manifests taken\n`);
  if (refused.length === 0 && taken !== manifests.length)
    throw new Error(`${taken} of ${manifests.length} were answered`);
  return refused.join("\n");
}

describe.skipIf(skipped)("a real API server takes", () => {
  let server: KubernetesServer;
  beforeAll(async () => {
    server = await startKubernetes();
    await server.create([
      ...customResourceDefinitions(),
      { apiVersion: "v1", kind: "Namespace", metadata: { name: "ml" } },
      ...podSecurityLevels.map((level) => ({
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: level, labels: { "pod-security.kubernetes.io/enforce": level } },
      })),
    ]);
    for (;;) {
      const wait = ["wait", "--for=condition=Established", "crd", "--all", "--timeout=200s"];
      const { code, stderr } = await server.kubectl(wait);
      if (code === 0) break;
      // kubectl stumbles over a definition that has no condition yet.
      if (!stderr.includes(".status.conditions accessor error")) throw new Error(stderr);
    }
  }, 300_000);
  afterAll(() => server?.stop());

  it("every golden manifest", async () => {
    const manifests = await Promise.all(readdirSync(golden).map((file) => readGolden(join(golden, file))));
    expect(await refusals(server, manifests.flat())).toBe("");
  });

  it("every kind by accelerator, devices and nodes", async () => {
    expect(
      await refusals(
        server,
        cases.flatMap((each) => generate(workloadOf(each), each.kind)),
      ),
    ).toBe("");
  });

  it("every word of the workload file in every kind", async () => {
    expect(
      await refusals(
        server,
        kinds.flatMap((kind) => everyWordAs(kind).manifests),
      ),
    ).toBe("");
  });

  it("every template", async () => {
    const manifests: Manifest[] = [];
    for (const template of templates.filter(({ targets }) => targets.includes("eks")))
      for (const file of workloadFilesOf(template).keys()) {
        const { stdout } = await runCli(["eks", "generate", ...pathsFor(template, file, "eks")], {
          cwd: join(root, "templates", template.name),
          env: exportsOf(template),
        });
        manifests.push(...parseAllDocuments(stdout).map((document) => document.toJS() as Manifest));
      }
    const namespaces = new Set(manifests.map(({ metadata }) => metadata.namespace ?? "default"));
    const missing = [...namespaces].filter((name) => name !== "default" && name !== "ml");
    await server.create(missing.map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } })));
    expect(manifests.length).toBeGreaterThan(1);
    expect(await refusals(server, manifests)).toBe("");
  });

  it("the nodes of Karpenter, and the NodePools of Auto Mode", async () => {
    const found = { subnets: [], securityGroups: [] };
    expect(
      await refusals(server, [
        ...Object.values(nodeCases).flatMap((each) => karpenterOf(each)),
        ...["g5.xlarge", "inf2.24xlarge"].flatMap((type) => autoModeOf({ types: [type], settings: found })),
      ]),
    ).toBe("");
  });

  it("random workloads", async () => {
    expect(
      await refusals(
        server,
        random.flatMap(({ manifests }) => manifests),
      ),
    ).toBe("");
  });

  it("what applies the manifests out of Git, and none of what breaks a rule in CEL that aiplat finds broken too", async () => {
    const workload = workloadOf({ kind: "Deployment", accelerator: "nvidia", devices: "one device", nodes: 1 });
    const git = { repoUrl: "https://github.com/acme/a", path: "bert", revision: "main" };
    const gitops = gitopsTools.flatMap(
      (tool) => generateManifests(resolveForKubernetes(workload), { gitops: { tool, ...git } }).gitops,
    );
    // The namespaces of the controllers are not here.
    expect(
      await refusals(
        server,
        gitops.map((each) => inMl(each)),
      ),
    ).toBe("");

    const extras = ["http-route", "istio-canary"] as const;
    const routes = extras.flatMap((extra) =>
      generate(workload, "Deployment", { extras: [extra], ...valuesFor([extra]) }).slice(1),
    );
    const broken = [
      ["HTTPRoute", { parentRefs: [{ name: "a" }, { name: "a" }] }],
      ["HTTPRoute", { parentRefs: [{ name: "a" }, { name: "a", sectionName: "b" }] }],
      ["HTTPRoute", { rules: [{ backendRefs: [{ name: "a" }] }] }],
      ["HTTPRoute", { rules: [{ matches: [{ path: { type: "Exact", value: "a" } }] }] }],
      ["HTTPRoute", { rules: [{ filters: [{ type: "URLRewrite" }] }] }],
      ["HTTPRoute", { rules: [{ timeouts: { request: "1s", backendRequest: "2s" } }] }],
      ["VirtualService", { http: [{ timeout: "100us" }] }],
      ["DestinationRule", { workloadSelector: { matchLabels: { "a*": "b" } } }],
      ["GitRepository", { serviceAccountName: "a" }],
    ] as const;
    for (const [kind, spec] of broken) {
      const good = [...routes, ...gitops].find((each) => each.kind === kind)!;
      const bad = inMl(good, spec);
      const found = celViolations(bad);
      expect(found).not.toEqual([]);
      const said = await refusals(server, [bad]);
      for (const { rule } of found) expect(said).toContain(rule.message);
    }
  });

  it("and refuses a field that there is not", async () => {
    const [deployment] = generate(
      workloadOf({ kind: "Deployment", accelerator: "neuron", devices: "one device", nodes: 1 }),
      "Deployment",
    );
    const typo = JSON.parse(JSON.stringify(deployment).replace('"tolerations"', '"tolerationz"')) as Manifest;
    expect(await refusals(server, [typo])).toMatch(/tolerationz/);
  });

  it("pods under the strictest Pod Security level that they are said to meet, and not under a stricter one", async () => {
    const goldens = await Promise.all(readdirSync(golden).map((file) => readGolden(join(golden, file))));
    const pods = [...goldens.flat(), ...random.flatMap(({ manifests }) => manifests)]
      .flatMap((manifest) => podsIn(manifest))
      .map(({ spec, annotations = {} }, index) => {
        const containers = (spec["containers"] as readonly object[]).map((container) => ({
          name: "model",
          image: "model:1",
          ...container,
        }));
        return {
          level: strictestLevel(podSecurityBreaches({ spec, annotations })),
          pod: {
            apiVersion: "v1",
            kind: "Pod",
            metadata: { name: `pod-${index}`, annotations },
            spec: { ...spec, containers, priorityClassName: undefined },
          },
        };
      });
    expect(new Set(pods.map(({ level }) => level))).toEqual(new Set(podSecurityLevels));
    for (const [index, level] of podSecurityLevels.entries()) {
      const { stdout, stderr } = await server.kubectl(
        ["create", "--dry-run=server", "--validate=ignore", "--namespace", level, "-o", "name", "-f", "-"],
        pods.map(({ pod }) => pod),
      );
      const taken = new Set(stdout.trim().split("\n"));
      const said = pods.filter((each) => podSecurityLevels.indexOf(each.level) <= index);
      const others = stderr.split("\n").filter((line) => line !== "" && !line.includes("violates PodSecurity"));
      expect(others.filter((line) => !line.startsWith("Warning: "))).toEqual([]);
      expect([...taken].toSorted()).toEqual(said.map(({ pod }) => `pod/${pod.metadata.name}`).toSorted());
    }
  });
});
