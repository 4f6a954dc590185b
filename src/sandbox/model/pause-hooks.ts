/**
 * Lifecycle hooks at which a deployment waits for ContinueServiceDeployment, or until their time is over.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/pause-lifecycle-hooks.html
 */
import type { LifecycleStage, PauseHookRecord, ServiceDeploymentRecord } from "./records.ts";
import type { World } from "./world.ts";

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentLifecycleHookTimeoutConfiguration.html */
const defaultMinutes = 1_440;
const minuteMs = 60_000;

/** The hooks of the stage that a rollout enters, each with an id of its own. */
export function openHooks(
  world: World,
  { target }: Pick<ServiceDeploymentRecord, "target">,
  stage: LifecycleStage,
): PauseHookRecord[] {
  return target.settings.lifecycleHooks
    .filter(({ lifecycleStages = [] }) => lifecycleStages.some((each) => each === stage))
    .map(({ timeoutConfiguration: { timeoutInMinutes = defaultMinutes, action = "ROLLBACK" } = {} }) => ({
      id: `ecs-pause-${world.hex(43)}`,
      expiresAt: world.now() + timeoutInMinutes * minuteMs,
      timeoutAction: action,
      status: "AWAITING_ACTION",
    }));
}

/** Whether the rollout has a hook at the stage. */
export function hasHookAt({ target }: Pick<ServiceDeploymentRecord, "target">, stage: LifecycleStage): boolean {
  return target.settings.lifecycleHooks.some(({ lifecycleStages = [] }) =>
    lifecycleStages.some((each) => each === stage),
  );
}

/** How long the rollout waits at its hooks yet; 0 where all are through. */
export function pauseLeftMs(world: World, { hooks }: Pick<ServiceDeploymentRecord, "hooks">): number {
  const awaiting = hooks.filter(({ status }) => status === "AWAITING_ACTION");
  return awaiting.length === 0 ? 0 : Math.min(...awaiting.map(({ expiresAt }) => expiresAt - world.now()));
}

/** Ends the hooks whose time is over. */
export function expireHooks(world: World, current: ServiceDeploymentRecord): void {
  for (const hook of current.hooks)
    if (hook.status === "AWAITING_ACTION" && hook.expiresAt <= world.now()) {
      hook.status = "TIMED_OUT";
      current.updatedAt = world.now();
    }
}

/** Why a hook takes the rollout back, to complete "Service deployment rolled back because"; undefined where none does. */
export function whyHookRollsBack({ hooks }: Pick<ServiceDeploymentRecord, "hooks">): string | undefined {
  if (hooks.some(({ status }) => status === "FAILED")) return "a user rolled it back at a lifecycle hook";
  return hooks.some(({ status, timeoutAction }) => status === "TIMED_OUT" && timeoutAction === "ROLLBACK")
    ? "a lifecycle hook timed out"
    : undefined;
}
