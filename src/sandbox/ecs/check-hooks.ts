import type { ServiceSettingsRecord } from "../model/records.ts";
import { AwsError, invalidParameter } from "../wire/aws-error.ts";

/** "PAUSE hooks cannot be configured at" these. */
const lambdaStages: ReadonlySet<string> = new Set(["TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT"]);

/** Whether the sandbox plays the hook in deployments of the strategy. A hook without a type is Lambda's. */
export function isPlayed(
  { targetType }: ServiceSettingsRecord["lifecycleHooks"][number],
  strategy: ServiceSettingsRecord["strategy"],
): boolean {
  return targetType === "PAUSE" && strategy !== "ROLLING";
}

/**
 * @throws AwsError for lifecycle hooks that ECS refuses, and for those that the sandbox does not play.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentLifecycleHook.html
 */
export function checkHooks({
  lifecycleHooks,
  strategy,
}: Pick<ServiceSettingsRecord, "lifecycleHooks" | "strategy">): void {
  for (const hook of lifecycleHooks) {
    if (!isPlayed(hook, strategy))
      throw new AwsError(
        "UnsupportedFeatureException",
        hook.targetType === "PAUSE"
          ? "The sandbox plays lifecycle hooks of BLUE_GREEN, LINEAR and CANARY deployments, not of ROLLING ones. " +
              'Set another strategy, or "lifecycleHooks": [].'
          : "The sandbox plays lifecycle hooks of the target type PAUSE alone, not AWS_LAMBDA, which ECS takes: there is no " +
              "Lambda function behind it. " +
              "Leave this hook out.",
      );
    const { lifecycleStages = [] } = hook;
    if (lifecycleStages.length === 0) throw invalidParameter("lifecycleStages must be provided for a lifecycle hook.");
    const wrong = lifecycleStages.find((stage) => lambdaStages.has(stage));
    if (wrong !== undefined) throw invalidParameter(`PAUSE hooks cannot be configured at the stage ${wrong}.`);
  }
}
