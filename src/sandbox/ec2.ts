import { findInstanceType } from "../core/catalog/instance-types/catalog.ts";
import { describedType, typesIn } from "./described-types.ts";
import type { InstanceRecord } from "./model/records.ts";
import type { World } from "./model/world.ts";
import { operation, type Operation } from "./wire/operation.ts";
import { struct, text } from "./wire/shape.ts";

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html */
export const ec2Operations: Readonly<Record<string, Operation>> = {
  // Every container instance, whatever the filters say: who asks by a filter reads the ids of the answer.
  DescribeInstances: operation("ec2", struct({ NextToken: text }), (_, { world }) => ({
    reservationSet: instancesOf(world).map((instance) => ({ instancesSet: [described(instance)] })),
  })),
  // Every type of the region that the catalogue has, in one page.
  // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypes.html
  DescribeInstanceTypes: operation("ec2", struct({ NextToken: text }), (_, { region }) => ({
    instanceTypeSet: typesIn(region).map(describedType),
  })),
};

function instancesOf(world: World): readonly InstanceRecord[] {
  return [...world.clusters.values()]
    .flatMap((cluster) => [...cluster.instances.values()])
    .filter(({ status }) => status !== "INACTIVE");
}

function described(instance: InstanceRecord): object {
  const { ec2InstanceId, attributes } = instance;
  const instanceType = attributes.get("ecs.instance-type") ?? "";
  return {
    instanceId: ec2InstanceId,
    instanceType,
    instanceState: { code: 16, name: "running" },
    privateIpAddress: addressOf(ec2InstanceId),
    placement: { availabilityZone: attributes.get("ecs.availability-zone"), tenancy: "default" },
    cpuOptions: { coreCount: findInstanceType(instanceType)?.vcpus ?? 0, threadsPerCore: 1 },
  };
}

/** An address of the instance's own, by its id. */
function addressOf(ec2InstanceId: string): string {
  const [third, fourth] = [ec2InstanceId.slice(-4, -2), ec2InstanceId.slice(-2)].map((hex) => Number.parseInt(hex, 16));
  return `10.1.${third! || 0}.${Math.min(254, Math.max(1, fourth! || 1))}`;
}
