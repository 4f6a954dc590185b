/** Security groups with their rules. */
import type { Tag } from "../../core/ecs-api/api.ts";
import { defaultSecurityGroupId } from "./networks.ts";
import type { World } from "./world.ts";

export interface SecurityGroupRule {
  /** Of one that was made by itself. */
  readonly id?: string;
  /** `-1`: all. */
  readonly protocol: string;
  readonly fromPort: number | undefined;
  readonly toPort: number | undefined;
  readonly cidr: string | undefined;
  readonly groupId: string | undefined;
}

export interface SecurityGroupRecord {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  tags: readonly Tag[];
  ingress: readonly SecurityGroupRule[];
  egress: readonly SecurityGroupRule[];
}

export const openToAll: SecurityGroupRule = {
  protocol: "-1",
  fromPort: undefined,
  toPort: undefined,
  cidr: "0.0.0.0/0",
  groupId: undefined,
};

/** Those of the account, the VPC's default one first. */
export function findSecurityGroups({ securityGroups }: World): readonly SecurityGroupRecord[] {
  const itself = { ...openToAll, cidr: undefined, groupId: defaultSecurityGroupId };
  return [
    {
      id: defaultSecurityGroupId,
      name: "default",
      description: "default VPC security group",
      tags: [],
      ingress: [itself],
      egress: [openToAll],
    },
    ...securityGroups.values(),
  ];
}
