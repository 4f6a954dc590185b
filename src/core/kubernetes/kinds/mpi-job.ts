import { coordinatorPod } from "../coordinator.ts";
import {
  indexDigits,
  oneReplica,
  queued,
  withContainer,
  withoutProgram,
  type KindDefinition,
  type UnsupportedField,
} from "../kind-definition.ts";
import type { ResolvedWorkload } from "../../workload/resolved.ts";
import type { Container } from "../manifest.ts";
import { withoutProbes } from "../probes.ts";
import { processesPerNode } from "../rendezvous.ts";
import { backoffLimit } from "./job.ts";

/**
 * Without a command the controller has a worker run sshd (kubeflow/mpi-operator @caa3c47,
 * pkg/controller/mpi_job_controller.go).
 */
function asWorker(container: Container): Container {
  return withoutProgram(withoutProbes(container));
}

/** A worker's sshd is root's, unless the image brings a configuration for another: then eks.resource says so. */
function rootAlone({ user = 0 }: ResolvedWorkload): readonly UnsupportedField[] {
  return user === 0 ? [] : [{ path: ["user"], message: `runs sshd in its workers as root, and user is ${user}` }];
}

/** https://www.kubeflow.org/docs/components/trainer/legacy-v1/user-guides/mpi/ */
export const mpiJob: KindDefinition = {
  kind: "MPIJob",
  apiVersion: "kubeflow.org/v2beta1",
  runs: "job",
  unsupportedFields: (workload) => [...oneReplica(workload), ...rootAlone(workload)],
  // Hosts are NAME-launcher and NAME-worker-INDEX.
  reservedNameLength: ({ nodes }) => Math.max("-launcher".length, "-worker-".length + indexDigits(nodes)),
  wrap: (contents) => {
    const { workload, shape, pod } = contents;
    return {
      metadata: queued(contents),
      spec: {
        slotsPerWorker: processesPerNode(workload, shape) ?? 1,
        // A launcher that starts before its workers fails, and is not started again.
        launcherCreationPolicy: "WaitForWorkersReady",
        runPolicy: { backoffLimit, cleanPodPolicy: "Running" },
        mpiReplicaSpecs: {
          Launcher: { replicas: 1, restartPolicy: "Never", template: coordinatorPod(contents) },
          Worker: { replicas: workload.nodes, restartPolicy: "Never", template: withContainer(pod, asWorker) },
        },
      },
    };
  },
  queues: { kueue: "label" },
  documentation: {
    replicas: "1 only",
    nodes: "`mpiReplicaSpecs.Worker.replicas`",
    coordinator: "`Launcher`",
    devices: "the `Worker` template",
    container: "NAME",
    command: "`args` of the launcher; a worker runs `sshd`. Open MPI runs as root with `--allow-run-as-root` only",
    health: "readiness of the launcher",
    rendezvous: "the hostfile of its controller; `mpirun -x VARIABLE` passes a variable on",
  },
};
