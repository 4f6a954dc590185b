/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html */
import { lowerLimit, upperLimit } from "../../core/ecs/rollout.ts";

/** Half of the desired count, from 3 to 200. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html */
export function breakerThreshold(desired: number): number {
  return Math.min(200, Math.max(3, Math.ceil(desired * 0.5)));
}

export interface Standing {
  readonly desired: number;
  /** Tasks of the newest deployment that are to run, healthy or not. */
  readonly fresh: number;
  /** Of these, the healthy ones. */
  readonly freshHealthy: number;
  /** Tasks of older deployments, and on instances that drain, that are to run. */
  readonly stale: number;
  readonly staleHealthy: number;
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
}

export interface Moves {
  readonly start: number;
  /** How many of the stale tasks to stop; those that are not healthy go first. */
  readonly stopStale: number;
  /** How many of the fresh ones are too many. */
  readonly stopFresh: number;
}

/** What a rolling update does next: start up to the upper limit, stop down to the lower one. */
export function nextMoves({ desired, fresh, freshHealthy, stale, staleHealthy, minimumHealthyPercent, maximumPercent }: Standing): Moves {
  const lower = lowerLimit(desired, minimumHealthyPercent);
  const upper = upperLimit(desired, maximumPercent);
  const start = Math.max(0, Math.min(desired - fresh, upper - fresh - stale));
  const spare = Math.max(0, freshHealthy + staleHealthy - lower);
  const sick = stale - staleHealthy;
  return { start, stopStale: Math.min(stale, sick + Math.min(staleHealthy, spare)), stopFresh: Math.max(0, fresh - desired) };
}
