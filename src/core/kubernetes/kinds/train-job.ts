import { present } from "../../base/present.ts";
import {
  indexDigits,
  oneReplica,
  queued,
  renamed,
  withSpec,
  type Contents,
  type KindDefinition,
} from "../kind-definition.ts";
import type { Manifest } from "../manifest.ts";
import { processesPerNode } from "../rendezvous.ts";
import { backoffLimit } from "./job.ts";

/** The names that the webhook looks for (kubeflow/trainer @8c0f505, pkg/webhooks/trainingruntime_webhook.go). */
const node = "node";
const ancestor = { "trainer.kubeflow.org/trainjob-ancestor-step": "trainer" };

/** What the runtime was before it stood in the workload's namespace: one of the whole cluster. */
export const runtimeBefore = "ClusterTrainingRuntime";

/**
 * The runtime holds the pod, the TrainJob how many there are. It stands in the TrainJob's namespace: of two teams with a
 * workload of one name, one would overwrite the other's runtime of the whole cluster. torchrun's variables come from the controller, where the
 * TrainJob has a trainer (pkg/runtime/framework/plugins/torch/torch.go).
 */
function trainingRuntime({ metadata, pod, workload }: Contents): Manifest {
  return {
    apiVersion: "trainer.kubeflow.org/v1alpha1",
    kind: "TrainingRuntime",
    metadata: { ...metadata, labels: { ...metadata.labels, "trainer.kubeflow.org/framework": "torch" } },
    spec: {
      mlPolicy: { numNodes: workload.nodes, torch: {} },
      template: {
        spec: {
          replicatedJobs: [
            {
              name: node,
              template: {
                metadata: { labels: ancestor },
                spec: { backoffLimit, template: withSpec(renamed(pod, node), { restartPolicy: "Never" }) },
              },
            },
          ],
        },
      },
    },
  };
}

/** https://www.kubeflow.org/docs/components/trainer/ */
export const trainJob: KindDefinition = {
  kind: "TrainJob",
  apiVersion: "trainer.kubeflow.org/v1alpha1",
  runs: "job",
  unsupportedFields: oneReplica,
  // It becomes a JobSet of the same name.
  reservedNameLength: ({ nodes }) => `-${node}-0-`.length + indexDigits(nodes) + "-abcde".length,
  companions: (contents) => [trainingRuntime(contents)],
  // "specified trainingRuntime must be created before the TrainJob is created" (pkg/webhooks/trainjob_webhook.go)
  companionsFirst: true,
  wrap: (contents) => {
    const { workload, shape, name } = contents;
    const processes = processesPerNode(workload, shape);
    return {
      metadata: queued(contents),
      spec: {
        runtimeRef: { apiGroup: "trainer.kubeflow.org", kind: "TrainingRuntime", name },
        trainer: { numNodes: workload.nodes, ...present({ numProcPerNode: processes }) },
      },
    };
  },
  queues: { kueue: "label on the TrainJob" },
  documentation: {
    replicas: "1 only",
    nodes: "`trainer.numNodes`",
    coordinator: "the pod of index 0 is one of the nodes",
    devices: "its TrainingRuntime's `replicatedJobs[0]`",
    container: "`node`, as its webhook demands",
    command: "`args`",
    health: "readiness",
    rendezvous: "`PET_*` of its controller",
  },
};
