import { queued, type KindDefinition } from "../kind-definition.ts";
import { rayApiVersion, rayClusterSpec, unprobed } from "../ray.ts";

/** https://docs.ray.io/en/latest/cluster/kubernetes/getting-started/raycluster-quick-start.html */
export const rayCluster: KindDefinition = {
  kind: "RayCluster",
  apiVersion: rayApiVersion,
  runs: "service",
  unsupportedFields: (workload) => [
    ...unprobed(workload),
    ...(workload.command === undefined
      ? []
      : [{ path: ["command"], message: "runs Ray itself, and there is a command" }]),
    ...(workload.entryPoint === undefined
      ? []
      : [{ path: ["entryPoint"], message: "runs Ray itself, and there is an entryPoint" }]),
  ],
  // MaxRayClusterNameLength is 53 (ray-project/kuberay @feeaf72, ray-operator/controllers/ray/utils/constant.go).
  reservedNameLength: () => "-serve-svc".length,
  wrap: (contents) => ({
    metadata: queued(contents),
    spec: rayClusterSpec(contents),
  }),
  scalesItself: true,
  queues: { kueue: "label" },
  // ray-project/kuberay ray-operator/apis/ray/v1
  ready: { condition: "RayClusterProvisioned" },
  documentation: {
    replicas: "`workerGroupSpecs[0].replicas`",
    nodes: "`workerGroupSpecs[0].numOfHosts`",
    coordinator: "`headGroupSpec`",
    devices: "`workerGroupSpecs[0].template`",
    container: "NAME",
    command: "refused: KubeRay starts Ray in it",
    health: "refused: KubeRay probes Ray",
    rendezvous: "Ray",
  },
};
