/** What Ray's kinds have in common: a head without devices and one group of workers with them. */
import { present } from "../base/present.ts";
import type { ResolvedWorkload } from "../workload/resolved.ts";
import { coordinatorPod } from "./coordinator.ts";
import { withContainer, withoutProgram, withSpec, type Contents, type UnsupportedField } from "./kind-definition.ts";
import { deviceCount, deviceKind, deviceResource } from "./devices.ts";
import { parseQuantity } from "./quantity.ts";
import { processesPerNode } from "./rendezvous.ts";

export const rayApiVersion = "ray.io/v1";
const groupName = "workers";

/**
 * What a worker has, where not all that count it find it in the pod's limits: KubeRay knows `aws.amazon.com/neuroncore` and
 * no `aws.amazon.com/neuron`, and of GPUs MIG's profiles and no shared ones (ray-project/kuberay @feeaf72,
 * ray-operator/controllers/ray/common/pod.go and utils/util.go). Ray's autoscaler knows of both no more than what ends in
 * gpu, and would start no worker for what it does not see; its older versions read a CPU of limits alone, and stop without
 * (ray-project/ray, python/ray/autoscaler/_private/kuberay/autoscaling_config.py). A value is one word of a shell.
 */
function workerStartParams({ workload, shape, pod, maxReplicas }: Contents): Readonly<Record<string, string>> {
  const kind = deviceKind(shape);
  const cores = kind === "neuron" ? processesPerNode(workload, shape) : undefined;
  const isSeen = kind !== "nvidia" || deviceResource(shape.request)?.endsWith("gpu") === true;
  const cpu = maxReplicas === undefined ? 0 : parseQuantity(pod.spec.containers[0]?.resources?.requests?.["cpu"]);
  return present({
    "num-cpus": cpu === 0 ? undefined : String(Math.ceil(cpu)),
    "num-gpus": isSeen ? undefined : String(deviceCount(shape.request)),
    resources: cores === undefined ? undefined : `'${JSON.stringify({ neuron_cores: cores })}'`,
  });
}

/** KubeRay starts Ray in the containers: what else they ran would run before it. https://ray-project.github.io/kuberay/reference/api/ */
export function rayClusterSpec(contents: Contents): Readonly<Record<string, unknown>> {
  const { workload, pod, maxReplicas } = contents;
  const { replicas, nodes } = workload;
  const worker = withContainer(pod, withoutProgram);
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
        // A pod that starts again is not taken away once it is idle (the same page).
        template: maxReplicas === undefined ? worker : withSpec(worker, { restartPolicy: "Never" }),
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
