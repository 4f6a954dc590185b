import { userCause } from "../model/activities.ts";
import { adjustGroup, endMachine, machinesOf } from "../model/machines.ts";
import { AwsError } from "../wire/aws-error.ts";
import { operation, type Operation } from "../wire/operation.ts";
import { struct, text } from "../wire/shape.ts";
import { invalid, readWhole, requireGroup } from "./requests.ts";
import { createGroup, settingMembers, updateGroup } from "./settings.ts";

export const changeGroupOperations: Readonly<Record<string, Operation>> = {
  // https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html
  CreateAutoScalingGroup: operation(
    "autoscaling",
    struct(settingMembers),
    ({ AutoScalingGroupName: name = "", ...settings }, { world }) => {
      createGroup(world, name, settings);
      return {};
    },
  ),
  // https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_UpdateAutoScalingGroup.html
  UpdateAutoScalingGroup: operation(
    "autoscaling",
    struct(settingMembers),
    ({ AutoScalingGroupName: name, ...settings }, { world }) => {
      updateGroup(world, requireGroup(world, name), settings);
      return {};
    },
  ),
  // https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_SetDesiredCapacity.html
  SetDesiredCapacity: operation(
    "autoscaling",
    struct({ AutoScalingGroupName: text, DesiredCapacity: text, HonorCooldown: text }),
    ({ AutoScalingGroupName: name, DesiredCapacity }, { world }) => {
      const group = requireGroup(world, name);
      const desired = readWhole("desiredCapacity", DesiredCapacity) ?? 0;
      if (desired > group.max)
        throw invalid(
          `New SetDesiredCapacity value ${desired} is above max value ${group.max} for the AutoScalingGroup.`,
        );
      if (desired < group.min)
        throw invalid(
          `New SetDesiredCapacity value ${desired} is below min value ${group.min} for the AutoScalingGroup.`,
        );
      const what = `a user request explicitly set group desired capacity changing the desired capacity from ${group.desired} to ${desired}`;
      group.desired = desired;
      adjustGroup(world, group, userCause(world, what));
      return {};
    },
  ),
  // https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteAutoScalingGroup.html
  DeleteAutoScalingGroup: operation(
    "autoscaling",
    struct({ AutoScalingGroupName: text, ForceDelete: text }),
    ({ AutoScalingGroupName: name, ForceDelete: force }, { world }) => {
      const group = requireGroup(world, name);
      if (group.machines.size > 0 && force !== "true")
        throw new AwsError(
          "ResourceInUse",
          "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.",
        );
      group.isGoing = true;
      group.min = 0;
      group.desired = 0;
      // Whatever protects them.
      for (const machine of machinesOf(group))
        endMachine(world, group, machine, userCause(world, "a user request force deleted AutoScaling group"));
      if (group.machines.size === 0) world.groups.delete(group.name);
      return {};
    },
  ),
};
