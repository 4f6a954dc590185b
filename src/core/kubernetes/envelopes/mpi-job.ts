import { coordinatorPod } from "../coordinator.ts";
import { indexDigits, oneReplica, queued, withContainer, type Envelope } from "../envelope.ts";
import type { Container } from "../manifest.ts";
import { withoutProbes } from "../probes.ts";
import { processesPerNode } from "../rendezvous.ts";
import { backoffLimit } from "./job.ts";

/**
 * Without a command the controller has a worker run sshd (kubeflow/mpi-operator @caa3c47,
 * pkg/controller/mpi_job_controller.go).
 */
function asWorker(container: Container): Container {
  const { args: _args, ...rest } = withoutProbes(container);
  return rest as Container;
}

/** https://www.kubeflow.org/docs/components/trainer/legacy-v1/user-guides/mpi/ */
export const mpiJob: Envelope = {
  apiVersion: "kubeflow.org/v2beta1",
  runs: "job",
  limits: oneReplica,
  // Hosts are NAME-launcher and NAME-worker-INDEX.
  nameRoom: ({ nodes }) => Math.max("-launcher".length, "-worker-".length + indexDigits(nodes)),
  wrap: (contents) => {
    const { workload, shape, pod } = contents;
    return {
      apiVersion: "kubeflow.org/v2beta1",
      kind: "MPIJob",
      metadata: queued(contents),
      spec: {
        slotsPerWorker: processesPerNode(workload, shape) ?? 1,
        // A launcher that starts before its workers fails, and is not started again.
        launcherCreationPolicy: "WaitForWorkersReady",
        runPolicy: { backoffLimit, cleanPodPolicy: "Running" },
        mpiReplicaSpecs: {
          Launcher: { replicas: 1, restartPolicy: "Never", template: coordinatorPod(pod, shape) },
          Worker: { replicas: workload.nodes, restartPolicy: "Never", template: withContainer(pod, asWorker) },
        },
      },
    };
  },
};
