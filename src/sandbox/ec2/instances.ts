/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html */
import { present } from "../../core/base/present.ts";
import { findInstanceType } from "../../core/catalog/instance-types/catalog.ts";
import { describedType, typesIn } from "../described-types.ts";
import type { MachineRecord } from "../model/group-records.ts";
import { vpcId, zonesOf, zonesOfType } from "../model/networks.ts";
import type { InstanceRecord } from "../model/records.ts";
import type { World } from "../model/world.ts";
import { AwsError } from "../wire/aws-error.ts";
import { operation, type Operation } from "../wire/operation.ts";
import { list, struct, text } from "../wire/shape.ts";
import { filtered, filterList } from "./filters.ts";

export const instanceOperations: Readonly<Record<string, Operation>> = {
  // Every container instance, and every instance of an Auto Scaling group, in one page.
  DescribeInstances: operation(
    "ec2",
    struct({ InstanceId: list(text), Filter: filterList, NextToken: text }),
    ({ InstanceId: ids = [], Filter }, { world }) => {
      const all = instancesOf(world);
      const unknown = ids.filter((id) => !all.some(({ instanceId }) => instanceId === id));
      if (unknown.length > 0)
        throw new AwsError(
          "InvalidInstanceID.NotFound",
          `The instance IDs '${unknown.join(", ").slice(0, 1000)}' do not exist`,
        );
      const named = ids.length === 0 ? all : all.filter(({ instanceId }) => ids.includes(instanceId));
      return {
        reservationSet: filtered(named, Filter, instanceFilters, ({ tagSet }) => tagSet).map((instance) => ({
          instancesSet: [instance],
        })),
      };
    },
  ),
  // Every type of the region that the catalogue has, in one page.
  // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypes.html
  DescribeInstanceTypes: operation("ec2", struct({ NextToken: text }), (_, { region }) => ({
    instanceTypeSet: typesIn(region).map(describedType),
  })),
  // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypeOfferings.html
  DescribeInstanceTypeOfferings: operation(
    "ec2",
    struct({ LocationType: text, Filter: filterList, NextToken: text }),
    ({ LocationType: locationType = "region", Filter }, { region }) => {
      if (locationType !== "region" && locationType !== "availability-zone")
        throw new AwsError("InvalidParameterValue", `Invalid value '${locationType.slice(0, 100)}' for LocationType.`);
      const offerings = typesIn(region).flatMap(({ instanceType }) =>
        (locationType === "region" ? [region] : zonesOfType({ region }, instanceType)).map((location) => ({
          instanceType,
          locationType,
          location,
        })),
      );
      const fields = {
        "instance-type": ({ instanceType }: (typeof offerings)[number]) => instanceType,
        location: ({ location }: (typeof offerings)[number]) => location,
      };
      return { instanceTypeOfferingSet: filtered(offerings, Filter, fields) };
    },
  ),
};

interface Described {
  readonly instanceId: string;
  readonly instanceType: string;
  readonly imageId: string | undefined;
  readonly instanceState: { readonly code: number; readonly name: string };
  readonly placement: { readonly availabilityZone: string | undefined; readonly tenancy: string };
  readonly subnetId?: string;
  readonly vpcId: string;
  readonly tagSet: readonly { readonly key?: string; readonly value?: string }[];
}

const instanceFilters: Readonly<Record<string, (instance: Described) => string | undefined>> = {
  "instance-id": ({ instanceId }) => instanceId,
  "instance-type": ({ instanceType }) => instanceType,
  "image-id": ({ imageId }) => imageId,
  "instance-state-name": ({ instanceState }) => instanceState.name,
  "availability-zone": ({ placement }) => placement.availabilityZone,
  "subnet-id": ({ subnetId }) => subnetId,
  "vpc-id": (instance) => instance.vpcId,
};

function instancesOf(world: World): readonly Described[] {
  const grouped = [...world.groups.values()].flatMap((group) =>
    [...group.machines.values()].map((machine) => ({ machine, group: group.name })),
  );
  const known = new Set(grouped.map(({ machine }) => machine.ec2InstanceId));
  const others = [...world.clusters.values()]
    .flatMap((cluster) => [...cluster.instances.values()])
    .filter(({ status, ec2InstanceId }) => status !== "INACTIVE" && !known.has(ec2InstanceId));
  return [
    ...others.map(describedAlone),
    ...grouped.map(({ machine, group }) => describedMachine(world, machine, group)),
  ];
}

function describedAlone({ ec2InstanceId, attributes }: InstanceRecord): Described {
  return described({
    instanceId: ec2InstanceId,
    instanceType: attributes.get("ecs.instance-type") ?? "",
    imageId: attributes.get("ecs.ami-id"),
    zone: attributes.get("ecs.availability-zone"),
    isRunning: true,
    tags: [],
  });
}

/** With the tags that its launch template says, and the group's. */
function describedMachine(world: World, machine: MachineRecord, group: string): Described {
  const { ec2InstanceId, instanceType, instance, launched, launchedAt, subnetId } = machine;
  return {
    ...described({
      instanceId: ec2InstanceId,
      instanceType,
      imageId: launched?.version.data.ImageId ?? instance?.attributes.get("ecs.ami-id"),
      zone: machine.zone === "" ? zonesOf(world)[0] : machine.zone,
      isRunning: machine.state !== "Pending",
      tags: [{ key: "aws:autoscaling:groupName", value: group }, ...instanceTags(launched?.version.data)],
    }),
    ...present({
      subnetId,
      launchTime: new Date(launchedAt).toISOString(),
      instanceLifecycle: machine.isSpot ? "spot" : undefined,
    }),
  };
}

function instanceTags(data: unknown): Described["tagSet"] {
  const { TagSpecifications = [] } = (data ?? {}) as {
    readonly TagSpecifications?: readonly {
      readonly ResourceType?: string;
      readonly Tags?: readonly { readonly Key?: string; readonly Value?: string }[];
    }[];
  };
  return TagSpecifications.filter(({ ResourceType }) => ResourceType === "instance").flatMap(({ Tags = [] }) =>
    Tags.map(({ Key = "", Value = "" }) => ({ key: Key, value: Value })),
  );
}

function described({
  instanceId,
  instanceType,
  imageId,
  zone,
  isRunning,
  tags,
}: {
  readonly instanceId: string;
  readonly instanceType: string;
  readonly imageId: string | undefined;
  readonly zone: string | undefined;
  readonly isRunning: boolean;
  readonly tags: Described["tagSet"];
}): Described & Readonly<Record<string, unknown>> {
  return {
    instanceId,
    instanceType,
    imageId,
    instanceState: isRunning ? { code: 16, name: "running" } : { code: 0, name: "pending" },
    privateIpAddress: addressOf(instanceId),
    placement: { availabilityZone: zone, tenancy: "default" },
    cpuOptions: { coreCount: findInstanceType(instanceType)?.vcpus ?? 0, threadsPerCore: 1 },
    vpcId,
    tagSet: tags,
  };
}

/** An address of the instance's own, by its id. */
function addressOf(ec2InstanceId: string): string {
  const [third, fourth] = [ec2InstanceId.slice(-4, -2), ec2InstanceId.slice(-2)].map((hex) => Number.parseInt(hex, 16));
  return `10.1.${third! || 0}.${Math.min(254, Math.max(1, fourth! || 1))}`;
}
