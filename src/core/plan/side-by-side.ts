import { lowerLimit, upperLimit } from "../ecs-api/deployment-limits.ts";
import { deploymentSettingsOf, rolloutTag, type Service } from "../ecs-api/service.ts";
import { boundsOf } from "../ecs/rollout-bounds.ts";
import type { RolloutBounds } from "../workload/resolved.ts";
import type { ServiceStep } from "./service-plan.ts";

/** A deployment that replaces tasks: what it may take away and add at once, and what all of its workload may. */
export interface Takes {
  readonly unavailable: number;
  readonly surge: number;
  readonly bounds: RolloutBounds;
}

/** What the update of a live service takes; undefined where it replaces no tasks. */
export function takesOf(
  { action, replacesTasks, desiredCount, update, tags }: ServiceStep,
  live: Service | undefined,
): Takes | undefined {
  if (action !== "update" || !replacesTasks) return undefined;
  const { minimumHealthyPercent, maximumPercent } = deploymentSettingsOf({
    ...live,
    ...(update?.deploymentConfiguration === undefined
      ? {}
      : { deploymentConfiguration: update.deploymentConfiguration }),
  });
  const said = tags?.some(({ key }) => key === rolloutTag) === true ? tags : live?.tags;
  return {
    unavailable: desiredCount - lowerLimit(desiredCount, minimumHealthyPercent),
    surge: upperLimit(desiredCount, maximumPercent) - desiredCount,
    bounds: boundsOf({ tags: said ?? [] }) ?? {},
  };
}

/**
 * Whether a deployment may begin while others go on: all of them together take no more replicas of the workload away,
 * and add no more, than its rollout says.
 */
export function fitsBeside(others: readonly Takes[], next: Takes, parallel: number): boolean {
  if (others.length === 0) return true;
  const all = [...others, next];
  const sum = (what: "unavailable" | "surge") => all.reduce((total, each) => total + each[what], 0);
  const { maxUnavailable = Number.POSITIVE_INFINITY, maxSurge = Number.POSITIVE_INFINITY } = next.bounds;
  return all.length <= parallel && sum("unavailable") <= maxUnavailable && sum("surge") <= maxSurge;
}
