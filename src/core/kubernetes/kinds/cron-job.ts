import type { KindDefinition } from "../kind-definition.ts";
import { jobCompanions, oneIndex, oneNodeOutlives, runSpec } from "./job.ts";

/** https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/cron-job-v1/ */
export const cronJob: KindDefinition = {
  kind: "CronJob",
  apiVersion: "batch/v1",
  runs: "job",
  unsupportedFields: (workload) => [
    ...oneIndex(workload),
    ...(workload.schedule === undefined
      ? [{ path: ["schedule"], message: "runs by a schedule, and there is none" }]
      : []),
  ],
  // Its Jobs are NAME-MINUTES: the API server takes 52 characters.
  reservedNameLength: () => 11,
  scheduled: true,
  companions: jobCompanions,
  wrap: (contents) => ({
    metadata: contents.metadata,
    spec: {
      schedule: contents.workload.schedule,
      // Two runs would wait for the same devices.
      concurrencyPolicy: "Forbid",
      jobTemplate: {
        metadata: { labels: { ...contents.metadata.labels, ...contents.queueLabels } },
        spec: runSpec(contents),
      },
    },
  }),
  outlivesEviction: oneNodeOutlives,
  // One group for the pods of every run would count those of the others.
  queues: { kueue: "label on `jobTemplate.metadata`", volcano: false },
  documentation: {
    replicas: "as Job",
    nodes: "as Job",
    coordinator: "as Job",
    devices: "`spec.jobTemplate.spec.template`",
    container: "NAME",
    command: "`args`",
    health: "readiness",
    rendezvous: "as Job",
  },
};
