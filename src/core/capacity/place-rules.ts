import { listOr, settingProblem, type Problem } from "../base/problem.ts";
import { mountFolder } from "../ecs/volumes.ts";
import { diskGiBOf } from "./launch-template.ts";
import type { CapacityMachines } from "./machines.ts";
import { efaIsKept, efaKeptFrom, efaRuleCommands } from "./security-groups.ts";
import type { CapacitySettings } from "./settings.ts";

/** What is wrong with the subnets and the images that were found, for these machines, at once. */
export function placeProblems(fleets: readonly CapacityMachines[], settings: CapacitySettings): readonly Problem[] {
  return [
    ...subnetProblems(settings),
    ...vpcProblems(settings),
    ...groupProblems(fleets, settings),
    ...imageProblems(settings),
    ...fleets.flatMap((machines) => [
      ...zoneProblems(machines, settings),
      ...(settings.kind === "ec2" ? [...mountProblems(machines, settings), ...diskProblems(machines, settings)] : []),
    ]),
  ];
}

function subnetProblems({ subnets, subnetsThere, region }: CapacitySettings): readonly Problem[] {
  if (subnetsThere === undefined) return [];
  return subnets
    .filter(({ id }) => !subnetsThere.has(id))
    .map(({ id }) => settingProblem("unknown-subnet", `--subnet ${id}: there is none in ${region ?? "the region"}`));
}

/** EC2 looks for the image only when a machine starts. */
function imageProblems({ images, region }: CapacitySettings): readonly Problem[] {
  const missing = new Set([...images.values()].flatMap(({ id, isMissing }) => (isMissing === true ? [id] : [])));
  return [...missing].map((id) =>
    settingProblem(
      "unknown-image",
      `--image-id ${id}: EC2 shows this account none such in ${region ?? "the region"}`,
      "Leave it out to have the newest that serves the type.",
    ),
  );
}

function vpcProblems({ subnets, vpcId }: CapacitySettings): readonly Problem[] {
  const vpcs = new Set([...subnets.flatMap((subnet) => subnet.vpcId ?? []), ...(vpcId === undefined ? [] : [vpcId])]);
  return vpcs.size < 2
    ? []
    : [
        settingProblem(
          "several-vpcs",
          `the subnets are of ${vpcs.size} VPCs: ${listOr([...vpcs], "and")}`,
          "Give subnets of one VPC.",
        ),
      ];
}

/** EC2 looks at the security groups of a launch template only when a machine starts, and then none does. */
function groupProblems(
  fleets: readonly CapacityMachines[],
  { securityGroups, describedGroups: there, subnets, region }: CapacitySettings,
): readonly Problem[] {
  if (there === undefined) return [];
  const missing = securityGroups.filter((name) => !there.some(({ id }) => id === name));
  const vpc = subnets.find(({ vpcId }) => vpcId !== undefined)?.vpcId;
  const foreign = there.filter(({ vpcId }) => vpc !== undefined && vpcId !== vpc);
  const withEfa = fleets.find(({ efaInterfaces }) => efaInterfaces > 0);
  const kept = withEfa === undefined || there.length === 0 ? [] : efaKeptFrom(there);
  return [
    ...missing.map((id) =>
      settingProblem(
        "unknown-security-group",
        `--security-group ${id}: there is none in ${region ?? "the region"}`,
        "aws ec2 describe-security-groups lists those there are.",
      ),
    ),
    ...foreign.map(({ id, vpcId }) =>
      settingProblem(
        "foreign-security-group",
        `--security-group ${id} is of ${vpcId}, and the subnets are of ${vpc}`,
        `Give security groups of ${vpc}.`,
      ),
    ),
    ...(kept.length === 0
      ? []
      : [
          settingProblem(
            "efa-security-group",
            efaIsKept(securityGroups, kept, `the machines of ${withEfa!.type.instanceType}`),
            `Leave --security-group out to have the stack make one, or let it through: ${efaRuleCommands(there[0]!.id, kept)}`,
          ),
        ]),
  ];
}

/** Subnets whose zones do not offer the type, by name. */
function zoneProblems({ type }: CapacityMachines, { subnets, zonesOffering }: CapacitySettings): readonly Problem[] {
  const zones = zonesOffering.get(type.instanceType);
  if (zones === undefined) return [];
  const elsewhere = zones.length === 0 ? "No zone of the region does." : `Give subnets in ${listOr(zones)}.`;
  return subnets
    .filter(({ zone }) => zone !== undefined && !zones.includes(zone))
    .map(({ id, zone }) =>
      settingProblem("zone-without-type", `${id} is in ${zone}, which does not offer ${type.instanceType}`, elsewhere),
    );
}

/** Bottlerocket has no package manager, and neither client on board. */
function mountProblems({ type, mounts }: CapacityMachines, { images }: CapacitySettings): readonly Problem[] {
  if (images.get(type.instanceType)?.os !== "bottlerocket" || mounts.length === 0) return [];
  const folders = mounts.map(({ name }) => `${mountFolder}/${name}`);
  return [
    settingProblem(
      "bottlerocket-mounts",
      `machines of ${type.instanceType} with Bottlerocket have nothing to mount ${listOr(folders, "and")} with`,
      "Use --os al2023 where there is an image for the type, or efs, s3Files or ebs in place of lustre and s3.",
    ),
  ];
}

/** EC2 looks at the size only when a machine starts, and then none does. */
function diskProblems(machines: CapacityMachines, settings: CapacitySettings): readonly Problem[] {
  const { id, volumeGiB = 0, isSnapshotAsLarge = false } = settings.images.get(machines.type.instanceType) ?? {};
  const gib = diskGiBOf(machines, settings);
  if (!isSnapshotAsLarge || gib >= volumeGiB) return [];
  return [
    settingProblem(
      "small-disk",
      `machines of ${machines.type.instanceType} with a volume of ${gib}GiB do not start: the snapshot of ${id} has ${volumeGiB}GiB`,
      `Write --disk ${volumeGiB}GiB or more.`,
    ),
  ];
}
