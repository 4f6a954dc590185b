import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { publishedRules } from "../../../src/core/kubernetes/cel/published-rules.ts";
import type { KubernetesSettings } from "../../../src/core/kubernetes/generate.ts";
import { celViolations } from "../../../src/core/kubernetes/cel/violations.ts";
import { companionKinds } from "../../../src/core/kubernetes/companions.ts";
import { crdSchema, isCoreKind, isCoreName, missingCrdSchemas } from "../../support/kubernetes-schemas.ts";
import { readGolden } from "../../support/kubernetes-server.ts";
import { policies } from "../../support/policy-pods.ts";
import { cases, generate, workloadOf } from "../../support/kubernetes-workloads.ts";
import { celSamples } from "../../support/cel-samples.ts";
import { Refusal } from "../../../src/core/base/problem.ts";

type Fields = Readonly<Record<string, unknown>>;

interface PublishedRule {
  readonly path: string;
  readonly rule: string;
  readonly message: string;
}

const facts = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../facts/custom-resource-rules.json"), "utf8"),
) as {
  readonly resources: readonly {
    readonly kind: string;
    readonly apiVersion: string;
    readonly rules: readonly PublishedRule[];
    readonly leftOut: readonly PublishedRule[];
  }[];
};
const resourceOf = ({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }) =>
  `${apiVersion} ${kind}`;

/** A resource with the value where the path leads. */
function withValue(kind: string, apiVersion: string, path: string, value: unknown): Fields {
  const inner = path
    .split(/\.|(?=\[\]|\{\})/)
    .filter((part) => part !== "")
    .reduceRight(
      (held: unknown, part) => (part === "[]" ? [held] : { [part === "{}" ? "any" : part]: held }),
      value,
    ) as Fields;
  return { kind, apiVersion, metadata: { name: "bert" }, ...inner };
}

const karpenterKinds = new Set(["EC2NodeClass", "NodePool", "NodeOverlay"]);
const tested = Object.values(publishedRules)
  .map((make) => make())
  .filter(({ kind }) => !karpenterKinds.has(kind))
  .flatMap(({ kind, apiVersion, rules }) =>
    rules.map((rule) => [`${kind} ${rule.path}: ${rule.rule}`, kind, apiVersion, rule] as const),
  );

describe("every rule has a resource that breaks it and one that passes", () => {
  it.each(tested)("%s", (_, kind, apiVersion, rule) => {
    const broken = (value: unknown) =>
      celViolations(withValue(kind, apiVersion, rule.path, value)).some(
        (each) => each.rule.rule === rule.rule && each.rule.path === rule.path,
      );
    const { breaks, passes } = celSamples[rule.rule.replace(/\n/g, " ")]!;
    expect([broken(breaks), broken(passes)]).toEqual([breaks !== undefined, false]);
  });

  it("says where", () => {
    const violations = celViolations({
      kind: "RayJob",
      apiVersion: "ray.io/v1",
      metadata: { name: "bert" },
      spec: { deletionStrategy: { deletionRules: [{ condition: { jobStatus: "FAILED" } }, { condition: {} }] } },
    });
    expect(violations.map(({ path, rule }) => `${path}: ${rule.message}`)).toEqual([
      "spec.deletionStrategy.deletionRules[1].condition: the deletion condition requires either the JobStatus or the JobDeploymentStatus field.",
    ]);
  });
});

describe("what aiplat generates", () => {
  it("breaks none", () => {
    for (const each of cases)
      expect(generate(workloadOf(each), each.kind).flatMap((manifest) => celViolations(manifest))).toEqual([]);
  });

  it("is refused where raw fields break one", () => {
    const workload = workloadOf({ kind: "RayCluster", accelerator: "neuron", devices: "whole instance", nodes: 1 });
    expect(() => generate({ ...workload, eks: { resource: { spec: { managedBy: "me" } } } }, "RayCluster")).toThrow(
      Refusal,
    );
    expect(() => generate({ ...workload, eks: { resource: { spec: { managedBy: "me" } } } }, "RayCluster")).toThrow(
      "RayCluster spec.managedBy: the managedBy field value must be either 'ray.io/kuberay-operator' or 'kueue.x-k8s.io/multikueue'",
    );
  });
});

describe("what goes with a workload", () => {
  const workload = workloadOf({ kind: "Deployment", accelerator: "neuron", devices: "whole instance", nodes: 1 });
  const refused = (companions: Readonly<Record<string, Fields>>, settings: KubernetesSettings) => () =>
    generate({ ...workload, eks: { ...workload.eks, companions } }, "Deployment", settings);

  it("is refused where raw fields break a rule of an HTTPRoute's", () => {
    const again = { spec: { parentRefs: [{ name: "public" }, { name: "public" }] } };
    expect(refused({ HTTPRoute: again }, { extras: ["http-route"], gateway: { name: "public" } })).toThrow(
      "HTTPRoute spec.parentRefs: sectionName must be unique when parentRefs includes 2 or more references to the same parent",
    );
  });

  it("is refused where they break one of what applies it out of Git", () => {
    const gitops = { tool: "flux", repoUrl: "https://github.com/acme/a", path: "bert", revision: "main" } as const;
    expect(refused({ GitRepository: { spec: { serviceAccountName: "a" } } }, { gitops })).toThrow(
      "GitRepository spec: serviceAccountName can only be set when provider is 'azure' or 'aws'",
    );
  });
});

describe("the facts", () => {
  /** Kinds without a published schema: Auto Mode's own, and what Gatekeeper makes of its template. */
  const unpublished: ReadonlySet<string> = new Set(["NodeClass", "AiplatAccelerators"]);
  const listed = new Set(facts.resources.map(resourceOf));
  const goldens = ["eks", "eks-nodes"].flatMap((folder) => {
    const path = join(import.meta.dirname, "../../golden", folder);
    return readdirSync(path)
      .filter((file) => file.endsWith(".yaml"))
      .map((file) => join(path, file));
  });

  // scripts/build-cel-rules.mjs --refresh FOLDER reads one more.
  it("have every custom resource that aiplat writes, in its version", async () => {
    const written = [
      ...cases.flatMap((each) => generate(workloadOf(each), each.kind)),
      ...(await Promise.all(goldens.map(readGolden))).flat(),
      ...policies(),
    ].filter(({ apiVersion, kind }) => !isCoreKind(apiVersion) && !unpublished.has(kind));
    expect([...new Set(written.map(resourceOf))].filter((resource) => !listed.has(resource))).toEqual([]);
  });

  it("have every kind that ever goes with a workload", () => {
    const names = new Set(facts.resources.map(({ kind }) => kind));
    expect(
      Object.keys(companionKinds).filter((kind) => !names.has(kind) && !isCoreName(kind) && !unpublished.has(kind)),
    ).toEqual([]);
  });
});

describe.skipIf(missingCrdSchemas())("the published schemas", () => {
  function published(schema: Fields, path: string): readonly string[] {
    const own = ((schema["x-kubernetes-validations"] ?? []) as readonly { rule: string; message: string }[]).map(
      ({ rule, message }) => `${path} | ${rule} | ${message}`,
    );
    const properties = Object.entries((schema["properties"] ?? {}) as Readonly<Record<string, Fields>>).flatMap(
      ([name, each]) => published(each, path === "" ? name : `${path}.${name}`),
    );
    return [
      ...own,
      ...properties,
      ...(schema["items"] === undefined ? [] : published(schema["items"] as Fields, `${path}[]`)),
      ...(typeof schema["additionalProperties"] === "object"
        ? published(schema["additionalProperties"] as Fields, `${path}{}`)
        : []),
    ];
  }

  it.each(facts.resources)("have no other rules of $kind than the facts", ({ kind, apiVersion, rules, leftOut }) => {
    const known = [...rules, ...leftOut].map(({ path, rule, message }) => `${path} | ${rule} | ${message}`);
    expect(known.toSorted()).toEqual(published(crdSchema(apiVersion, kind), "").toSorted());
    expect(leftOut.filter(({ rule }) => !rule.includes("oldSelf"))).toEqual([]);
  });
});
