import { createGroup, settingMembers, updateGroup, type GroupSettings } from "../../auto-scaling/settings.ts";
import type { AutoScalingGroupRecord } from "../../model/group-records.ts";
import { machinesOf } from "../../model/machines.ts";
import type { World } from "../../model/world.ts";
import { AwsError } from "../../wire/aws-error.ts";
import { list, struct, text, textOf } from "../../wire/shape.ts";
import { madeUpName, tagShape, type HowFar, type Properties, type ResourceType } from "./resource-type.ts";

/** How long a group may fail to launch before CloudFormation gives up: the sandbox's choice. */
const mostFailingMs = 5 * 60_000;

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-autoscaling-autoscalinggroup.html */
export const autoScalingGroup: ResourceType = {
  properties: {
    AutoScalingGroupName: "replacement",
    AvailabilityZones: "in place",
    CapacityRebalance: "in place",
    DefaultInstanceWarmup: "in place",
    DesiredCapacity: "in place",
    HealthCheckGracePeriod: "in place",
    HealthCheckType: "in place",
    LaunchTemplate: "in place",
    MaxInstanceLifetime: "in place",
    MaxSize: "in place",
    MetricsCollection: "in place",
    MinSize: "in place",
    MixedInstancesPolicy: "in place",
    NewInstancesProtectedFromScaleIn: "in place",
    PlacementGroup: "replacement",
    Tags: "in place",
    TerminationPolicies: "in place",
    VPCZoneIdentifier: "in place",
  },
  required: ["MinSize", "MaxSize"],
  shape: struct({
    LaunchTemplate: settingMembers.LaunchTemplate,
    MixedInstancesPolicy: settingMembers.MixedInstancesPolicy,
    AvailabilityZones: settingMembers.AvailabilityZones,
    VPCZoneIdentifier: list(text),
    Tags: tagShape,
  }),
  attributes: ["AutoScalingGroupARN"],
  name: "AutoScalingGroupName",
  make: (world, properties, owner) => {
    const name = textOf(properties["AutoScalingGroupName"]) ?? madeUpName(world, owner);
    return made(createGroup(world, name, settingsOf(properties)));
  },
  change: (world, name, properties) => {
    const group = world.groups.get(name);
    if (group === undefined) throw gone(name);
    updateGroup(world, group, settingsOf(properties));
    return made(group);
  },
  settles: (world, name) => settled(world, world.groups.get(name), name),
  // Its instances go first, as far as nothing protects them.
  remove: (world, name) => {
    const group = world.groups.get(name);
    if (group === undefined) return "done";
    if (group.max > 0 || group.desired > 0)
      updateGroup(world, group, { MinSize: "0", MaxSize: "0", DesiredCapacity: "0" });
    if (group.machines.size > 0) return "waits";
    world.groups.delete(name);
    return "done";
  },
};

function gone(name: string): AwsError {
  return new AwsError("ValidationError", `AutoScalingGroup name not found - AutoScalingGroup '${name}' not found`);
}

function settled(world: World, group: AutoScalingGroupRecord | undefined, name: string): HowFar {
  if (group === undefined) return { failed: gone(name).message };
  if (machinesOf(group).filter(({ state }) => state === "InService").length >= group.desired) return "done";
  const [latest] = group.activities;
  if (latest?.status !== "Failed") return "waits";
  const began = group.activities.findLast(({ status }) => status === "Failed")!.startedAt;
  return world.now() - began < mostFailingMs
    ? "waits"
    : {
        failed: `Group did not stabilize. Last scaling activity: ${latest.message ?? ""}`,
      };
}

function made({ name, arn }: AutoScalingGroupRecord) {
  return { physicalId: name, attributes: { AutoScalingGroupARN: arn } };
}

/** The properties that are no texts. */
const structures = new Set(["AvailabilityZones", "LaunchTemplate", "MixedInstancesPolicy", "Tags"]);

/** As the API's forms have them. */
function settingsOf({ VPCZoneIdentifier: subnets, ...properties }: Properties): GroupSettings {
  const given = Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [name, structures.has(name) ? value : textOf(value)]),
  );
  return {
    ...given,
    ...(subnets === undefined ? {} : { VPCZoneIdentifier: (subnets as readonly string[]).join(",") }),
  };
}
