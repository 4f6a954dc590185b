// Generated from the files of this folder by scripts/build-kinds.mjs: a kind more is a file more.
import type { KindDefinition } from "../kind-definition.ts";
import { cronJob } from "./cron-job.ts";
import { daemonSet } from "./daemon-set.ts";
import { deployment } from "./deployment.ts";
import { experiment } from "./experiment.ts";
import { inferenceService } from "./inference-service.ts";
import { jobSet } from "./job-set.ts";
import { job } from "./job.ts";
import { leaderWorkerSet } from "./leader-worker-set.ts";
import { llmInferenceService } from "./llm-inference-service.ts";
import { mpiJob } from "./mpi-job.ts";
import { notebook } from "./notebook.ts";
import { pyTorchJob } from "./py-torch-job.ts";
import { rayCluster } from "./ray-cluster.ts";
import { rayJob } from "./ray-job.ts";
import { rayService } from "./ray-service.ts";
import { seldonModel } from "./seldon-model.ts";
import { servingRuntime } from "./serving-runtime.ts";
import { sparkApplication } from "./spark-application.ts";
import { statefulSet } from "./stateful-set.ts";
import { tfJob } from "./tf-job.ts";
import { trainJob } from "./train-job.ts";
import { volcanoJob } from "./volcano-job.ts";
import { workflow } from "./workflow.ts";

export const definitions = {
  CronJob: cronJob,
  DaemonSet: daemonSet,
  Deployment: deployment,
  Experiment: experiment,
  InferenceService: inferenceService,
  JobSet: jobSet,
  Job: job,
  LeaderWorkerSet: leaderWorkerSet,
  LLMInferenceService: llmInferenceService,
  MPIJob: mpiJob,
  Notebook: notebook,
  PyTorchJob: pyTorchJob,
  RayCluster: rayCluster,
  RayJob: rayJob,
  RayService: rayService,
  SeldonModel: seldonModel,
  ServingRuntime: servingRuntime,
  SparkApplication: sparkApplication,
  StatefulSet: statefulSet,
  TFJob: tfJob,
  TrainJob: trainJob,
  VolcanoJob: volcanoJob,
  Workflow: workflow,
} satisfies Readonly<Record<string, KindDefinition>>;
