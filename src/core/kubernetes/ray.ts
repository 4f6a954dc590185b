/** What Ray's kinds have in common: a head without devices and one group of workers with them. */
import type { ResolvedWorkload } from "../workload/resolved.ts";
import { coordinatorPod } from "./coordinator.ts";
import { withContainer, withoutProgram, type Contents, type UnsupportedField } from "./kind-definition.ts";
import { deviceCount, deviceKind, deviceResource, neuronCoreResource } from "./devices.ts";
import { sharedSuffix } from "./node-resources.ts";
import { processesPerNode } from "./rendezvous.ts";

export const rayApiVersion = "ray.io/v1";
const groupName = "workers";

/**
 * KubeRay knows GPUs and `aws.amazon.com/neuroncore` by the pod's limits and not `aws.amazon.com/neuron`: Ray is told
 * how many NeuronCores a worker has. The value is one word of a shell (ray-project/kuberay @feeaf72,
 * ray-operator/controllers/ray/common/pod.go).
 */
function workerStartParams({ workload, shape }: Contents): Readonly<Record<string, string>> {
  const resource = deviceResource(shape.request);
  const kind = deviceKind(shape);
  // What ends in gpu and MIG's profiles it counts as GPUs (IsGPUResourceKey of utils/util.go), and shared ones not.
  if (kind === "nvidia" && resource?.endsWith(sharedSuffix) === true)
    return { "num-gpus": String(deviceCount(shape.request)) };
  const cores = kind === "neuron" && resource !== neuronCoreResource ? processesPerNode(workload, shape) : undefined;
  return cores === undefined ? {} : { resources: `'${JSON.stringify({ neuron_cores: cores })}'` };
}

/** KubeRay starts Ray in the containers: what else they ran would run before it. https://ray-project.github.io/kuberay/reference/api/ */
export function rayClusterSpec(contents: Contents): Readonly<Record<string, unknown>> {
  const { workload, pod, maxReplicas } = contents;
  const { replicas, nodes } = workload;
  return {
    // By what Ray's tasks and actors ask for: https://docs.ray.io/en/latest/cluster/kubernetes/user-guides/configuring-autoscaling.html
    ...(maxReplicas === undefined ? {} : { enableInTreeAutoscaling: true }),
    headGroupSpec: {
      // Nothing but Ray itself runs on the head.
      rayStartParams: { "dashboard-host": "0.0.0.0", "num-cpus": "0" },
      template: coordinatorPod(contents, withoutProgram),
    },
    workerGroupSpecs: [
      {
        groupName,
        replicas,
        minReplicas: replicas,
        maxReplicas: maxReplicas ?? replicas,
        numOfHosts: nodes,
        rayStartParams: workerStartParams(contents),
        template: withContainer(pod, withoutProgram),
      },
    ],
  };
}

/** KubeRay puts its own probes into the container, and none where there are some. */
export function unprobed({ health }: ResolvedWorkload): readonly UnsupportedField[] {
  return health === undefined
    ? []
    : [{ path: ["health"], message: "has Ray's own health checks, and there is another" }];
}
