import { agent, api, guide, issue, unverified, type SandboxRule } from "./rule.ts";

/** The states of a task, and how it ends. */
export const taskLifeRules: readonly SandboxRule[] = [
  {
    rule:
      "PROVISIONING and DEPROVISIONING are for awsvpc tasks, ACTIVATING and DEACTIVATING for " +
      "tasks behind a load balancer.",
    source: `${guide}/task-lifecycle-explanation.html`,
  },
  { rule: "How long each state lasts: a second.", source: "the sandbox's own" },
  {
    rule:
      "The agent (1.74.1 and later) keeps a task PENDING until what it needs on the host is free: " +
      "host ports in bridge and host mode, CPU, memory, GPUs; first in, first out.",
    source: agent,
  },
  {
    rule: "In awsvpc mode the agent counts no ports: a successor can start while the old task holds its devices.",
    source: agent,
  },
  {
    rule:
      "`dependsOn` holds a container back until the other has started, ended, ended with 0 or is healthy; the task is " +
      "RUNNING once each has started. Tasks stop in the other direction.",
    source: `${api}/API_ContainerDependency.html`,
  },
  {
    rule:
      "Where what a container waits for has failed, or takes longer than its `startTimeout`, the one that waits ends " +
      "with 143 and the agent's words.",
    source: `https://github.com/aws/amazon-ecs-agent/blob/master/agent/engine/dependencygraph/graph.go; the stop code of the task: ${unverified}`,
  },
  {
    rule: "A container whose end others wait for, and that says nothing of it, ends after a second.",
    source: "the sandbox's own",
  },
  {
    rule:
      "`restartPolicy`: a container that ended by itself after its `restartAttemptPeriod` (300 seconds), with no code " +
      "to be ignored, starts again, and its task goes on.",
    source: `${api}/API_ContainerRestartPolicy.html`,
  },
  {
    rule: "A task ends when an essential container ends, with `Essential container in task exited`.",
    source: `${guide}/stopped-task-error-codes.html`,
  },
  {
    rule: "StopTask sends SIGTERM (exit code 143) and after `stopTimeout`, 30 seconds unless set, SIGKILL (137).",
    source: `${api}/API_StopTask.html`,
  },
  {
    rule:
      "An image that is not there: CannotPullContainerError and TaskFailedToStart; " +
      "the containers have no exit code.",
    source: `${guide}/task-cannot-pull-image.html`,
  },
  {
    rule:
      "A file system that is not there: the task stops with TaskFailedToStart and the volume plugin's words, on Managed " +
      "Instances with ResourceInitializationError.",
    source: `${issue("ydamni/cloud-is-free", 3)}; ${issue("aws/amazon-ecs-cli", 1083)}; the stop code: ${unverified}`,
  },
  {
    rule: "A role that ECS cannot assume attaches no EBS volume: the task stops with TaskFailedToStart.",
    source: `the words: ${unverified}; ${guide}/infrastructure_IAM_role.html`,
  },
  {
    rule:
      "Where a machine has no mount at `/mnt/aiplat/NAME`, by its attribute `aiplat.mount.NAME`, a container that is placed " +
      "there all the same gets an empty folder, and its log says so.",
    source: `${guide}/specify-bind-mount-config.html; the log line is the sandbox's own`,
  },
  {
    rule: "A device or a log group that is not there: CannotStartContainerError and TaskFailedToStart.",
    source: `the error: ${guide}/stopped-task-error-codes.html; the stop code: ${unverified}`,
  },
  {
    rule: "A log group that `awslogs-create-group` makes keeps its events for ever and has no tags.",
    source: "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html",
  },
  { rule: "A stopped task is shown for an hour.", source: `${api}/API_DescribeTasks.html` },
  {
    rule:
      "A container health check says HEALTHY after one interval and UNHEALTHY after its " +
      "start period and its retries.",
    source: `${api}/API_HealthCheck.html`,
  },
  {
    rule: "A service stops a task for its container health checks only after its grace period, with or without a load balancer.",
    source: `${api}/API_CreateService.html`,
  },
];
