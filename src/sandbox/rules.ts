/** A rule that the sandbox plays, and why it is believed. */
export interface SandboxRule {
  readonly rule: string;
  /** Where AWS or a public repository says so; `not verified` where the sandbox had to choose. */
  readonly source: string;
}

const guide = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide";
const api = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference";
const agent = "https://github.com/aws/amazon-ecs-agent/blob/master/CHANGELOG.md";
const unverified = "not verified";

/** Every rule by what it is about. docs/sandbox.md is generated from it. */
export const sandboxRules: Readonly<Record<string, readonly SandboxRule[]>> = {
  Placement: [
    {
      rule:
        "A task goes where its CPU, GPU, memory and host ports fit, then where its constraints hold, " +
        "then where its strategies say.",
      source: `${guide}/task-placement.html`,
    },
    {
      rule: "Constraints bind; strategies are best effort, in their order.",
      source: `${guide}/task-placement-strategies.html`,
    },
    {
      rule:
        "Without a strategy, tasks spread over the zones and then over the instances, " +
        "for services and for RunTask.",
      source: `${guide}/task-placement-strategies.html for services; ${unverified} for RunTask`,
    },
    { rule: "Of equal instances the one that was registered first is taken.", source: unverified },
    {
      rule: "`memoryReservation` is subtracted where it is set, else `memory`.",
      source: `${api}/API_ContainerDefinition.html`,
    },
    {
      rule: "CPU, memory and ports are free again as soon as a task starts to stop.",
      source: `${guide}/task-lifecycle-explanation.html`,
    },
    { rule: "GPUs, and shares of them, are free again at the same moment.", source: unverified },
    {
      rule:
        "A share of a GPU (`nvidiaMps`) is placed by memory: one GPU must have that of all the task's containers free. " +
        "A GPU that is shared takes no whole-GPU task, and one that a task has whole takes no share: RESOURCE:GPU.",
      source: `${api}/API_NvidiaMpsAllocation.html; ${api}/API_GpuDevice.html`,
    },
    {
      rule: "Of several GPUs with room for a share the fullest is taken; a GPU that is shared is no remaining GPU.",
      source: unverified,
    },
    {
      rule:
        "Instances with whole NVIDIA GPUs have `ecs.capability.gpu-sharing-mps` (agent 1.107.0) and show `gpuDevices`, with " +
        "the memory that EC2 says; without the attribute they take no share: ATTRIBUTE.",
      source:
        "https://github.com/aws/amazon-ecs-agent (ecs-agent/utils/gpu); that the agent reports less memory is left out",
    },
    {
      rule:
        "A task in awsvpc mode takes a network interface until it is STOPPED: the type's less one, over all network cards; " +
        "then RESOURCE:ENI. Instances with `ecs.awsvpc-trunk-id`, and types that the catalogue does not know, have no end of them.",
      source: `${guide}/container-instance-eni.html; the cards beyond the first: ${unverified}`,
    },
    { rule: "Impaired health, as a seed has it, is shown and keeps no task away.", source: unverified },
    {
      rule: "Host ports are counted per instance, TCP under PORTS and UDP under PORTS_UDP, in bridge and host mode.",
      source: `${api}/API_ContainerInstance.html`,
    },
    {
      rule:
        "A failure names each instance with ECS's reason: RESOURCE:CPU, RESOURCE:MEMORY, RESOURCE:PORTS, " +
        "RESOURCE:GPU, AGENT, ATTRIBUTE, LOCATION, and two for constraints.",
      source: `${guide}/api_failures_messages.html; the texts of the constraints: ${unverified}`,
    },
    { rule: "A clash of UDP ports reads RESOURCE:PORTS.", source: unverified },
    {
      rule:
        "Which reason comes first where several hold: " +
        "AGENT, CPU, GPU, memory, ports, attributes, location, constraints.",
      source: unverified,
    },
    {
      rule:
        "An instance has 90 % of its type's memory for tasks, and TCP ports 22, 2375, 2376, " +
        "51678 and 51679 are taken.",
      source: `the ports: ${guide}/ecs-agent-config.html; the share: 93 to 97.5 % was seen`,
    },
    {
      rule: "distinctInstance looks at the desired status, by task group.",
      source: `${guide}/task-placement-constraints.html`,
    },
    { rule: "StartTask is held to the definition's constraints too.", source: unverified },
    {
      rule:
        "With a capacity provider, tasks without room wait in PROVISIONING; " +
        "after a quarter of an hour they stop with TaskFailedToStart, EMPTY CAPACITY PROVIDER.",
      source: `the waiting: ${guide}/cluster-auto-scaling.html; the time: ${unverified}`,
    },
    {
      rule: "Where a cluster is given one provider with an Auto Scaling group, its instances that are of no provider are the group's, which may have 10 more.",
      source: "the sandbox's own: it has no Auto Scaling groups but these",
    },
    {
      rule: "A subnet whose id ends in a zone (subnet-us-east-1a) is in that zone, any other wherever it is needed.",
      source: "the sandbox's own",
    },
  ],
  "Task life": [
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
      rule: "A device or a log group that is not there: CannotStartContainerError and TaskFailedToStart.",
      source: `the error: ${guide}/stopped-task-error-codes.html; the stop code: ${unverified}`,
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
  ],
  Devices: [
    {
      rule:
        "ECS does not know Neuron devices: two tasks that list one are both placed, " +
        "unless their lock ports keep them apart.",
      source: `${guide}/ecs-inference.html`,
    },
    {
      rule: "The second container that opens a Neuron device starts and then exits with 1; the first goes on.",
      source:
        "the devices belong to one process: https://awsdocs-neuron.readthedocs-hosted.com; " +
        "the exit code and the log's text: not verified",
    },
    {
      rule:
        "A container uses the devices that it lists, mounts or names in AWS_NEURON_VISIBLE_DEVICES; " +
        "`privileged` alone uses none.",
      source: unverified,
    },
  ],
  Services: [
    {
      rule:
        "Lower limit: desired x minimumHealthyPercent, rounded up; upper limit: " +
        "desired x maximumPercent, rounded down; 100 and 200 for replicas, 0 and 100 for daemons.",
      source: `${api}/API_DeploymentConfiguration.html`,
    },
    {
      rule: "Without health check and load balancer a task counts as healthy 40 seconds after RUNNING.",
      source: `${guide}/service-event-messages.html; the time as seen`,
    },
    {
      rule: "Tasks of older deployments stop with `Scaling activity initiated by (deployment ID)`.",
      source: `${guide}/stopped-task-error-codes.html; which deployment is named: ${unverified}`,
    },
    {
      rule:
        "The circuit breaker trips after half of the desired count, at least 3 and at most 200 failed tasks, " +
        "and rolls back to the last completed deployment.",
      source: `${guide}/deployment-circuit-breaker.html`,
    },
    {
      rule:
        "The deployment that is rolled back to is the newest one again: " +
        "its tasks that still run stay, and no service revision is made.",
      source: `${guide}/service-revision.html; the promotion is seen in public issues`,
    },
    {
      rule:
        "Only what is in a service revision goes back with it: capacity, network, load balancers, registries, " +
        "and the task definition.",
      source: `${api}/API_ServiceRevision.html`,
    },
    {
      rule:
        "UpdateService starts a deployment for the parameters of which its page says so; " +
        "the others are for tasks to come.",
      source: `${api}/API_UpdateService.html`,
    },
    {
      rule:
        "A task that ends by itself before it is healthy counts as failed; " +
        "after three in a row the scheduler doubles its pause, up to 15 minutes.",
      source: `the pause: ${unverified}`,
    },
    {
      rule: "The events' texts, the newest 100 of them; a complaint is repeated after six hours.",
      source:
        `${guide}/service-event-messages-list.html; the instance in a placement event: ` +
        `the first with a resource that is short: ${unverified}`,
    },
    {
      rule:
        "A DAEMON service has one task on every ACTIVE instance that satisfies its constraints; " +
        "its old task stops first.",
      source: `${guide}/ecs_services.html`,
    },
    {
      rule:
        "Tasks on a DRAINING instance are replaced within the service's limits; " +
        "those not yet RUNNING stop at once.",
      source: `${api}/API_UpdateContainerInstancesState.html`,
    },
    {
      rule:
        "CreateService twice with the same request answers the service there is; with another: " +
        "`Creation of service was not idempotent.`",
      source: `the text is seen in public issues; what makes a request the same: ${unverified}`,
    },
    {
      rule:
        "Load balancers are not there: a target is healthy at once, or fails two checks of 30 seconds after the " +
        "grace period (AIPLAT_SANDBOX_HEALTH).",
      source: "the sandbox's own",
    },
    {
      rule:
        "A service's `alarms` fail its deployment while a running task of it sets one of them off " +
        "(AIPLAT_SANDBOX_ALARM).",
      source: `the failing: ${guide}/deployment-failure-detection.html; there is no CloudWatch: the sandbox's own`,
    },
    { rule: "Rebalancing of zones is kept and shown, and moves nothing.", source: "the sandbox's own" },
  ],
  "Blue/green, linear and canary deployments": [
    {
      rule:
        "All the new tasks run beside all the old ones, until the last stage takes the old ones away; " +
        "the percentages do not reduce that.",
      source: `${guide}/blue-green-deployment-how-it-works.html`,
    },
    {
      rule:
        "The stages: (RECONCILE_SERVICE), PRE_SCALE_UP, SCALE_UP, POST_SCALE_UP, TEST_TRAFFIC_SHIFT, " +
        "POST_TEST_TRAFFIC_SHIFT, PRODUCTION_TRAFFIC_SHIFT, POST_PRODUCTION_TRAFFIC_SHIFT, BAKE_TIME, CLEAN_UP.",
      source: `${api}/API_ServiceDeployment.html`,
    },
    {
      rule: "A stage that has nothing to wait for lasts a second; SCALE_UP lasts until every new task is healthy.",
      source: "the sandbox's own",
    },
    {
      rule:
        "A canary shifts its percentage, waits, and shifts the rest; a linear deployment shifts equal steps with a " +
        "wait between them, none after the last. 5 % and 10 minutes, 10 % and 6 minutes unless set.",
      source: `${api}/API_CanaryConfiguration.html; ${api}/API_LinearConfiguration.html`,
    },
    { rule: "`bakeTimeInMinutes` must be given for BLUE_GREEN.", source: `${api}/API_DeploymentConfiguration.html` },
    {
      rule: "The circuit breaker works here too.",
      source:
        `${guide}/deployment-failure-detection.html for blue/green, ` +
        `against ${api}/API_DeploymentCircuitBreaker.html; ${unverified} for linear and canary`,
    },
    { rule: "SCALE_UP that lasts 24 hours fails the deployment, and it is rolled back.", source: unverified },
    {
      rule: "The old tasks stay as many as they were when the deployment began; one that stops is replaced.",
      source: unverified,
    },
    {
      rule:
        "A deployment that starts while another is under way first stops the tasks that are not in production " +
        "(RECONCILE_SERVICE).",
      source: `the stage: ${api}/API_ServiceDeployment.html; which tasks: ${unverified}`,
    },
    { rule: "A service's first deployment shifts its traffic at once and does not bake.", source: unverified },
    {
      rule: "DescribeServices shows the new deployment as PRIMARY, the old one as ACTIVE, both with a rolloutState.",
      source: unverified,
    },
    {
      rule: "Lifecycle hooks are refused. Traffic weights are shown, though no traffic flows.",
      source: "the sandbox's own",
    },
  ],
  "Service deployments": [
    {
      rule:
        "Each deployment is kept with its status: PENDING, IN_PROGRESS, then SUCCESSFUL, " +
        "STOPPED (failed without a rollback, or overtaken by another), ROLLBACK_SUCCESSFUL or ROLLBACK_FAILED; " +
        "a rollback is part of the deployment that failed.",
      source: `${guide}/service-deployment.html; STOPPED where overtaken, without STOP_REQUESTED: ${unverified}`,
    },
    {
      rule: "The deployment `ecs-svc/N` rolls out the revision `service-revision/CLUSTER/SERVICE/N`.",
      source: "https://github.com/hashicorp/terraform-provider-aws (internal/service/ecs/service.go) finds it so",
    },
    {
      rule: "StopServiceDeployment rolls back what is under way, over ROLLBACK_REQUESTED; there is no other stop type.",
      source: `${api}/API_StopServiceDeployment.html; what ended already: ConflictException, ${unverified}`,
    },
    { rule: "A rollback with nothing to go back to is ROLLBACK_FAILED.", source: unverified },
    {
      rule: "Lists are the newest first, 20 a page unless asked, by status and by time; they go with their service.",
      source: `${api}/API_ListServiceDeployments.html; the order: ${unverified}`,
    },
    { rule: "The wording of a `statusReason`.", source: unverified },
  ],
  API: [
    {
      rule:
        "RunTask under one client token runs once for 24 hours; for another request: " +
        "ConflictException with the tasks' ARNs.",
      source: `${api}/ECS_Idempotency.html`,
    },
    { rule: "A RunTask that started nothing leaves nothing under its token.", source: unverified },
    {
      rule: "ListTasks: desired status RUNNING unless asked; startedBy is the only filter.",
      source: `${api}/API_ListTasks.html`,
    },
    {
      rule:
        "Pages of 100 at most (services and capacity providers 10 unless asked); " +
        "lists are in the order of their ARNs.",
      source: `the sizes: ${api}; the order: ${unverified}`,
    },
    {
      rule: "Describe calls answer what is not there as failures, MISSING.",
      source: `${guide}/api_failures_messages.html`,
    },
    {
      rule:
        "RunTask takes 10 tasks, StartTask 10 instances, describe calls 100 (services 10), " +
        "overrides 8,192 characters, a definition 64 KiB, a resource 50 tags, an instance 10 custom attributes.",
      source: `${guide}/service-quotas.html; ${api}`,
    },
    { rule: "The wording of refusals that is not quoted above.", source: unverified },
    {
      rule: "Definitions derive no `requiresAttributes`: any agent of the sandbox can do all.",
      source: "the sandbox's own",
    },
    { rule: "Signatures and permissions are not checked.", source: "the sandbox's own" },
    {
      rule: "AMI ids are made up, the same for a region and a parameter each time.",
      source: "the sandbox's own; the parameters are AWS's",
    },
  ],
};
