/** Roles and profiles are made, named and nothing else: the sandbox has no IAM. */
import { list, struct, text, textOf } from "../../wire/shape.ts";
import type { World } from "../../model/world.ts";
import { madeUpName, type ResourceType } from "./resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html */
export const role: ResourceType = {
  properties: {
    RoleName: "replacement",
    Path: "replacement",
    AssumeRolePolicyDocument: "in place",
    Description: "in place",
    ManagedPolicyArns: "in place",
    MaxSessionDuration: "in place",
    PermissionsBoundary: "in place",
    Policies: "in place",
    Tags: "in place",
  },
  required: ["AssumeRolePolicyDocument"],
  shape: struct({}),
  attributes: ["Arn", "RoleId"],
  name: "RoleName",
  make: (world, { RoleName }, owner) =>
    ofName(world, "role", textOf(RoleName) ?? madeUpName(world, owner), "RoleId", "AROA"),
  change: (world, name) => ofName(world, "role", name, "RoleId", "AROA"),
  remove: () => "done",
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-instanceprofile.html */
export const instanceProfile: ResourceType = {
  properties: { InstanceProfileName: "replacement", Path: "replacement", Roles: "in place" },
  required: ["Roles"],
  shape: struct({ Roles: list(text) }),
  attributes: ["Arn"],
  name: "InstanceProfileName",
  make: (world, { InstanceProfileName }, owner) =>
    ofName(world, "instance-profile", textOf(InstanceProfileName) ?? madeUpName(world, owner)),
  change: (world, name) => ofName(world, "instance-profile", name),
  remove: () => "done",
};

function ofName({ account }: World, kind: string, name: string, id?: string, prefix = "") {
  const attributes = { Arn: `arn:aws:iam::${account}:${kind}/${name}` };
  return {
    physicalId: name,
    attributes: id === undefined ? attributes : { ...attributes, [id]: prefix + name.slice(-12) },
  };
}
