import { counted } from "../base/counted.ts";
import { fail, ok, someOf, warn, type CheckItem } from "../base/check-report.ts";
import type { NetworkConfiguration } from "../ecs-api/api.ts";
import type { ObservedAccount } from "./observation.ts";
import type { SecurityGroup } from "../capacity/security-groups.ts";
import type { Subnet } from "./observed-ec2.ts";
import { judged, valueOf } from "./reading.ts";

/**
 * The subnets and security groups of tasks with network interfaces of their own.
 *
 * @param replicas How many more tasks there are to be, each with an address.
 */
export function checkNetwork(
  configuration: NetworkConfiguration | undefined,
  observed: ObservedAccount,
  replicas: number,
): readonly CheckItem[] {
  const { subnets = [], securityGroups = [] } = configuration?.awsvpcConfiguration ?? {};
  if (subnets.length === 0)
    return [
      fail(
        "subnets",
        "in network mode awsvpc a task needs subnets, and none are named",
        "Set ecs.network.subnets, or give --network-configuration.",
      ),
    ];
  const vpc = valueOf(observed.subnets)?.find(({ id }) => subnets.includes(id))?.vpcId;
  return [
    ...judged("subnets", `subnets ${someOf(subnets)}`, observed.subnets, (found) =>
      checkSubnets(subnets, found, replicas),
    ),
    ...checkGroups(securityGroups, observed, vpc),
  ];
}

function checkSubnets(names: readonly string[], found: readonly Subnet[], replicas: number): readonly CheckItem[] {
  const check = "subnets";
  const missing = names.filter((name) => !found.some(({ id }) => id === name));
  if (missing.length > 0)
    return [
      fail(
        check,
        `there is no subnet ${someOf(missing)} in this account and region`,
        "aws ec2 describe-subnets lists those there are.",
      ),
    ];
  const vpcs = new Set(found.map(({ vpcId }) => vpcId));
  if (vpcs.size > 1)
    return [
      fail(
        check,
        `the subnets are of ${vpcs.size} VPCs (${found.map(({ id, vpcId }) => `${id}: ${vpcId}`).join(", ")}): ` +
          "ECS takes those of one",
        "Name subnets of one VPC.",
      ),
    ];
  const down = found.filter(({ state }) => state !== "available");
  if (down.length > 0)
    return [
      fail(
        check,
        `subnet ${someOf(down.map(({ id, state }) => `${id} (${state})`))} is not available`,
        "Wait until it is, or name another.",
      ),
    ];
  const free = found.reduce((sum, { availableAddresses }) => sum + availableAddresses, 0);
  const has = `${free} free ${free === 1 ? "address" : "addresses"}`;
  if (free === 0)
    return [
      fail(
        check,
        `there is no free address in ${someOf(names)}, and each task takes one`,
        "Add a subnet with free addresses.",
      ),
    ];
  if (free < replicas)
    return [
      warn(
        check,
        `${has} in ${someOf(names)} for ${counted(replicas, "task")}, each of which takes one`,
        "Add a subnet with free addresses.",
      ),
    ];
  return [ok(check, `${someOf(names)} in ${[...vpcs].join("")}, ${has}`)];
}

function checkGroups(
  names: readonly string[],
  { securityGroups }: ObservedAccount,
  vpc: string | undefined,
): readonly CheckItem[] {
  const check = "security-groups";
  if (names.length === 0) return [ok(check, "no security groups are named: tasks get the VPC's default one")];
  return judged(check, `security groups ${someOf(names)}`, securityGroups, (found: readonly SecurityGroup[]) => {
    const missing = names.filter((name) => !found.some(({ id }) => id === name));
    if (missing.length > 0)
      return [
        fail(
          check,
          `there is no security group ${someOf(missing)} in this account and region`,
          "aws ec2 describe-security-groups lists those there are.",
        ),
      ];
    const foreign = vpc === undefined ? [] : found.filter(({ vpcId }) => vpcId !== vpc);
    if (foreign.length > 0)
      return [
        fail(
          check,
          `security group ${someOf(foreign.map(({ id, vpcId }) => `${id} is of ${vpcId}`))}, ` +
            `and the subnets are of ${vpc}`,
          `Name security groups of ${vpc}.`,
        ),
      ];
    return [ok(check, `${someOf(names)} of the same VPC`)];
  });
}
