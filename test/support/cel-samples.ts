import { companionSamples } from "./cel-samples-of-companions.ts";
import { gatewaySamples } from "./cel-samples-of-routes.ts";
import { llmSamples, workflowSamples } from "./cel-samples-of-services.ts";

export interface CelSample {
  /** Left out where nothing does: the API server fills in what the rule asks for. */
  readonly breaks?: unknown;
  readonly passes: unknown;
}

/** A value that breaks the rule, and one that passes it, where the rule holds; by the rule's text. */
const samples: Readonly<Record<string, CelSample>> = {
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

/** By the rule's text. */
export const celSamples: Readonly<Record<string, CelSample>> = {
  ...samples,
  ...workflowSamples,
  ...llmSamples,
  ...gatewaySamples,
  ...companionSamples,
};
