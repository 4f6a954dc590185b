import type { Envelope } from "../envelope.ts";
import type { EnvironmentVariable } from "../manifest.ts";
import { jobCompanions, jobSpec, oneIndex } from "./job.ts";

/** Each run's Job has a name of its own: its pods read it from their label. */
const jobName: EnvironmentVariable = {
  name: "AIPLAT_JOB_NAME",
  valueFrom: { fieldRef: { fieldPath: "metadata.labels['batch.kubernetes.io/job-name']" } },
};

/** https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/cron-job-v1/ */
export const cronJob: Envelope = {
  apiVersion: "batch/v1",
  runs: "job",
  limits: (workload) => [
    ...oneIndex(workload),
    ...(workload.schedule === undefined
      ? [{ path: ["schedule"], message: "runs by a schedule, and there is none" }]
      : []),
  ],
  // Its Jobs are NAME-MINUTES: the API server takes 52 characters.
  nameRoom: () => 11,
  scheduled: true,
  companions: jobCompanions,
  wrap: (contents) => ({
    apiVersion: "batch/v1",
    kind: "CronJob",
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
};
