import type { Raw } from "../../base/merge.ts";
import type { ResolvedWorkload } from "../../workload/resolved.ts";
import { indexDigits, oneReplica, queued, type KindDefinition, type UnsupportedField } from "../kind-definition.ts";
import { processesPerNode } from "../rendezvous.ts";
import { replicaSpecs, workerSpecs } from "../training-operator.ts";
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
  unsupportedFields: (workload) => [...oneReplica(workload), ...masterOfElastic(workload)],
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
        pytorchReplicaSpecs: isElastic(workload)
          ? workerSpecs(contents, containerName)
          : replicaSpecs(contents, "Master", containerName),
      },
    };
  },
  queues: { kueue: "label" },
  leaderApart: (workload) => !isElastic(workload),
  documentation: {
    replicas: "1 only",
    nodes: "1 `Master` and `nodes` - 1 `Worker`; with `elasticPolicy` in `eks.resource` all are `Worker`",
    coordinator: "the master is one of the nodes",
    devices: "both templates",
    container: "`pytorch`, as its webhook demands",
    command: "`args`",
    health: "readiness",
    rendezvous: "`PET_*` of its controller",
  },
};

/**
 * An elastic run has Workers alone, each of which it survives: a Master is never scaled, and the job is over when it is
 * (kubeflow/training-operator, pkg/controller.v1/pytorch/elastic.go and hpa.go).
 */
function isElastic({ eks }: ResolvedWorkload): boolean {
  return specOf(eks.resource)?.["elasticPolicy"] !== undefined;
}

function masterOfElastic(workload: ResolvedWorkload): readonly UnsupportedField[] {
  const specs = specOf(workload.eks.resource)?.["pytorchReplicaSpecs"] as Raw | undefined;
  if (!isElastic(workload) || specs?.["Master"] === undefined) return [];
  const path = ["eks", "resource", "spec", "pytorchReplicaSpecs", "Master"];
  return [{ path, message: "has no Master beside an elasticPolicy: every node is a Worker" }];
}

function specOf(resource: Raw | undefined): Raw | undefined {
  return resource?.["spec"] as Raw | undefined;
}
