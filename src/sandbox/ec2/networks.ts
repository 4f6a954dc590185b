/** The account's network: https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc-components.html */
import { findSecurityGroups } from "../model/security-groups.ts";
import { subnetsOf, vpcId } from "../model/networks.ts";
import { AwsError } from "../wire/aws-error.ts";
import { operation, type Operation } from "../wire/operation.ts";
import { list, struct, text } from "../wire/shape.ts";
import { filtered, filterList } from "./filters.ts";

export const networkOperations: Readonly<Record<string, Operation>> = {
  DescribeVpcs: operation(
    "ec2",
    struct({ VpcId: list(text), Filter: filterList, NextToken: text }),
    ({ VpcId: ids = [], Filter }, { world }) => {
      const vpc = { vpcId, state: "available", cidrBlock: "172.31.0.0/16", isDefault: true, ownerId: world.account };
      const unknown = ids.filter((id) => id !== vpcId);
      if (unknown.length > 0)
        throw new AwsError("InvalidVpcID.NotFound", `The vpc ID '${unknown[0]!.slice(0, 200)}' does not exist`);
      return {
        vpcSet: filtered(
          [vpc],
          Filter,
          { "vpc-id": () => vpcId, isDefault: () => "true", "is-default": () => "true", state: () => "available" },
          () => [],
        ),
      };
    },
  ),
  DescribeSubnets: operation(
    "ec2",
    struct({ SubnetId: list(text), Filter: filterList, NextToken: text }),
    ({ SubnetId: ids = [], Filter }, { world }) => {
      const all = subnetsOf(world).map(({ id, zone, cidrBlock }) => ({
        subnetId: id,
        subnetArn: `arn:aws:ec2:${world.region}:${world.account}:subnet/${id}`,
        state: "available",
        vpcId,
        cidrBlock,
        availabilityZone: zone,
        availableIpAddressCount: 4091,
        defaultForAz: true,
        mapPublicIpOnLaunch: true,
        ownerId: world.account,
      }));
      const unknown = ids.filter((id) => !all.some(({ subnetId }) => subnetId === id));
      if (unknown.length > 0)
        throw new AwsError("InvalidSubnetID.NotFound", `The subnet ID '${unknown[0]!.slice(0, 200)}' does not exist`);
      const named = ids.length === 0 ? all : all.filter(({ subnetId }) => ids.includes(subnetId));
      type Described = (typeof all)[number];
      const fields = {
        "vpc-id": () => vpcId,
        "subnet-id": ({ subnetId }: Described) => subnetId,
        "availability-zone": ({ availabilityZone }: Described) => availabilityZone,
        "default-for-az": () => "true",
        state: () => "available",
      };
      return { subnetSet: filtered(named, Filter, fields, () => []) };
    },
  ),
  DescribeSecurityGroups: operation(
    "ec2",
    struct({ GroupId: list(text), Filter: filterList, NextToken: text }),
    ({ GroupId: ids = [], Filter }, { world }) => {
      const all = findSecurityGroups(world);
      const unknown = ids.filter((id) => !all.some((group) => group.id === id));
      if (unknown.length > 0)
        throw new AwsError("InvalidGroup.NotFound", `The security group '${unknown[0]!.slice(0, 200)}' does not exist`);
      const named = ids.length === 0 ? all : all.filter(({ id }) => ids.includes(id));
      type Record = (typeof all)[number];
      const fields = {
        "vpc-id": () => vpcId,
        "group-id": ({ id }: Record) => id,
        "group-name": ({ name }: Record) => name,
      };
      return {
        securityGroupInfo: filtered(named, Filter, fields, ({ tags }) => tags).map((group) =>
          described(world.account, group),
        ),
      };
    },
  ),
};

function described(
  ownerId: string,
  { id, name, description, tags, ingress, egress }: ReturnType<typeof findSecurityGroups>[number],
): object {
  const permission = ({ protocol, fromPort, toPort, cidr, groupId }: (typeof ingress)[number]) => ({
    ipProtocol: protocol,
    fromPort,
    toPort,
    groups: groupId === undefined ? [] : [{ groupId, userId: ownerId }],
    ipRanges: cidr === undefined ? [] : [{ cidrIp: cidr }],
  });
  return {
    ownerId,
    groupId: id,
    groupName: name,
    groupDescription: description,
    vpcId,
    ipPermissions: ingress.map(permission),
    ipPermissionsEgress: egress.map(permission),
    tagSet: tags,
  };
}
