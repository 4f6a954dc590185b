import { breakerThreshold } from "../ecs-api/deployment-limits.ts";
import type { Service } from "../ecs-api/service.ts";

/** `2 of 3 failures`, of those at which the circuit breaker ends the deployment; empty where none was or nobody counts. */
export function breakerText({ deployments, deploymentConfiguration, desiredCount }: Service): string {
  const { failedTasks = 0 } = deployments.find(({ status }) => status === "PRIMARY") ?? {};
  const { enable = false, thresholdConfiguration } = deploymentConfiguration?.deploymentCircuitBreaker ?? {};
  return enable && failedTasks > 0
    ? `${failedTasks} of ${breakerThreshold(desiredCount, thresholdConfiguration)} failures`
    : "";
}
