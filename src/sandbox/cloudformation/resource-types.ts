import { autoScalingGroup } from "./resources/auto-scaling-group.ts";
import { capacityProvider, cluster } from "./resources/ecs.ts";
import { instanceProfile, role } from "./resources/iam.ts";
import { launchTemplate } from "./resources/launch-template.ts";
import { placementGroup, securityGroup, securityGroupEgress, securityGroupIngress } from "./resources/network.ts";
import type { ResourceType } from "./resources/resource-type.ts";

/** The types there are: what `aiplat capacity generate` writes. */
export const resourceTypes: ReadonlyMap<string, ResourceType> = new Map(
  Object.entries({
    "AWS::AutoScaling::AutoScalingGroup": autoScalingGroup,
    "AWS::EC2::LaunchTemplate": launchTemplate,
    "AWS::EC2::PlacementGroup": placementGroup,
    "AWS::EC2::SecurityGroup": securityGroup,
    "AWS::EC2::SecurityGroupEgress": securityGroupEgress,
    "AWS::EC2::SecurityGroupIngress": securityGroupIngress,
    "AWS::ECS::CapacityProvider": capacityProvider,
    "AWS::ECS::Cluster": cluster,
    "AWS::IAM::InstanceProfile": instanceProfile,
    "AWS::IAM::Role": role,
  }),
);
