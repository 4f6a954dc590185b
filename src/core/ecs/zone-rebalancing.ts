/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html */
import { isRaw } from "../base/merge.ts";
import { problem, type Problem } from "../base/problem.ts";
import type { PlacementConstraint } from "../ecs-api/api.ts";
import type { PlacementStrategy } from "../ecs-api/placement-strategy.ts";
import { deploymentSettingsOf, type ServiceInput } from "../ecs-api/service.ts";

const zone = "attribute:ecs.availability-zone";

/** What of a service decides on it. */
export interface Balanced {
  readonly daemon: boolean;
  readonly maximumPercent: number;
  readonly placementStrategy: readonly PlacementStrategy[];
  readonly placementConstraints: readonly { readonly expression?: string | undefined }[];
  readonly loadBalancers: readonly unknown[];
}

/** Why a service cannot be rebalanced over availability zones, and what to write to have it so. */
interface Obstacle {
  readonly message: string;
  readonly hint: string;
}

/**
 * On by default for a new service, and not to be had with maximumPercent 100, a DAEMON, a Classic Load Balancer, a
 * strategy that does not begin with the zones, or a constraint on them.
 *
 * @param constraints Those of its task definition.
 */
export function zoneRebalancing(
  service: ServiceInput,
  constraints: readonly PlacementConstraint[],
): "ENABLED" | "DISABLED" {
  const { strategy } = deploymentSettingsOf(service);
  return strategy === "ROLLING" && obstacleTo(balanced(service, constraints)) === undefined ? "ENABLED" : "DISABLED";
}

/** What is wrong where the user has it on all the same. Whether ECS minds the definition's constraints is not known. */
export function checkZoneRebalancing(service: ServiceInput): readonly Problem[] {
  const obstacle = obstacleTo(balanced(service, []));
  return service["availabilityZoneRebalancing"] !== "ENABLED" || obstacle === undefined
    ? []
    : [
        problem(
          "zone-rebalancing",
          ["ecs", "service", "availabilityZoneRebalancing"],
          obstacle.message,
          `Write DISABLED, or ${obstacle.hint}.`,
        ),
      ];
}

function balanced(service: ServiceInput, constraints: readonly PlacementConstraint[]): Balanced {
  const { daemon, maximumPercent } = deploymentSettingsOf(service);
  return {
    daemon,
    maximumPercent,
    placementStrategy: (service["placementStrategy"] ?? []) as readonly PlacementStrategy[],
    placementConstraints: [...constraints, ...(service.placementConstraints ?? [])],
    loadBalancers: (service["loadBalancers"] ?? []) as readonly unknown[],
  };
}

/** What keeps ECS from rebalancing; undefined where nothing does. */
export function obstacleTo(service: Balanced): Obstacle | undefined {
  const { daemon, maximumPercent, placementStrategy, placementConstraints, loadBalancers } = service;
  const rebalancing = "availability-zone rebalancing";
  if (daemon)
    return {
      message: `${rebalancing} is not for a DAEMON service, which has one task on every instance`,
      hint: "leave schedulingStrategy out",
    };
  if (maximumPercent <= 100)
    return {
      message: `${rebalancing} starts a task before it stops another, which maximumPercent ${maximumPercent} does not allow`,
      hint: "a maximumPercent above 100",
    };
  const [first] = placementStrategy;
  if (first !== undefined && (first.type !== "spread" || first.field !== zone))
    return {
      message: `${rebalancing} needs a placement strategy that begins with a spread over the zones, and this one begins with ${[first.type, first.field].join(" ").trim()}`,
      hint: `begin the strategy with { type: spread, field: ${zone} }`,
    };
  if (placementConstraints.some(({ expression }) => expression?.includes(zone)))
    return {
      message: `${rebalancing} does not go with a placement constraint on ${zone}`,
      hint: "remove that constraint",
    };
  if (loadBalancers.some((each) => isRaw(each) && each["loadBalancerName"] !== undefined))
    return { message: `${rebalancing} does not go with a Classic Load Balancer`, hint: "use a target group" };
  return undefined;
}
