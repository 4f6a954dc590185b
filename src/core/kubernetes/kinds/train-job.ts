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

/**
 * The runtime holds the pod, the TrainJob how many there are. torchrun's variables come from the controller, where the
 * TrainJob has a trainer (pkg/runtime/framework/plugins/torch/torch.go).
 */
function clusterTrainingRuntime({ metadata, pod, workload }: Contents): Manifest {
  const { namespace: _clusterScoped, ...own } = metadata;
  return {
    apiVersion: "trainer.kubeflow.org/v1alpha1",
    kind: "ClusterTrainingRuntime",
    metadata: { ...own, labels: { ...own.labels, "trainer.kubeflow.org/framework": "torch" } },
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
  companions: (contents) => [clusterTrainingRuntime(contents)],
  wrap: (contents) => {
    const { workload, shape, name } = contents;
    const processes = processesPerNode(workload, shape);
    return {
      metadata: queued(contents),
      spec: {
        runtimeRef: { apiGroup: "trainer.kubeflow.org", kind: "ClusterTrainingRuntime", name },
        trainer: { numNodes: workload.nodes, ...present({ numProcPerNode: processes }) },
      },
    };
  },
  queues: { kueue: "label on the TrainJob" },
  documentation: {
    replicas: "1 only",
    nodes: "`trainer.numNodes`",
    coordinator: "the pod of index 0 is one of the nodes",
    devices: "its ClusterTrainingRuntime's `replicatedJobs[0]`",
    container: "`node`, as its webhook demands",
    command: "`args`",
    health: "readiness",
    rendezvous: "`PET_*` of its controller",
  },
};
