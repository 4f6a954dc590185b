/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html */
import { lowerLimit, upperLimit } from "../../core/ecs-api/deployment-limits.ts";
import type { ServiceSettingsRecord } from "./records.ts";

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
export function nextMoves({
  desired,
  fresh,
  freshHealthy,
  stale,
  staleHealthy,
  minimumHealthyPercent,
  maximumPercent,
}: Standing): Moves {
  const lower = lowerLimit(desired, minimumHealthyPercent);
  const upper = upperLimit(desired, maximumPercent);
  const start = Math.max(0, Math.min(desired - fresh, upper - fresh - stale));
  const spare = Math.max(0, freshHealthy + staleHealthy - lower);
  const sick = stale - staleHealthy;
  return {
    start,
    stopStale: Math.min(stale, sick + Math.min(staleHealthy, spare)),
    stopFresh: Math.max(0, fresh - desired),
  };
}

/** A shift of production traffic to the new revision, and what follows it before the next one. */
export interface TrafficStep {
  /** Of the production traffic, from now on. */
  readonly percent: number;
  readonly waitMinutes: number;
}

/**
 * How production traffic moves: at once, in a first part and the rest, or in equal steps. A step's bake time "is not
 * applied after reaching 100 percent traffic".
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LinearConfiguration.html
 */
export function trafficSteps({
  strategy,
  linear,
  canary,
}: Pick<ServiceSettingsRecord, "strategy" | "linear" | "canary">): readonly TrafficStep[] {
  const all: TrafficStep = { percent: 100, waitMinutes: 0 };
  if (strategy === "CANARY")
    return canary.canaryPercent >= 100
      ? [all]
      : [{ percent: canary.canaryPercent, waitMinutes: canary.canaryBakeTimeInMinutes }, all];
  if (strategy !== "LINEAR") return [all];
  // In tenths of a percent: 3.3 three times is 9.9, not 9.899999.
  const step = Math.round(linear.stepPercent * 10);
  const before = Math.ceil(1_000 / step) - 1;
  return [
    ...Array.from({ length: before }, (_, index) => ({
      percent: (step * (index + 1)) / 10,
      waitMinutes: linear.stepBakeTimeInMinutes,
    })),
    all,
  ];
}
