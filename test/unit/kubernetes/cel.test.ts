import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { publishedRules } from "../../../src/core/kubernetes/cel/published-rules.ts";
import { celViolations } from "../../../src/core/kubernetes/cel/violations.ts";
import { crdSchema, isCoreKind, missingCrdSchemas } from "../../support/kubernetes-schemas.ts";
import { cases, generate, workloadOf } from "../../support/kubernetes-workloads.ts";
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

/** A value that breaks the rule, and one that passes it, where the rule holds; by the rule's text. */
const samples: Readonly<Record<string, { readonly breaks: unknown; readonly passes: unknown }>> = {
  "!(has(self.startupPolicy) && self.startupPolicy.startupPolicyOrder == 'InOrder' && self.replicatedJobs.exists(x, has(x.dependsOn)))":
    {
      breaks: {
        startupPolicy: { startupPolicyOrder: "InOrder" },
        replicatedJobs: [{ name: "a" }, { name: "b", dependsOn: [{ name: "a", status: "Ready" }] }],
      },
      passes: { startupPolicy: { startupPolicyOrder: "AnyOrder" }, replicatedJobs: [{ name: "b", dependsOn: [] }] },
    },
  "self.templates.all(t, !has(t.metadata.namespace) || size(t.metadata.namespace) == 0)": {
    breaks: { templates: [{ metadata: { name: "a" } }, { metadata: { namespace: "ml" } }] },
    passes: { templates: [{ metadata: { name: "a", namespace: "" } }] },
  },
  "self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')": {
    breaks: { metadata: { name: "4bert" } },
    passes: { metadata: { name: "bert-4" } },
  },
  "size(self.metadata.name) <= 63": {
    breaks: { metadata: { name: "b".repeat(64) } },
    passes: { metadata: { name: "b".repeat(63) } },
  },
  "self == '' || self.matches('^[A-Za-z][A-Za-z0-9+.-]*://.+$')": { breaks: "models/bert", passes: "s3://models/bert" },
  "self in ['trainer.kubeflow.org/trainjob-controller', 'kueue.x-k8s.io/multikueue']": {
    breaks: "me",
    passes: "kueue.x-k8s.io/multikueue",
  },
  "self in ['ray.io/kuberay-operator', 'kueue.x-k8s.io/multikueue']": {
    breaks: "me",
    passes: "ray.io/kuberay-operator",
  },
  "self >= 1": { breaks: 0, passes: 1 },
  "has(self.lastUpdatedTime)": {
    breaks: { progressPercentage: 5 },
    passes: { lastUpdatedTime: "2026-01-01T00:00:00Z" },
  },
  "[has(self.torch), has(self.mpi), has(self.jax), has(self.xgboost),has(self.flux)].filter(x, x).size() <= 1": {
    breaks: { torch: {}, mpi: {} },
    passes: { torch: {} },
  },
  "!self.exists(c, c == 'node')": { breaks: ["sidecar", "node"], passes: ["sidecar"] },
  "!((has(self.onSuccess) || has(self.onFailure)) && has(self.deletionRules))": {
    breaks: { onSuccess: {}, onFailure: {}, deletionRules: [] },
    passes: { onSuccess: {}, onFailure: {} },
  },
  "((has(self.onSuccess) && has(self.onFailure)) || has(self.deletionRules))": {
    breaks: { onSuccess: {} },
    passes: { deletionRules: [] },
  },
  "!(has(self.jobStatus) && has(self.jobDeploymentStatus))": {
    breaks: { jobStatus: "FAILED", jobDeploymentStatus: "Failed" },
    passes: { jobStatus: "FAILED" },
  },
  "has(self.jobStatus) || has(self.jobDeploymentStatus)": {
    breaks: { ttlSeconds: 5 },
    passes: { jobDeploymentStatus: "Failed" },
  },
  "!has(self.cohortName) && has(self.resourceGroups) ? self.resourceGroups.all(rg, rg.flavors.all(f, f.resources.all(r, !has(r.borrowingLimit)))) : true":
    {
      breaks: { resourceGroups: [{ coveredResources: ["cpu"], flavors: [{ resources: [{ borrowingLimit: "1" }] }] }] },
      passes: {
        cohortName: "all",
        resourceGroups: [{ coveredResources: ["cpu"], flavors: [{ resources: [{ borrowingLimit: "1" }] }] }],
      },
    },
  "!has(self.preference) || (self.whenCanBorrow == 'TryNextFlavor' && self.whenCanPreempt == 'TryNextFlavor')": {
    breaks: { preference: "BorrowingOverPreemption" },
    passes: { preference: "BorrowingOverPreemption", whenCanBorrow: "TryNextFlavor" },
  },
  "!(self.reclaimWithinCohort == 'Never' && has(self.borrowWithinCohort) &&  self.borrowWithinCohort.policy != 'Never')":
    {
      breaks: { borrowWithinCohort: { policy: "LowerPriority" } },
      passes: { reclaimWithinCohort: "Any", borrowWithinCohort: { policy: "LowerPriority" } },
    },
  "self.flavors.all(x, size(x.resources) == size(self.coveredResources))": {
    breaks: { coveredResources: ["cpu", "memory"], flavors: [{ resources: [{ name: "cpu" }] }] },
    passes: { coveredResources: ["cpu"], flavors: [{ resources: [{ name: "cpu" }] }] },
  },
  "!has(self.topologyName) || self.nodeLabels.size() >= 1": {
    breaks: { topologyName: "racks" },
    passes: { topologyName: "racks", nodeLabels: { a: "b" } },
  },
  "self.all(x, x.effect in ['NoSchedule', 'PreferNoSchedule', 'NoExecute'])": {
    breaks: [{ key: "a", effect: "Never" }],
    passes: [{ key: "a", effect: "NoExecute" }],
  },
  "self.all(x, !has(x.key) ? x.operator == 'Exists' : true)": {
    breaks: [{ operator: "Equal" }],
    passes: [{ operator: "Exists" }],
  },
  "self.all(x, has(x.tolerationSeconds) ? x.effect == 'NoExecute' : true)": {
    breaks: [{ key: "a", tolerationSeconds: 5 }],
    passes: [{ key: "a", tolerationSeconds: 5, effect: "NoExecute" }],
  },
  "self.all(x, !has(x.operator) || x.operator in ['Equal', 'Exists'])": {
    breaks: [{ key: "a", operator: "In" }],
    passes: [{ key: "a", operator: "Equal" }],
  },
  "self.all(x, has(x.operator) && x.operator == 'Exists' ? !has(x.value) : true)": {
    breaks: [{ key: "a", operator: "Exists", value: "b" }],
    passes: [{ key: "a", operator: "Exists" }],
  },
  "self.all(x, !has(x.effect) || x.effect in ['NoSchedule', 'PreferNoSchedule', 'NoExecute'])": {
    breaks: [{ key: "a", effect: "Never" }],
    passes: [{ key: "a", effect: "NoSchedule" }],
  },
  "!has(self.minReplicaCount) || self.minReplicaCount <= (has(self.maxReplicaCount) ? self.maxReplicaCount : 100)": {
    breaks: { minReplicaCount: 101 },
    passes: { minReplicaCount: 101, maxReplicaCount: 101 },
  },
};

/** A resource with the value where the path leads. */
function withValue(kind: string, apiVersion: string, path: string, value: unknown): Fields {
  const inner = path
    .split(/\.|(?=\[\])/)
    .filter((part) => part !== "")
    .reduceRight((held: unknown, part) => (part === "[]" ? [held] : { [part]: held }), value) as Fields;
  return { kind, apiVersion, metadata: { name: "bert" }, ...inner };
}

const karpenterKinds = new Set(["EC2NodeClass", "NodePool", "NodeOverlay"]);
const tested = publishedRules
  .filter(({ kind }) => !karpenterKinds.has(kind))
  .flatMap(({ kind, apiVersion, rules }) =>
    rules.map((rule) => [`${kind} ${rule.path}: ${rule.rule}`, kind, apiVersion, rule] as const),
  );

describe("every rule has a resource that breaks it and one that passes", () => {
  it.each(tested)("%s", (_, kind, apiVersion, rule) => {
    const broken = (value: unknown) =>
      celViolations(withValue(kind, apiVersion, rule.path, value)).some((each) => each.rule === rule);
    const { breaks, passes } = samples[rule.rule.replace(/\n/g, " ")]!;
    expect([broken(breaks), broken(passes)]).toEqual([true, false]);
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

describe.skipIf(missingCrdSchemas())("the published schemas", () => {
  const written = [...new Set(cases.flatMap((each) => generate(workloadOf(each), each.kind)).map(resourceOf))]
    .filter((resource) => !isCoreKind(resource.split(" ")[0]!))
    .toSorted();
  const listed = new Set(facts.resources.map(resourceOf));

  it("are read for every custom resource that aiplat generates: scripts/build-cel-rules.mjs --refresh FOLDER reads one more", () => {
    expect(written.filter((resource) => !listed.has(resource))).toEqual([]);
  });

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
    ];
  }

  it.each(facts.resources)("have no other rules of $kind than the facts", ({ kind, apiVersion, rules, leftOut }) => {
    const known = [...rules, ...leftOut].map(({ path, rule, message }) => `${path} | ${rule} | ${message}`);
    expect(known.toSorted()).toEqual(published(crdSchema(apiVersion, kind), "").toSorted());
    expect(leftOut.filter(({ rule }) => !rule.includes("oldSelf"))).toEqual([]);
  });
});
