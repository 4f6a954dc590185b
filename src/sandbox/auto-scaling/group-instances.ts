import { userCause } from "../model/activities.ts";
import type { AutoScalingGroupRecord, MachineRecord } from "../model/group-records.ts";
import { adjustGroup, endMachine, machinesOf } from "../model/machines.ts";
import type { World } from "../model/world.ts";
import { operation, type Operation } from "../wire/operation.ts";
import { list, struct, text } from "../wire/shape.ts";
import { invalid, requireGroup } from "./requests.ts";

export const groupInstanceOperations: Readonly<Record<string, Operation>> = {
  // https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_SetInstanceProtection.html
  SetInstanceProtection: operation(
    "autoscaling",
    struct({ AutoScalingGroupName: text, InstanceIds: list(text), ProtectedFromScaleIn: text }),
    ({ AutoScalingGroupName: name, InstanceIds: ids = [], ProtectedFromScaleIn: isProtected }, { world }) => {
      const group = requireGroup(world, name);
      if (ids.length > 50) throw invalid("The maximum number of instance IDs is 50.");
      const machines = ids.map((id) => requireMachine(group, id));
      for (const { ec2InstanceId, state } of machines)
        if (state !== "InService")
          throw invalid(`The instance ${ec2InstanceId} is not in InService or EnteringStandby or Standby.`);
      for (const machine of machines) machine.isProtected = isProtected === "true";
      // What was too much and protected goes now.
      if (machinesOf(group).length > group.desired)
        adjustGroup(
          world,
          group,
          userCause(
            world,
            "an instance was taken out of service in response to a difference between desired and actual capacity",
          ),
        );
      return {};
    },
  ),
  // https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_TerminateInstanceInAutoScalingGroup.html
  TerminateInstanceInAutoScalingGroup: operation(
    "autoscaling",
    struct({ InstanceId: text, ShouldDecrementDesiredCapacity: text }),
    ({ InstanceId: id = "", ShouldDecrementDesiredCapacity: decrements }, { world }) => {
      const { group, machine } = groupOf(world, id);
      if (decrements === "true") {
        if (group.desired <= group.min)
          throw invalid(
            `Currently, desiredSize equals minSize (${group.min}). Terminating instance without replacement will violate ` +
              "group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.",
          );
        if (machine.state !== "Terminating:Wait") group.desired -= 1;
      }
      const cause = userCause(world, "instance was taken out of service in response to a user request");
      // Protection from scale-in does not hold here.
      endMachine(world, group, machine, cause);
      adjustGroup(world, group, cause);
      const activity = group.activities.find(({ description }) => description.endsWith(id))!;
      return {
        Activity: {
          ActivityId: activity.id,
          AutoScalingGroupName: group.name,
          Description: activity.description,
          Cause: cause,
          StartTime: new Date(activity.startedAt).toISOString(),
          StatusCode: activity.status,
          Progress: 0,
          Details: "{}",
        },
      };
    },
  ),
};

function requireMachine(group: AutoScalingGroupRecord, id: string): MachineRecord {
  const machine = group.machines.get(id);
  if (machine === undefined)
    throw invalid(`The instance ${id.slice(0, 50)} is not part of Auto Scaling group ${group.name}.`);
  return machine;
}

function groupOf(
  world: World,
  id: string,
): { readonly group: AutoScalingGroupRecord; readonly machine: MachineRecord } {
  for (const group of world.groups.values()) {
    const machine = group.machines.get(id);
    if (machine !== undefined) return { group, machine };
  }
  throw invalid(`Instance Id not found - No managed instance found for instance ID: ${id.slice(0, 50)}`);
}
