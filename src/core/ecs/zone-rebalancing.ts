/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html */
import { isRaw } from "../base/merge.ts";
import { problem, type Problem } from "../base/problem.ts";
import type { PlacementConstraint, PlacementStrategyItem } from "../ecs-api/api.ts";
import { deploymentSettingsOf, type ServiceInput } from "../ecs-api/service.ts";

const zone = "attribute:ecs.availability-zone";

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
  return strategy === "ROLLING" && obstacleOf(service, constraints) === undefined ? "ENABLED" : "DISABLED";
}

/** What is wrong where the user has it on all the same. Whether ECS minds the definition's constraints is not known. */
export function checkZoneRebalancing(service: ServiceInput): readonly Problem[] {
  const obstacle = obstacleOf(service, []);
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

function obstacleOf(service: ServiceInput, constraints: readonly PlacementConstraint[]): Obstacle | undefined {
  const { maximumPercent, daemon } = deploymentSettingsOf(service);
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
  const [first] = (service["placementStrategy"] ?? []) as readonly PlacementStrategyItem[];
  if (first !== undefined && (first.type !== "spread" || first.field !== zone))
    return {
      message: `${rebalancing} needs a placement strategy that begins with a spread over the zones, and this one begins with ${[first.type, first.field].join(" ").trim()}`,
      hint: `begin the strategy with { type: spread, field: ${zone} }`,
    };
  if ([...constraints, ...(service.placementConstraints ?? [])].some(({ expression }) => expression?.includes(zone)))
    return {
      message: `${rebalancing} does not go with a placement constraint on ${zone}`,
      hint: "remove that constraint",
    };
  const balancers = (service["loadBalancers"] ?? []) as readonly unknown[];
  if (balancers.some((each) => isRaw(each) && each["loadBalancerName"] !== undefined))
    return { message: `${rebalancing} does not go with a Classic Load Balancer`, hint: "use a target group" };
  return undefined;
}
