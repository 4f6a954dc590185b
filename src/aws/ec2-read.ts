import { present } from "../core/base/present.ts";
import {
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  EC2Client,
  type Instance,
  type IpPermission,
} from "@aws-sdk/client-ec2";
import { chunks } from "../core/base/groups.ts";
import type { DescribedType } from "../core/catalog/instance-types/described-type.ts";
import type { GroupRule } from "../core/capacity/security-groups.ts";
import type { RunningInstances } from "../core/doctor/observed-ec2.ts";
import type { Ec2ReadPort } from "../ports.ts";
import { absentAs } from "./failure.ts";
import { createCall } from "./call.ts";
import { clientSettings, type AwsConfig } from "./config.ts";
import { describeImages } from "./describe-images.ts";

/** The reading side of EC2 over the SDK. */
export function createEc2Read(config: AwsConfig, signal: AbortSignal): Ec2ReadPort {
  const client = new EC2Client(clientSettings(config, "ec2"));
  const call = createCall(config, "ec2", signal);
  return {
    images: (ids) => describeImages(client, call, ids),

    instanceTypes: async () => {
      const found: DescribedType[] = [];
      let NextToken: string | undefined;
      do {
        const command = new DescribeInstanceTypesCommand({ MaxResults: 100, ...present({ NextToken }) });
        const answer = await call("DescribeInstanceTypes", (options) => client.send(command, options));
        found.push(...(answer.InstanceTypes ?? []));
        NextToken = answer.NextToken;
      } while (NextToken !== undefined && NextToken !== "");
      return found;
    },

    privateAddresses: async (ids) => {
      // By a filter: EC2 refuses a list of ids that has one it does not know. A filter takes 200 values.
      const answers = await Promise.all(
        chunks(ids, 200).map((Values) => {
          const Filters = [{ Name: "instance-id", Values }];
          const command = new DescribeInstancesCommand({ Filters, MaxResults: 1000 });
          return call("DescribeInstances", (options) => client.send(command, options));
        }),
      );
      return new Map(
        answers
          .flatMap(({ Reservations = [] }) => Reservations.flatMap(({ Instances = [] }) => Instances))
          .flatMap(({ InstanceId, PrivateIpAddress }) =>
            InstanceId === undefined || PrivateIpAddress === undefined ? [] : [[InstanceId, PrivateIpAddress] as const],
          ),
      );
    },

    runningInstances: async () => {
      const found: Instance[] = [];
      let NextToken: string | undefined;
      do {
        const Filters = [{ Name: "instance-state-name", Values: ["pending", "running"] }];
        const command = new DescribeInstancesCommand({
          Filters,
          MaxResults: 1000,
          ...present({ NextToken }),
        });
        const answer = await call("DescribeInstances", (options) => client.send(command, options));
        found.push(...(answer.Reservations ?? []).flatMap(({ Instances = [] }) => Instances));
        NextToken = answer.NextToken;
      } while (NextToken !== undefined && NextToken !== "");
      return [
        ...countByType(found.filter(isOnDemand), { spot: false }),
        ...countByType(
          found.filter(({ InstanceLifecycle }) => InstanceLifecycle === "spot"),
          { spot: true },
        ),
      ];
    },

    launchTemplateType: async ({ id, version }) => {
      const command = new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId: id, Versions: [version] });
      const answer = await absentAs(
        /^InvalidLaunchTemplate/,
        call("DescribeLaunchTemplateVersions", (options) => client.send(command, options)),
      );
      return answer?.LaunchTemplateVersions?.[0]?.LaunchTemplateData?.InstanceType;
    },

    // By filters: EC2 refuses a list of ids that has one it does not know.
    subnets: async (ids) => {
      const command = new DescribeSubnetsCommand({ Filters: [{ Name: "subnet-id", Values: [...ids] }] });
      const { Subnets = [] } = await call("DescribeSubnets", (options) => client.send(command, options));
      return Subnets.map(({ SubnetId, VpcId, AvailabilityZone, State, AvailableIpAddressCount }) => ({
        id: SubnetId ?? "",
        vpcId: VpcId ?? "",
        ...present({ zone: AvailabilityZone }),
        state: State ?? "",
        availableAddresses: AvailableIpAddressCount ?? 0,
      }));
    },

    zonesOffering: async (types) => {
      const found = types.map((type) => [type, new Set<string>()] as const);
      const zones = new Map(found);
      let NextToken: string | undefined;
      do {
        const Filters = [{ Name: "instance-type", Values: [...types] }];
        const command = new DescribeInstanceTypeOfferingsCommand({
          LocationType: "availability-zone",
          Filters,
          ...present({ NextToken }),
        });
        const answer = await call("DescribeInstanceTypeOfferings", (options) => client.send(command, options));
        for (const { InstanceType = "", Location } of answer.InstanceTypeOfferings ?? [])
          if (Location !== undefined) zones.get(InstanceType)?.add(Location);
        NextToken = answer.NextToken;
      } while (NextToken !== undefined && NextToken !== "");
      return new Map(found.map(([type, locations]) => [type, [...locations].toSorted()]));
    },

    securityGroups: async (ids) => {
      const command = new DescribeSecurityGroupsCommand({ Filters: [{ Name: "group-id", Values: [...ids] }] });
      const { SecurityGroups = [] } = await call("DescribeSecurityGroups", (options) => client.send(command, options));
      return SecurityGroups.map(({ GroupId, VpcId, IpPermissions, IpPermissionsEgress }) => ({
        id: GroupId ?? "",
        vpcId: VpcId ?? "",
        ingress: rulesOf(IpPermissions),
        egress: rulesOf(IpPermissionsEgress),
      }));
    },
  };
}

function rulesOf(permissions: readonly IpPermission[] = []): readonly GroupRule[] {
  return permissions.map(({ IpProtocol = "", UserIdGroupPairs = [] }) => ({
    protocol: IpProtocol,
    groups: UserIdGroupPairs.flatMap(({ GroupId }) => GroupId ?? []),
  }));
}

/**
 * Spot Instances have quotas of their own, Capacity Blocks and Dedicated Hosts count against none of these.
 * https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html
 */
function isOnDemand({ InstanceLifecycle, Placement }: Instance): boolean {
  return InstanceLifecycle === undefined && Placement?.Tenancy !== "host";
}

function countByType(
  instances: readonly Instance[],
  kind: Pick<RunningInstances, "spot">,
): readonly RunningInstances[] {
  const types = new Map<string, { count: number; vcpus: number }>();
  for (const { InstanceType = "", CpuOptions } of instances) {
    const { count, vcpus } = types.get(InstanceType) ?? { count: 0, vcpus: 0 };
    types.set(InstanceType, {
      count: count + 1,
      vcpus: vcpus + (CpuOptions?.CoreCount ?? 0) * (CpuOptions?.ThreadsPerCore ?? 1),
    });
  }
  return [...types].map(([instanceType, sums]) => ({ instanceType, ...sums, ...kind }));
}
