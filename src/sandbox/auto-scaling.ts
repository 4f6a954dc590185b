import { isProtected } from "./model/managed-scaling-settings.ts";
import { isEmpty } from "./model/leave-cluster.ts";
import type { AutoScalingGroupRecord, CapacityProviderRecord, InstanceRecord } from "./model/records.ts";
import type { World } from "./model/world.ts";
import { operation, type Operation } from "./wire/operation.ts";
import { list, struct, text } from "./wire/shape.ts";

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingGroups.html */
export const autoScalingOperations: Readonly<Record<string, Operation>> = {
  DescribeAutoScalingGroups: operation(
    "autoscaling",
    struct({ AutoScalingGroupNames: list(text) }),
    ({ AutoScalingGroupNames: names = [] }, { world }) => ({
      AutoScalingGroups: [...world.groups.values()]
        .filter(({ name }) => names.length === 0 || names.includes(name))
        .map((group) => described(world, group)),
    }),
  ),
};

function described(world: World, group: AutoScalingGroupRecord): object {
  const { name, arn, instanceTypes, min, max, desired, booting, instances } = group;
  const provider = [...world.capacityProviders.values()].find((each) => each.group === group);
  return {
    AutoScalingGroupName: name,
    AutoScalingGroupARN: arn,
    MinSize: min,
    MaxSize: max,
    DesiredCapacity: desired,
    ...(instanceTypes.length === 0 ? {} : { MixedInstancesPolicy: policyOf(name, instanceTypes) }),
    Instances: [
      ...[...instances].map((instance) => member(group, instance, provider)),
      ...[...booting].map(([InstanceId, InstanceType]) => ({
        InstanceId,
        InstanceType,
        LifecycleState: "Pending",
        HealthStatus: "Healthy",
        ProtectedFromScaleIn: false,
      })),
    ],
  };
}

/** The types that the group launches, as a group has them whose launch template leaves them to overrides. */
function policyOf(name: string, instanceTypes: readonly string[]): object {
  return {
    LaunchTemplate: {
      LaunchTemplateSpecification: { LaunchTemplateName: name, Version: "$Latest" },
      Overrides: instanceTypes.map((InstanceType) => ({ InstanceType })),
    },
  };
}

function member(
  { terminating }: AutoScalingGroupRecord,
  instance: InstanceRecord,
  provider: CapacityProviderRecord | undefined,
): object {
  const { ec2InstanceId, attributes } = instance;
  return {
    InstanceId: ec2InstanceId,
    InstanceType: attributes.get("ecs.instance-type"),
    AvailabilityZone: attributes.get("ecs.availability-zone"),
    LifecycleState: terminating.has(instance) ? "Terminating:Wait" : "InService",
    HealthStatus: "Healthy",
    ProtectedFromScaleIn: provider !== undefined && isProtected(provider) && !isEmpty(instance),
  };
}
