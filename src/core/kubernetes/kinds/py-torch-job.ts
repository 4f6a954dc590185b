import { indexDigits, oneReplica, queued, type KindDefinition } from "../kind-definition.ts";
import { processesPerNode } from "../rendezvous.ts";
import { replicaSpecs } from "../training-operator.ts";
import { backoffLimit } from "./job.ts";

/**
 * "pytorch" is what the webhook and the controller look for (kubeflow/training-operator @6f74c7f,
 * pkg/apis/kubeflow.org/v1/pytorch_types.go).
 */
const containerName = "pytorch";

/** https://www.kubeflow.org/docs/components/trainer/legacy-v1/user-guides/pytorch/ */
export const pyTorchJob: KindDefinition = {
  kind: "PyTorchJob",
  apiVersion: "kubeflow.org/v1",
  runs: "job",
  unsupportedFields: oneReplica,
  // Pods and their Services are NAME-master-0 and NAME-worker-INDEX.
  reservedNameLength: ({ nodes }) => Math.max("-master-0".length, "-worker-".length + indexDigits(nodes)),
  wrap: (contents) => {
    const { workload, shape } = contents;
    const processes = processesPerNode(workload, shape);
    return {
      metadata: queued(contents),
      spec: {
        // "auto" would count GPUs, and CPUs where there are none.
        ...(processes === undefined ? {} : { nprocPerNode: String(processes) }),
        runPolicy: { backoffLimit, cleanPodPolicy: "Running" },
        pytorchReplicaSpecs: replicaSpecs(contents, "Master", containerName),
      },
    };
  },
  queues: { kueue: "label" },
  leaderApart: true,
  documentation: {
    replicas: "1 only",
    nodes: "1 `Master` and `nodes` - 1 `Worker`",
    coordinator: "the master is one of the nodes",
    devices: "both templates",
    container: "`pytorch`, as its webhook demands",
    command: "`args`",
    health: "readiness",
    rendezvous: "`PET_*` of its controller",
  },
};
