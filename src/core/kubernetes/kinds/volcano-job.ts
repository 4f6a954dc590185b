import { present } from "../../base/present.ts";
import { indexDigits, withSpec, type Contents, type KindDefinition } from "../kind-definition.ts";
import type { PodTemplate } from "../manifest.ts";
import { withRendezvous } from "../rendezvous.ts";
import { volcanoScheduler } from "../queues/volcano.ts";
import { oneIndex } from "./job.ts";

/** The one group of pods. */
const task = "node";

/** Volcano's controller writes it on every pod (volcano-sh/volcano @08812f6, pkg/controllers/job/job_controller_util.go). */
const taskIndex = { fieldRef: { fieldPath: "metadata.annotations['volcano.sh/task-index']" } };

/** Nodes of one replica end together: of a failed one the others would wait; after an eviction all start again. */
const together = [
  { event: "PodEvicted", action: "RestartJob" },
  { event: "PodFailed", action: "TerminateJob" },
];

/** The plugin svc names a pod's host JOB-TASK-INDEX, below a Service of the job's name. */
function nodePod(contents: Contents): PodTemplate {
  const { workload, pod, name } = contents;
  if (workload.nodes === 1) return pod;
  return withRendezvous(pod, contents, `${name}-${task}-0.${name}`, [], taskIndex);
}

/** https://volcano.sh/en/docs/vcjob/ */
export const volcanoJob: KindDefinition = {
  kind: "VolcanoJob",
  resourceKind: "Job",
  apiVersion: "batch.volcano.sh/v1alpha1",
  runs: "job",
  unsupportedFields: oneIndex,
  // A pod is JOB-TASK-INDEX.
  reservedNameLength: ({ replicas, nodes }) => `-${task}-`.length + indexDigits(Math.max(replicas, nodes)),
  wrap: (contents) => {
    const { workload, metadata } = contents;
    const { nodes, replicas } = workload;
    return {
      metadata,
      spec: {
        schedulerName: volcanoScheduler,
        ...present({ queue: workload.eks.queue?.volcano }),
        minAvailable: nodes,
        // Else it would be done when one of them is.
        ...present({ minSuccess: replicas > 1 ? replicas : undefined }),
        ...(nodes > 1 ? { plugins: { svc: ["--publish-not-ready-addresses=true"] }, policies: together } : {}),
        tasks: [
          {
            name: task,
            replicas: nodes * replicas,
            template: withSpec(nodePod(contents), { restartPolicy: "Never" }),
          },
        ],
      },
    };
  },
  gang: true,
  queues: { volcano: "`spec.queue`", yunikorn: false },
  namesQueue: "volcano",
  outlivesEviction: () => true,
  documentation: {
    replicas: "`tasks[0].replicas` and `minSuccess`, where `nodes` is 1",
    nodes: "`tasks[0].replicas` and `minAvailable`, where `replicas` is 1",
    coordinator: "the pod of index 0 is one of the nodes",
    devices: "`tasks[0].template`",
    container: "NAME",
    command: "`args`",
    health: "readiness",
    rendezvous: "the Service of its plugin `svc`; `PET_*`",
  },
};
