/** Machines that an Auto Scaling group of the account's own starts, and ECS scales. */
import { present } from "../base/present.ts";
import { amiTags, hasPlacementGroup, launchTemplate } from "./launch-template.ts";
import type { CapacityMachines } from "./machines.ts";
import { instanceRole } from "./roles.ts";
import type { CapacityImage, CapacitySettings } from "./settings.ts";
import { attributeOf, ref, tagged, tagList, type Tags, type TemplateResource } from "./template.ts";

type Resources = Readonly<Record<string, TemplateResource>>;

/** What ECS marks a group with that it scales; CloudFormation takes away what a template does not have. */
const managedTag = { Key: "AmazonECSManaged", Value: "", PropagateAtLaunch: true } as const;

/** How many machines a group has. */
export function groupSizes({ count }: CapacityMachines, { minSize = 0, desiredSize, maxSize }: CapacitySettings) {
  return { min: minSize, max: maxSize ?? Math.max(count, minSize, desiredSize ?? 0), desired: desiredSize };
}

/** The resources of a capacity with a group, by logical id. */
export function groupResources(
  name: string,
  machines: CapacityMachines,
  image: CapacityImage,
  settings: CapacitySettings,
  tags: Tags,
): Resources {
  const ownSecurityGroup = machines.efaInterfaces > 0 && settings.securityGroups.length === 0;
  return {
    ...(ownSecurityGroup ? efaSecurityGroup(name, vpcOf(settings), tags) : {}),
    ...(hasPlacementGroup(machines, settings)
      ? { PlacementGroup: { Type: "AWS::EC2::PlacementGroup", Properties: { Strategy: "cluster", ...tagged(tags) } } }
      : {}),
    ...instanceRole(machines, tags),
    LaunchTemplate: launchTemplate(name, machines, image, settings, tags),
    AutoScalingGroup: autoScalingGroup(name, machines, settings, { ...tags, ...amiTags(image) }),
    CapacityProvider: {
      Type: "AWS::ECS::CapacityProvider",
      Properties: {
        Name: name,
        AutoScalingGroupProvider: {
          AutoScalingGroupArn: ref("AutoScalingGroup"),
          ManagedScaling: { Status: "ENABLED", TargetCapacity: 100 },
          // Needs the instances' own protection. A machine goes once its tasks have moved.
          // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-termination-protection.html
          ManagedTerminationProtection: "ENABLED",
          ManagedDraining: "ENABLED",
        },
        ...tagged(tags),
      },
    },
  };
}

function vpcOf({ subnets, vpcId }: CapacitySettings): string {
  const found = vpcId ?? subnets[0]?.vpcId;
  if (found === undefined) throw new Error("a security group without a VPC: describe the subnets first");
  return found;
}

/** The group's tags stay its own: the launch template tags the machines, and says another image where it has one. */
function autoScalingGroup(
  name: string,
  machines: CapacityMachines,
  settings: CapacitySettings,
  tags: Tags,
): TemplateResource {
  const { min, max, desired } = groupSizes(machines, settings);
  const template = {
    LaunchTemplateId: ref("LaunchTemplate"),
    Version: attributeOf("LaunchTemplate", "LatestVersionNumber"),
  };
  return {
    Type: "AWS::AutoScaling::AutoScalingGroup",
    // A machine that starts before there is its cluster does not find it.
    ...(settings.createCluster ? { DependsOn: "Cluster" } : {}),
    Properties: {
      AutoScalingGroupName: name,
      VPCZoneIdentifier: settings.subnets.map(({ id }) => id),
      MinSize: String(min),
      MaxSize: String(max),
      // Left out, an update of the stack leaves it as ECS has scaled it.
      ...present({ DesiredCapacity: desired === undefined ? undefined : String(desired) }),
      ...(settings.spot
        ? {
            MixedInstancesPolicy: {
              InstancesDistribution: {
                OnDemandPercentageAboveBaseCapacity: 0,
                SpotAllocationStrategy: "price-capacity-optimized",
              },
              LaunchTemplate: {
                LaunchTemplateSpecification: template,
                Overrides: [{ InstanceType: machines.type.instanceType }],
              },
            },
          }
        : { LaunchTemplate: template }),
      NewInstancesProtectedFromScaleIn: true,
      Tags: [managedTag, ...tagList(tags).map((tag) => ({ ...tag, PropagateAtLaunch: false }))],
    },
  };
}

/**
 * EFA's traffic stays among the members of a group, which has to let it in and out by name; all else goes out alone.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-start.html#efa-start-security
 */
function efaSecurityGroup(name: string, vpcId: string, tags: Tags): Resources {
  const group = attributeOf("SecurityGroup", "GroupId");
  return {
    SecurityGroup: {
      Type: "AWS::EC2::SecurityGroup",
      Properties: {
        GroupDescription: `EFA among the machines of ${name}`,
        VpcId: vpcId,
        SecurityGroupEgress: [{ IpProtocol: "-1", CidrIp: "0.0.0.0/0", Description: "everything outwards" }],
        ...tagged(tags),
      },
    },
    SecurityGroupSelfIngress: {
      Type: "AWS::EC2::SecurityGroupIngress",
      Properties: { GroupId: group, IpProtocol: "-1", SourceSecurityGroupId: group, Description: "EFA" },
    },
    SecurityGroupSelfEgress: {
      Type: "AWS::EC2::SecurityGroupEgress",
      Properties: { GroupId: group, IpProtocol: "-1", DestinationSecurityGroupId: group, Description: "EFA" },
    },
  };
}
