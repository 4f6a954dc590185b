/** Security groups as EC2 describes them. */
import { agreeing } from "../base/counted.ts";
import { listOr } from "../base/problem.ts";

export interface GroupRule {
  /** `-1` for all. */
  readonly protocol: string;
  /** The groups that it is about. */
  readonly groups: readonly string[];
}

export interface SecurityGroup {
  readonly id: string;
  readonly vpcId: string;
  readonly ingress: readonly GroupRule[];
  readonly egress: readonly GroupRule[];
}

/**
 * The directions in which EFA's traffic does not pass among machines that all have these groups: it takes a rule for all
 * traffic that names a group of theirs, and one by addresses does not do.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-start.html#efa-start-security
 */
export function efaKeptFrom(groups: readonly SecurityGroup[]): readonly ("in" | "out")[] {
  const ids = new Set(groups.map(({ id }) => id));
  const passes = (rules: readonly GroupRule[]) =>
    rules.some((rule) => rule.protocol === "-1" && rule.groups.some((id) => ids.has(id)));
  return [
    ...(passes(groups.flatMap(({ ingress }) => ingress)) ? [] : (["in"] as const)),
    ...(passes(groups.flatMap(({ egress }) => egress)) ? [] : (["out"] as const)),
  ];
}

/** @param machines As in "its machines". */
export function efaIsKept(groups: readonly string[], directions: readonly ("in" | "out")[], machines: string): string {
  const lets = agreeing(groups.length, "lets", "let");
  return `${listOr(groups, "and")} ${lets} no EFA traffic ${listOr(directions, "and")} among ${machines}`;
}

/** The words of AWS's own program that let it through. */
export function efaRuleCommands(group: string, directions: readonly ("in" | "out")[]): string {
  const commands = { in: "authorize-security-group-ingress", out: "authorize-security-group-egress" };
  return directions
    .map(
      (direction) =>
        `aws ec2 ${commands[direction]} --group-id ${group} --ip-permissions 'IpProtocol=-1,UserIdGroupPairs=[{GroupId=${group}}]'`,
    )
    .join("; ");
}
