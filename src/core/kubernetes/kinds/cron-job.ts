import type { KindDefinition } from "../kind-definition.ts";
import type { EnvironmentVariable } from "../manifest.ts";
import { jobCompanions, jobSpec, oneIndex, oneNodeOutlives } from "./job.ts";

/** Each run's Job has a name of its own: its pods read it from their label. */
const jobName: EnvironmentVariable = {
  name: "AIPLAT_JOB_NAME",
  valueFrom: { fieldRef: { fieldPath: "metadata.labels['batch.kubernetes.io/job-name']" } },
};

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
        spec: jobSpec(contents, `$(${jobName.name})`, [jobName]),
      },
    },
  }),
  outlivesEviction: oneNodeOutlives,
  queues: { kueue: "label on `jobTemplate.metadata`" },
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
