/** ray-project/kuberay @feeaf72 */
import { below, has, immutable, oneOf, type RuleOf } from "./rule.ts";

const rayManagers = ["ray.io/kuberay-operator", "kueue.x-k8s.io/multikueue"];

const rayManagedBy = [
  immutable("managedBy", "the managedBy field is immutable"),
  oneOf(
    "managedBy",
    rayManagers,
    `the managedBy field value must be either '${rayManagers[0]}' or '${rayManagers[1]}'`,
  ),
];

/** Of a RayCluster's spec, wherever it stands. */
const rayCluster = [
  immutable("gcsFaultToleranceOptions.backend", "gcsFaultToleranceOptions.backend is immutable"),
  ...rayManagedBy,
];

export const rayClusterRules = below("spec", rayCluster);
export const rayServiceRules = [...below("spec", rayManagedBy), ...below("spec.rayClusterConfig", rayCluster)];

const rayJob = [
  {
    path: "deletionStrategy",
    rule: "!((has(self.onSuccess) || has(self.onFailure)) && has(self.deletionRules))",
    message:
      "legacy policies (onSuccess/onFailure) and deletionRules cannot be used together within the same " +
      "deletionStrategy",
    holds: (self) => !((has(self, "onSuccess") || has(self, "onFailure")) && has(self, "deletionRules")),
  },
  {
    path: "deletionStrategy",
    rule: "((has(self.onSuccess) && has(self.onFailure)) || has(self.deletionRules))",
    message:
      "deletionStrategy requires either BOTH onSuccess and onFailure, OR the deletionRules field (cannot be empty)",
    holds: (self) => (has(self, "onSuccess") && has(self, "onFailure")) || has(self, "deletionRules"),
  },
  {
    path: "deletionStrategy.deletionRules[].condition",
    rule: "!(has(self.jobStatus) && has(self.jobDeploymentStatus))",
    message: "JobStatus and JobDeploymentStatus cannot be used together within the same deletion condition.",
    holds: (self) => !(has(self, "jobStatus") && has(self, "jobDeploymentStatus")),
  },
  {
    path: "deletionStrategy.deletionRules[].condition",
    rule: "has(self.jobStatus) || has(self.jobDeploymentStatus)",
    message: "the deletion condition requires either the JobStatus or the JobDeploymentStatus field.",
    holds: (self) => has(self, "jobStatus") || has(self, "jobDeploymentStatus"),
  },
  ...rayManagedBy,
  ...below("rayClusterSpec", rayCluster),
] satisfies readonly RuleOf[];

export const rayJobRules = below("spec", rayJob);
