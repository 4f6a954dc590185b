import { api, guide, unverified, type SandboxRule } from "./rule.ts";

/** Deployments that shift traffic from one set of tasks to another. */
export const shiftedDeploymentRules: readonly SandboxRule[] = [
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
  {
    rule: "SCALE_UP that lasts 24 hours fails the deployment, and it is rolled back.",
    source: `${guide}/blue-green-deployment-how-it-works.html: "times out, fails the deployment, and then initiates a rollback after a stage reaches 24 hours"`,
  },
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
    rule:
      "A PAUSE hook holds its stage until ContinueServiceDeployment with its hookId (CONTINUE unless it says ROLLBACK), " +
      "or for `timeoutInMinutes` (1,440), and then does its `action` (ROLLBACK); hooks of one stage must all be through. " +
      "None at TEST_TRAFFIC_SHIFT and PRODUCTION_TRAFFIC_SHIFT.",
    source:
      `${guide}/pause-lifecycle-hooks.html; ${api}/API_DeploymentLifecycleHook.html; ` +
      `${api}/API_DeploymentLifecycleHookTimeoutConfiguration.html`,
  },
  {
    rule:
      "A hook at PRE_PRODUCTION_TRAFFIC_SHIFT comes before each step of the production traffic; `lifecycleStage`, which " +
      "has no such word, is meanwhile POST_TEST_TRAFFIC_SHIFT, and PRODUCTION_TRAFFIC_SHIFT after the first step.",
    source: `${api}/API_DeploymentLifecycleHook.html; what is shown: ${unverified}`,
  },
  {
    rule:
      "`lifecycleHookDetails` has the hooks of the stage that the deployment is in; a hook that nobody can continue " +
      "(unknown, through, of a deployment that is not IN_PROGRESS) is an InvalidParameterException.",
    source: `${guide}/continue-service-deployment.html; the error: ${unverified}`,
  },
  {
    rule:
      "Hooks that call a Lambda function, and hooks of ROLLING deployments, are refused, though ECS takes both: at which " +
      "moments a rolling deployment pauses, its pages do not say. Traffic weights are shown, though no traffic flows.",
    source: "the sandbox's own",
  },
];

/** What ECS keeps of each deployment. */
export const serviceDeploymentRules: readonly SandboxRule[] = [
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
];
