import { indexDigits, oneReplica, queued, renamed, type Envelope } from "../envelope.ts";
import { processesPerNode } from "../rendezvous.ts";
import { backoffLimit } from "./job.ts";

/**
 * "pytorch" is what the webhook and the controller look for (kubeflow/training-operator @6f74c7f,
 * pkg/apis/kubeflow.org/v1/pytorch_types.go).
 */
const containerName = "pytorch";

/** https://www.kubeflow.org/docs/components/trainer/legacy-v1/user-guides/pytorch/ */
export const pyTorchJob: Envelope = {
  apiVersion: "kubeflow.org/v1",
  runs: "job",
  limits: oneReplica,
  // Pods and their Services are NAME-master-0 and NAME-worker-INDEX.
  nameRoom: ({ nodes }) => Math.max("-master-0".length, "-worker-".length + indexDigits(nodes)),
  wrap: (contents) => {
    const { workload, shape } = contents;
    const processes = processesPerNode(workload, shape);
    const spec = (replicas: number) => ({
      replicas,
      restartPolicy: "Never",
      template: renamed(contents.pod, containerName),
    });
    return {
      apiVersion: "kubeflow.org/v1",
      kind: "PyTorchJob",
      metadata: queued(contents),
      spec: {
        // "auto" would count GPUs, and CPUs where there are none.
        ...(processes === undefined ? {} : { nprocPerNode: String(processes) }),
        runPolicy: { backoffLimit, cleanPodPolicy: "Running" },
        pytorchReplicaSpecs: { Master: spec(1), ...(workload.nodes > 1 ? { Worker: spec(workload.nodes - 1) } : {}) },
      },
    };
  },
};
