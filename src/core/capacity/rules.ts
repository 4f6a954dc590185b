import type { RefusalCode } from "../base/codes/problem-codes.ts";
import { listOr, settingProblem, type Problem } from "../base/problem.ts";
import { sizeFlagProblems } from "../base/size-flags.ts";
import { formatMiB } from "../workload/fields.ts";
import { hasPlacementGroup } from "./launch-template.ts";
import type { CapacityMachines } from "./machines.ts";
import { capacityName, longestStackName } from "../cluster/capacity-names.ts";
import type { CapacitySettings } from "./settings.ts";

/** Everything that is wrong with what the operator said, for these machines, at once, before AWS is asked. */
export function settingProblems(fleets: readonly CapacityMachines[], settings: CapacitySettings): readonly Problem[] {
  return [
    ...flagProblems(settings),
    ...(settings.kind === "ec2"
      ? [...sizeFlagProblems(settings), ...fleets.flatMap((machines) => groupProblems(machines, settings))]
      : managedProblems(fleets, settings)),
    ...severalTypesProblems(fleets, settings),
    ...fleets.flatMap((machines) => nameProblems(machines, settings)),
  ];
}

/** What keeps the machines from having every EFA interface of their types, where somebody asks for that. */
export function efaProblems(
  fleets: readonly CapacityMachines[],
  { kind }: Pick<CapacitySettings, "kind">,
): readonly Problem[] {
  if (kind === "managed-instances")
    return [
      settingProblem(
        "managed-instances-setting",
        "--efa does not go with Managed Instances: their providers have no field for interfaces",
        "Leave it out, or use --capacity ec2.",
      ),
    ];
  return fleets.flatMap(({ type: { instanceType, efaInterfaces } }) => {
    if (efaInterfaces === null)
      return [
        settingProblem(
          "no-efa",
          `--efa: no source says how many EFA interfaces ${instanceType} has`,
          "Leave it out, and write the interfaces into the launch template.",
        ),
      ];
    return efaInterfaces > 0
      ? []
      : [settingProblem("no-efa", `--efa: ${instanceType} has no EFA interface`, "Leave it out.")];
  });
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCluster.html */
const clusterName = /^[A-Za-z0-9_-]{1,255}$/;
/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Attribute.html */
const attributeName = /^[A-Za-z0-9_./\\-]{1,128}$/;
const attributeValue = /^(?! )[A-Za-z0-9_.@:/\\ -]{0,128}(?<! )$/;

/** What is wrong with the flags, whatever the machines are. */
export function flagProblems(settings: CapacitySettings): readonly Problem[] {
  const { cluster, subnets, securityGroups, vpcId, reservation, capacityBlock, attributes, spot } = settings;
  const problems: Problem[] = [];
  const say = (code: RefusalCode, message: string, hint?: string) => problems.push(settingProblem(code, message, hint));
  if (!clusterName.test(cluster))
    say("bad-flag", `--cluster ${cluster}: must be a cluster's name, of letters, digits, dashes and underscores`);
  const forms = [
    { flag: "--subnet", values: subnets.map(({ id }) => id), pattern: /^subnet-[0-9a-z]+$/, wants: "subnet" },
    { flag: "--security-group", values: securityGroups, pattern: /^sg-[0-9a-z]+$/, wants: "sg" },
    { flag: "--vpc", values: vpcId === undefined ? [] : [vpcId], pattern: /^vpc-[0-9a-z]+$/, wants: "vpc" },
    {
      flag: "--reservation",
      values: reservation === undefined ? [] : [reservation],
      pattern: /^cr-[0-9a-z]+$/,
      wants: "cr",
    },
    {
      flag: "--capacity-block",
      values: capacityBlock === undefined ? [] : [capacityBlock],
      pattern: /^cr-[0-9a-z]+$/,
      wants: "cr",
    },
  ];
  for (const { flag, values, pattern, wants } of forms)
    for (const value of values)
      if (!pattern.test(value)) say("bad-flag", `${flag} ${value}: must be an id, as ${wants}-0123456789abcdef0`);
  for (const [name, value] of Object.entries(attributes)) {
    if (!attributeName.test(name) || !attributeValue.test(value))
      say(
        "bad-attribute",
        `--attribute ${name}=${value} is no attribute of a container instance`,
        "Names have letters, digits, dashes, underscores, dots and slashes; values also @, colons and spaces within.",
      );
    else if (/^(?:ecs|com\.amazonaws)\./.test(name) || name.startsWith("aiplat."))
      say(
        "bad-attribute",
        `--attribute ${name} is ECS's own or aiplat's`,
        "Choose a name of your own, e.g. stack=prod.",
      );
  }
  if (subnets.length === 0)
    say(
      "missing-subnet",
      "machines need subnets, and none was given",
      "Add --subnet; aws ec2 describe-subnets --query 'Subnets[].[SubnetId,VpcId,AvailabilityZone]' shows those there are.",
    );
  if (reservation !== undefined && capacityBlock !== undefined)
    say(
      "two-reservations",
      "--reservation and --capacity-block exclude each other",
      "Keep --capacity-block for what was bought for a time, --reservation for an open-ended on-demand reservation.",
    );
  const reserved = reservation ?? capacityBlock;
  if (spot && reserved !== undefined)
    say(
      "spot-reservation",
      `--spot does not go with ${reserved}: what is reserved is not Spot`,
      "Leave one of them out.",
    );
  return problems;
}

function nameProblems({ type }: CapacityMachines, { cluster }: CapacitySettings): readonly Problem[] {
  const name = capacityName(cluster, type.instanceType);
  return name.length <= longestStackName
    ? []
    : [
        settingProblem(
          "stack-name-length",
          `the stack would be called ${name}, of ${name.length} characters, and CloudFormation takes ${longestStackName}`,
          "Use a cluster with a shorter name.",
        ),
      ];
}

/** Why the machines must be in one zone; undefined where they need not. */
function whyOneZone(machines: CapacityMachines, settings: CapacitySettings): string | undefined {
  if (settings.capacityBlock !== undefined) return "a capacity block is in one zone";
  return hasPlacementGroup(machines, settings)
    ? "machines of one placement group, and EFA's traffic, stay in one zone"
    : undefined;
}

function groupProblems(machines: CapacityMachines, settings: CapacitySettings): readonly Problem[] {
  const { subnets, reservedMemoryMiB = 0 } = settings;
  const { type, taskMemoryMiB = 0 } = machines;
  const name = type.instanceType;
  const problems: Problem[] = [];
  const say = (code: RefusalCode, message: string, hint?: string) => problems.push(settingProblem(code, message, hint));
  const oneZone = whyOneZone(machines, settings);
  if (subnets.length > 1 && oneZone !== undefined)
    say(
      "several-zones",
      `${subnets.length} subnets were given for ${name}: ${oneZone}`,
      `Give one --subnet: ${listOr(subnets.map(({ id }) => id))}.`,
    );
  // What an agent registers of the type's memory at most, before it keeps some back.
  const room = Math.floor(type.memoryMiB * 0.95) - reservedMemoryMiB;
  if (room <= 0)
    say(
      "reserved-memory",
      `--reserved-memory ${formatMiB(reservedMemoryMiB)} leaves nothing of ${name}, which has ${formatMiB(type.memoryMiB)}`,
      "Reserve less.",
    );
  else if (reservedMemoryMiB > 0 && taskMemoryMiB > room)
    say(
      "reserved-memory",
      `--reserved-memory leaves ${formatMiB(room)} of ${name}, and the tasks of a machine take ${formatMiB(taskMemoryMiB)}`,
      "Reserve less, or write resources.reserve.memory into the workload.",
    );
  return problems;
}

function severalTypesProblems(
  fleets: readonly CapacityMachines[],
  { reservation, capacityBlock }: CapacitySettings,
): readonly Problem[] {
  const reserved = reservation ?? capacityBlock;
  return reserved === undefined || fleets.length < 2
    ? []
    : [
        settingProblem(
          "reservation-of-one-type",
          `${reserved} is of one instance type, and the workload has ${fleets.length}`,
          "Name that type alone with --instance-type.",
        ),
      ];
}

/** What ECS decides itself, or its providers have no field for. */
function managedProblems(fleets: readonly CapacityMachines[], settings: CapacitySettings): readonly Problem[] {
  const { reservation, capacityBlock, minSize, desiredSize, maxSize, imdsHopLimit, reservedMemoryMiB, attributes } =
    settings;
  const given = [
    ...(reservation === undefined ? [] : ["--reservation"]),
    ...(capacityBlock === undefined ? [] : ["--capacity-block"]),
    ...(minSize === undefined ? [] : ["--min-size"]),
    ...(desiredSize === undefined ? [] : ["--desired-size"]),
    ...(maxSize === undefined ? [] : ["--max-size"]),
    ...(imdsHopLimit === undefined ? [] : ["--imds-hop-limit"]),
    ...(reservedMemoryMiB === undefined ? [] : ["--reserved-memory"]),
    ...(Object.keys(attributes).length === 0 ? [] : ["--attribute"]),
  ];
  return [
    ...given.map((flag) =>
      settingProblem(
        "managed-instances-setting",
        `${flag} does not go with Managed Instances, which ECS starts and sets up itself`,
        "Leave it out, or use --capacity ec2.",
      ),
    ),
    ...fleets
      .filter(({ type }) => type.family === "inf1")
      .map(({ type }) =>
        settingProblem(
          "managed-instances-inf1",
          `${type.instanceType} cannot run on Managed Instances: Inf1 is for EC2 capacity only`,
          "Use --capacity ec2.",
        ),
      ),
  ];
}
