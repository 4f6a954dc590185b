import type { World } from "./model/world.ts";
import { operation, type Operation } from "./wire/operation.ts";
import { list, struct, text } from "./wire/shape.ts";

/** How many instances more than it has the group of a capacity provider may have. */
const spare = 10;

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingGroups.html */
export const autoScalingOperations: Readonly<Record<string, Operation>> = {
  DescribeAutoScalingGroups: operation(
    "autoscaling",
    struct({ AutoScalingGroupNames: list(text) }),
    ({ AutoScalingGroupNames: names = [] }, { world }) => ({
      AutoScalingGroups: groupsOf(world).filter(
        ({ AutoScalingGroupName }) => names.length === 0 || names.includes(AutoScalingGroupName),
      ),
    }),
  ),
};

/** The groups of the capacity providers: what they have are the instances that say they are of the provider. */
function groupsOf(world: World) {
  return [...world.capacityProviders.values()].flatMap(({ name, settings }) => {
    const group = settings["autoScalingGroupProvider"] as { readonly autoScalingGroupArn?: string } | undefined;
    if (group === undefined) return [];
    const arn = group.autoScalingGroupArn ?? "";
    const instances = [...world.clusters.values()]
      .flatMap((cluster) => [...cluster.instances.values()])
      .filter(({ capacityProvider, status }) => capacityProvider === name && status !== "INACTIVE");
    return [
      {
        AutoScalingGroupName: arn.split("autoScalingGroupName/")[1] ?? arn,
        AutoScalingGroupARN: arn,
        MinSize: 0,
        MaxSize: instances.length + spare,
        DesiredCapacity: instances.length,
        Instances: instances.map(({ ec2InstanceId, attributes }) => ({
          InstanceId: ec2InstanceId,
          InstanceType: attributes.get("ecs.instance-type"),
          LifecycleState: "InService",
          HealthStatus: "Healthy",
        })),
      },
    ];
  });
}
