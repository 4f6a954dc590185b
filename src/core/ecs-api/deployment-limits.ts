/**
 * How ECS makes numbers of tasks of a deployment's percentages, and back.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
 */

/** "rounded up to the nearest integer value": the fewest tasks that stay healthy. */
export function lowerLimit(desired: number, minimumHealthyPercent: number): number {
  return Math.ceil((desired * minimumHealthyPercent) / 100);
}

/** "rounded down to the nearest integer value": the most tasks at once. */
export function upperLimit(desired: number, maximumPercent: number): number {
  return Math.floor((desired * maximumPercent) / 100);
}

/**
 * How many tasks may fail to start before the deployment circuit breaker ends the deployment: half of the desired count,
 * from 3 to 200, unless it says otherwise.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ThresholdConfiguration.html
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
 */
export function breakerThreshold(
  desired: number,
  { type = "BOUNDED_PERCENT", value = 50 }: BreakerThreshold = {},
): number {
  if (type === "COUNT") return value;
  const failures = Math.ceil((desired * value) / 100);
  return type === "UNBOUNDED_PERCENT" ? failures : Math.min(200, Math.max(3, failures));
}

/** The `thresholdConfiguration` of a `deploymentCircuitBreaker`. */
export interface BreakerThreshold {
  readonly type?: string;
  readonly value?: number;
}

/** The highest percentage that keeps no more than `kept` of `desired` healthy. */
export function percentDown(kept: number, desired: number): number {
  return Math.floor((kept * 100) / desired);
}

/** The lowest percentage that allows `allowed` tasks. */
export function percentUp(allowed: number, desired: number): number {
  return Math.ceil((allowed * 100) / desired);
}

/** A percentage that keeps at least `kept` of `desired` healthy: the same number where a whole percentage says it. */
export function percentKeeping(kept: number, desired: number): number {
  const percent = percentDown(kept, desired);
  return lowerLimit(desired, percent) < kept ? percent + 1 : percent;
}

/** A percentage that allows `allowed` tasks at most: the same number where a whole percentage says it. */
export function percentAllowing(allowed: number, desired: number): number {
  const percent = percentUp(allowed, desired);
  return upperLimit(desired, percent) > allowed ? percent - 1 : percent;
}
