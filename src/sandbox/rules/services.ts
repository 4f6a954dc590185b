import { launchRules } from "./launch.ts";
import { api, guide, issue, unverified, type SandboxRule } from "./rule.ts";

/** How services keep and replace their tasks. */
export const serviceRules: readonly SandboxRule[] = [
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
    rule: "A load balancer on a port that two mappings have: Container port 53 is used in more than one port mapping for container dns.",
    source: issue("aws/amazon-ecs-agent", 3428),
  },
  {
    rule: "Tasks that find no place do not count against the circuit breaker.",
    source: `${unverified}; ${api}/API_Deployment.html counts a task that "the service scheduler can't launch"`,
  },
  {
    rule:
      "A task that gets healthy sets the count of failures back to 0, unless the circuit breaker has " +
      "`resetOnHealthyTask` off.",
    source: `${api}/API_DeploymentCircuitBreaker.html; without a circuit breaker: ${api}/API_Deployment.html`,
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
    rule: "Tasks on a DRAINING instance are replaced within the service's limits; those not yet RUNNING stop at once.",
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
  {
    rule: "A new service that does not say has rebalancing of zones on where it could be: with more than 100 percent, no strategy or one that begins with the zones, no constraint on them, no Classic Load Balancer.",
    source:
      "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html; that ECS leaves it off where not: as Terraform's provider says",
  },
  ...launchRules,
  { rule: "Rebalancing of zones is kept and shown, and moves nothing.", source: "the sandbox's own" },
];
