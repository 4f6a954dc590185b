import { isRaw, type Raw } from "../base/merge.ts";
import { problem, type Problem } from "../base/problem.ts";
import type { RefusalCode } from "../base/codes/problem-codes.ts";
import type { Tag } from "../ecs-api/api.ts";
import { lowerLimit, percentAllowing, percentKeeping, upperLimit } from "../ecs-api/deployment-limits.ts";
import { deploymentSettingsOf, rolloutTag, type DeploymentConfiguration, type Service } from "../ecs-api/service.ts";
import type { Change } from "./diff.ts";
import type { ServiceUpdate } from "./service-form.ts";
import type { RolloutBounds } from "../workload/resolved.ts";

type Percentages = Pick<DeploymentConfiguration, "minimumHealthyPercent" | "maximumPercent">;

/**
 * What ECS takes for the bounds of a rollout of so many tasks: never looser than they say. ECS's own default stays
 * where the bounds say nothing, or there is no task to count in.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
 */
export function percentagesFor({ maxUnavailable, maxSurge }: RolloutBounds, count: number): Percentages {
  if (count === 0) return {};
  return {
    ...(maxSurge === undefined ? {} : { maximumPercent: percentAllowing(count + maxSurge, count) }),
    ...(maxUnavailable === undefined
      ? {}
      : { minimumHealthyPercent: percentKeeping(Math.max(0, count - maxUnavailable), count) }),
  };
}

/** Where the raw fields of a service and the bounds do not go together. */
export function checkRawRollout(raw: Raw, bounds: RolloutBounds | undefined): readonly Problem[] {
  if (bounds === undefined) return [];
  const problems: Problem[] = [];
  const refuse = (code: RefusalCode, key: readonly string[], message: string, hint: string) =>
    problems.push(problem(code, ["rollout", ...key], message, hint));
  const deployment = isRaw(raw["deploymentConfiguration"]) ? raw["deploymentConfiguration"] : {};
  const strategy = deployment["strategy"] ?? "ROLLING";
  if (strategy !== "ROLLING")
    refuse(
      "rollout-strategy",
      [],
      `rollout does not go with strategy ${String(strategy)}, which runs all replicas twice until the old ones are cleaned up`,
      "Remove rollout, or use rolling updates.",
    );
  if (raw["schedulingStrategy"] === "DAEMON")
    refuse(
      "rollout-daemon",
      [],
      "rollout counts replicas, and a DAEMON has one task on each instance, however many there are",
      "Remove it; ecs.service.deploymentConfiguration.minimumHealthyPercent is for a DAEMON.",
    );
  for (const [key, percent] of [
    ["maxUnavailable", "minimumHealthyPercent"],
    ["maxSurge", "maximumPercent"],
  ] as const)
    if (bounds[key] !== undefined && deployment[percent] !== undefined)
      refuse(
        "rollout-twice",
        [key],
        `rollout.${key} and ecs.service.deploymentConfiguration.${percent} say the same thing`,
        "Remove one of them.",
      );
  return problems;
}

/** Where so many tasks cannot move within the bounds, since less than one percent of them may. */
export function checkRolloutOf(
  service: Parameters<typeof deploymentSettingsOf>[0],
  bounds: RolloutBounds | undefined,
  count: number,
): readonly Problem[] {
  const { minimumHealthyPercent, maximumPercent } = deploymentSettingsOf(service);
  const moves = lowerLimit(count, minimumHealthyPercent) < count || upperLimit(count, maximumPercent) > count;
  if (bounds === undefined || count === 0 || moves) return [];
  return [
    problem(
      "rollout-too-fine",
      ["rollout"],
      `rollout lets ${Math.max(bounds.maxUnavailable ?? 0, bounds.maxSurge ?? 0)} of ${count} replicas change at once, and ECS counts in whole percents`,
      `Write at least ${Math.ceil(count / 100)}.`,
    ),
  ];
}

/** The tag by which a service remembers its bounds, as `maxUnavailable=1 maxSurge=0`: `service scale` has no file. */
export function rolloutTags(bounds: RolloutBounds | undefined): readonly Tag[] {
  if (bounds === undefined) return [];
  const words = Object.entries(bounds).map(([key, value]) => `${key}=${value}`);
  return [{ key: rolloutTag, value: words.length === 0 ? noBounds : words.join(" ") }];
}

/** Tags are added and never taken away: this one says that there are no bounds any more. */
const noBounds = "none";

/** The tags of a live service with which it forgets its bounds, where the workload says none any more. */
export function forgottenRollout(declared: Pick<Service, "tags">, live: Pick<Service, "tags">): readonly Tag[] {
  const has = ({ tags = [] }: Pick<Service, "tags">) => tags.some(({ key }) => key === rolloutTag);
  return has(live) && !has(declared) ? [{ key: rolloutTag, value: noBounds }] : [];
}

/** The bounds that a service's tags say; undefined where they say none. */
export function boundsOf({ tags = [] }: Pick<Service, "tags">): RolloutBounds | undefined {
  const value = tags.find(({ key }) => key === rolloutTag)?.value ?? noBounds;
  const said = (name: keyof RolloutBounds) => new RegExp(`(?:^| )${name}=(\\d+)(?: |$)`).exec(value)?.[1];
  const [maxUnavailable, maxSurge] = [said("maxUnavailable"), said("maxSurge")];
  if (maxUnavailable === undefined && maxSurge === undefined) return undefined;
  return {
    ...(maxUnavailable === undefined ? {} : { maxUnavailable: Number(maxUnavailable) }),
    ...(maxSurge === undefined ? {} : { maxSurge: Number(maxSurge) }),
  };
}

/**
 * The live service's deployment configuration with the percentages that its bounds come to at another count; undefined
 * where they are what it has.
 */
export function deploymentConfigurationAt(service: Service, count: number): DeploymentConfiguration | undefined {
  const bounds = boundsOf(service);
  const before = service.deploymentConfiguration ?? {};
  const percentages = bounds === undefined ? {} : percentagesFor(bounds, count);
  const same = Object.entries(percentages).every(([key, value]) => before[key as keyof Percentages] === value);
  return same ? undefined : { ...before, ...percentages };
}

/**
 * What an update to another count has to say besides: the percentages that the bounds come to, and no rebalancing where
 * ECS does not have it beside them.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html
 */
export function rolloutUpdate(
  service: Service,
  count: number,
): Pick<ServiceUpdate, "deploymentConfiguration" | "availabilityZoneRebalancing"> {
  const deploymentConfiguration = deploymentConfigurationAt(service, count);
  if (deploymentConfiguration === undefined) return {};
  const rebalances = service["availabilityZoneRebalancing"] === "ENABLED";
  return {
    deploymentConfiguration,
    ...(rebalances && (deploymentConfiguration.maximumPercent ?? 200) <= 100
      ? { availabilityZoneRebalancing: "DISABLED" }
      : {}),
  };
}

/** What such a configuration changes of the live service. */
export function percentageChanges(
  { deploymentConfiguration: before = {} }: Pick<Service, "deploymentConfiguration">,
  after: DeploymentConfiguration = before,
): readonly Change[] {
  return (["minimumHealthyPercent", "maximumPercent"] as const).flatMap((key) =>
    before[key] === after[key]
      ? []
      : [{ path: `deploymentConfiguration.${key}`, kind: "changed" as const, before: before[key], after: after[key] }],
  );
}
