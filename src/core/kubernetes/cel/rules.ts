import { jobSetSpec } from "./job-set.ts";
import { clusterQueueRules, resourceFlavorRules } from "./kueue.ts";
import { rayClusterRules, rayJobRules, rayServiceRules } from "./ray.ts";
import { below, has, immutable, raw, rulesFor, type CelRule, type RuleOf } from "./rule.ts";
import { trainJobRules, trainingRuntimeRules } from "./trainer.ts";

/** kedacore/keda @8b4f083 */
const scaledObject = [
  {
    path: "spec",
    rule:
      "!has(self.minReplicaCount) || " +
      "self.minReplicaCount <= (has(self.maxReplicaCount) ? self.maxReplicaCount : 100)",
    message: "minReplicaCount must be less than or equal to maxReplicaCount",
    holds: (self) =>
      !has(self, "minReplicaCount") ||
      Number(raw(self)["minReplicaCount"]) <= Number(raw(self)["maxReplicaCount"] ?? 100),
  },
] satisfies readonly RuleOf[];

/** Every rule of the versions that aiplat writes; a test compares them with the published schemas. */
export const celRules: readonly CelRule[] = [
  ...rulesFor("JobSet", below("spec", jobSetSpec)),
  // kubeflow/training-operator @6f74c7f
  ...rulesFor("PyTorchJob", [
    immutable("spec.runPolicy.schedulingPolicy.queue", "spec.runPolicy.schedulingPolicy.queue is immutable"),
  ]),
  ...rulesFor("TrainJob", trainJobRules),
  ...rulesFor("ClusterTrainingRuntime", trainingRuntimeRules),
  ...rulesFor("RayCluster", rayClusterRules),
  ...rulesFor("RayJob", rayJobRules),
  ...rulesFor("RayService", rayServiceRules),
  ...rulesFor("ClusterQueue", clusterQueueRules),
  ...rulesFor("LocalQueue", [immutable("spec.clusterQueue", "field is immutable")]),
  ...rulesFor("ResourceFlavor", resourceFlavorRules),
  ...rulesFor("ScaledObject", scaledObject),
];
