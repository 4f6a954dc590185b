import { AwsError } from "../../wire/aws-error.ts";
import { struct, text, textOf } from "../../wire/shape.ts";
import { openToAll, type SecurityGroupRecord, type SecurityGroupRule } from "../../model/security-groups.ts";
import { vpcId } from "../../model/networks.ts";
import type { World } from "../../model/world.ts";
import { madeUpName, objects, tagShape, type Properties, type ResourceType } from "./resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroup.html */
export const securityGroup: ResourceType = {
  properties: {
    GroupDescription: "replacement",
    GroupName: "replacement",
    VpcId: "replacement",
    SecurityGroupEgress: "in place",
    SecurityGroupIngress: "in place",
    Tags: "in place",
  },
  required: ["GroupDescription"],
  shape: struct({ SecurityGroupEgress: objects, SecurityGroupIngress: objects, Tags: tagShape }),
  attributes: ["GroupId", "Id", "VpcId"],
  name: "GroupName",
  make: (world, properties, owner) => {
    const { VpcId, GroupName, GroupDescription } = properties;
    if (VpcId !== undefined && VpcId !== vpcId)
      throw new AwsError("InvalidVpcID.NotFound", `The vpc ID '${textOf(VpcId)}' does not exist`);
    const id = `sg-${world.hex(17)}`;
    const name = textOf(GroupName) ?? madeUpName(world, owner);
    world.securityGroups.set(id, {
      id,
      name,
      description: textOf(GroupDescription) ?? "",
      ...settingsOf(properties),
    });
    return madeGroup(id);
  },
  change: (world, id, properties) => {
    Object.assign(world.securityGroups.get(id) ?? {}, settingsOf(properties));
    return madeGroup(id);
  },
  remove: (world, id) => {
    world.securityGroups.delete(id);
    return "done";
  },
};

function madeGroup(id: string) {
  return { physicalId: id, attributes: { GroupId: id, Id: id, VpcId: vpcId } };
}

function settingsOf({
  SecurityGroupIngress = [],
  SecurityGroupEgress,
  Tags = [],
}: Properties): Pick<SecurityGroupRecord, "ingress" | "egress" | "tags"> {
  return {
    ingress: (SecurityGroupIngress as readonly Properties[]).map(ruleOf),
    // Without rules of its own it lets everything out.
    egress:
      SecurityGroupEgress === undefined ? [openToAll] : (SecurityGroupEgress as readonly Properties[]).map(ruleOf),
    tags: tagsOf(Tags),
  };
}

/** Tags as ECS and the sandbox's records have them. */
export function tagsOf(tags: unknown): readonly { readonly key: string; readonly value: string }[] {
  return (tags as readonly Properties[]).map(({ Key, Value }) => ({
    key: textOf(Key) ?? "",
    value: textOf(Value) ?? "",
  }));
}

function ruleOf(rule: Properties): SecurityGroupRule {
  const port = (value: unknown) => (value === undefined ? undefined : Number(textOf(value)));
  return {
    protocol: textOf(rule["IpProtocol"]) ?? "-1",
    fromPort: port(rule["FromPort"]),
    toPort: port(rule["ToPort"]),
    cidr: textOf(rule["CidrIp"]),
    groupId: textOf(rule["SourceSecurityGroupId"] ?? rule["DestinationSecurityGroupId"]),
  };
}

/**
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroupingress.html, and
 * aws-resource-ec2-securitygroupegress.html beside it
 */
function ruleType(direction: "ingress" | "egress", other: string): ResourceType {
  const place = (world: World, properties: Properties, id: string) => {
    const groupId = textOf(properties["GroupId"]) ?? "";
    const group = world.securityGroups.get(groupId);
    if (group === undefined)
      throw new AwsError("InvalidGroup.NotFound", `The security group '${groupId}' does not exist`);
    group[direction] = [...group[direction], { ...ruleOf(properties), id }];
    return { physicalId: id, attributes: { Id: id } };
  };
  const take = (world: World, id: string) => {
    for (const group of world.securityGroups.values())
      group[direction] = group[direction].filter((rule) => rule.id !== id);
  };
  return {
    properties: {
      GroupId: "replacement",
      IpProtocol: "replacement",
      FromPort: "replacement",
      ToPort: "replacement",
      CidrIp: "replacement",
      [other]: "replacement",
      Description: "in place",
    },
    required: ["IpProtocol"],
    shape: struct({ GroupId: text }),
    attributes: ["Id"],
    make: (world, properties) => place(world, properties, `sgr-${world.hex(17)}`),
    change: (_, id) => ({ physicalId: id, attributes: { Id: id } }),
    remove: (world, id) => {
      take(world, id);
      return "done";
    },
  };
}

export const securityGroupIngress = ruleType("ingress", "SourceSecurityGroupId");
export const securityGroupEgress = ruleType("egress", "DestinationSecurityGroupId");

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-placementgroup.html */
export const placementGroup: ResourceType = {
  properties: { Strategy: "replacement", SpreadLevel: "replacement", PartitionCount: "replacement", Tags: "in place" },
  required: [],
  shape: struct({}),
  attributes: ["GroupName"],
  make: (world, _, owner) => named(madeUpName(world, owner)),
  change: (_, name) => named(name),
  remove: () => "done",
};

function named(name: string) {
  return { physicalId: name, attributes: { GroupName: name } };
}
