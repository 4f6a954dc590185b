import { queued, type Envelope } from "../envelope.ts";
import { rayApiVersion, rayClusterSpec, unprobed } from "../ray.ts";

/** https://docs.ray.io/en/latest/cluster/kubernetes/getting-started/raycluster-quick-start.html */
export const rayCluster: Envelope = {
  apiVersion: rayApiVersion,
  runs: "service",
  limits: (workload) => [
    ...unprobed(workload),
    ...(workload.command === undefined
      ? []
      : [{ path: ["command"], message: "runs Ray itself, and there is a command" }]),
  ],
  // MaxRayClusterNameLength is 53 (ray-project/kuberay @feeaf72, ray-operator/controllers/ray/utils/constant.go).
  nameRoom: () => "-serve-svc".length,
  wrap: (contents) => ({
    apiVersion: rayApiVersion,
    kind: "RayCluster",
    metadata: queued(contents),
    spec: rayClusterSpec(contents),
  }),
};
