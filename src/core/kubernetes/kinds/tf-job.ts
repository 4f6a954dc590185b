import { indexDigits, oneReplica, queued, type KindDefinition } from "../kind-definition.ts";
import { replicaSpecs } from "../training-operator.ts";
import { backoffLimit } from "./job.ts";

/**
 * "tensorflow" is what the controller looks for, and gives its port (kubeflow/training-operator @289f179,
 * pkg/apis/kubeflow.org/v1/tensorflow_types.go).
 */
const containerName = "tensorflow";

/** https://www.kubeflow.org/docs/components/trainer/legacy-v1/user-guides/tensorflow/ */
export const tfJob: KindDefinition = {
  kind: "TFJob",
  apiVersion: "kubeflow.org/v1",
  runs: "job",
  unsupportedFields: oneReplica,
  // Pods and their Services are NAME-chief-0 and NAME-worker-INDEX.
  reservedNameLength: ({ nodes }) => Math.max("-chief-0".length, "-worker-".length + indexDigits(nodes)),
  wrap: (contents) => ({
    metadata: queued(contents),
    spec: {
      runPolicy: { backoffLimit, cleanPodPolicy: "Running" },
      // The job is done when the chief is.
      tfReplicaSpecs: replicaSpecs(contents, "Chief", containerName),
    },
  }),
  queues: { kueue: "label" },
  leaderApart: () => true,
  documentation: {
    replicas: "1 only",
    nodes: "1 `Chief` and `nodes` - 1 `Worker`",
    coordinator: "the chief is one of the nodes",
    devices: "both templates",
    container: "`tensorflow`, as its controller demands",
    command: "`args`",
    health: "readiness",
    rendezvous: "`TF_CONFIG` of its controller",
  },
};
