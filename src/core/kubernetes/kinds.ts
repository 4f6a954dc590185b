import { nearestNames } from "../base/nearest.ts";
import { listOr, problem, Refusal } from "../base/problem.ts";
import type { Envelope } from "./envelope.ts";
import { cronJob } from "./envelopes/cron-job.ts";
import { daemonSet } from "./envelopes/daemon-set.ts";
import { deployment } from "./envelopes/deployment.ts";
import { inferenceService } from "./envelopes/inference-service.ts";
import { job } from "./envelopes/job.ts";
import { jobSet } from "./envelopes/job-set.ts";
import { leaderWorkerSet } from "./envelopes/leader-worker-set.ts";
import { mpiJob } from "./envelopes/mpi-job.ts";
import { pyTorchJob } from "./envelopes/py-torch-job.ts";
import { rayCluster } from "./envelopes/ray-cluster.ts";
import { rayJob } from "./envelopes/ray-job.ts";
import { rayService } from "./envelopes/ray-service.ts";
import { statefulSet } from "./envelopes/stateful-set.ts";
import { trainJob } from "./envelopes/train-job.ts";

/** Kinds that a workload can be generated as; a kind more is a file in envelopes/ and a line here. */
export const kinds = [
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "Job",
  "CronJob",
  "JobSet",
  "LeaderWorkerSet",
  "PyTorchJob",
  "MPIJob",
  "TrainJob",
  "RayCluster",
  "RayJob",
  "RayService",
  "InferenceService",
] as const;

export type Kind = (typeof kinds)[number];

/** Kinds of the contract that come later. */
const laterKinds = [
  "TFJob",
  "ServingRuntime",
  "LLMInferenceService",
  "SeldonModel",
  "SparkApplication",
  "Notebook",
  "Experiment",
  "Workflow",
  "VolcanoJob",
];

export const envelopes = {
  Deployment: deployment,
  StatefulSet: statefulSet,
  DaemonSet: daemonSet,
  Job: job,
  CronJob: cronJob,
  JobSet: jobSet,
  LeaderWorkerSet: leaderWorkerSet,
  PyTorchJob: pyTorchJob,
  MPIJob: mpiJob,
  TrainJob: trainJob,
  RayCluster: rayCluster,
  RayJob: rayJob,
  RayService: rayService,
  InferenceService: inferenceService,
} satisfies Record<Kind, Envelope>;

/**
 * The kind of that name.
 *
 * @param path Where the name was written.
 * @throws Refusal for one that is none, or that comes later.
 */
export function requireKind(name: string, path: readonly string[] = []): Kind {
  const found = kinds.find((kind) => kind === name);
  if (found !== undefined) return found;
  if (laterKinds.includes(name))
    throw new Refusal([
      problem(
        "kind-not-yet",
        path,
        `${name} is not yet among the kinds that aiplat generates`,
        `There are ${listOr(kinds, "and")}.`,
      ),
    ]);
  const meant = [...kinds, ...laterKinds].find((kind) => kind.toLowerCase() === name.toLowerCase());
  const nearest = meant === undefined ? nearestNames(name, kinds) : [meant];
  throw new Refusal([
    problem(
      "unknown-kind",
      path,
      `${name} is no kind of Kubernetes resource that aiplat generates`,
      nearest.length === 0 ? `There are ${listOr(kinds, "and")}.` : `Did you mean ${listOr(nearest)}?`,
    ),
  ]);
}
