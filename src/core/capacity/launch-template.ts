/** The launch template of container instances. */
import { defaultDiskGiB, defaultImdsHopLimit, hasInstanceStore, imageVolume } from "../catalog/machine-settings.ts";
import { efaLayout } from "../catalog/network-interfaces.ts";
import type { CapacityMachines } from "./machines.ts";
import type { CapacityImage, CapacitySettings } from "./settings.ts";
import { attributeOf, ref, tagSpecifications, type Tags, type TemplateResource } from "./template.ts";
import { userDataOf } from "./user-data.ts";

/** The security groups of machines: those that were given, else the stack's own where EFA needs one. */
export function securityGroupsOf(machines: CapacityMachines, { securityGroups }: CapacitySettings): readonly unknown[] {
  if (securityGroups.length > 0) return securityGroups;
  return machines.efaInterfaces > 0 ? [attributeOf("SecurityGroup", "GroupId")] : [];
}

/**
 * Whether the machines are put close together. The instances of a capacity block are as they are, and in no placement
 * group of ours. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-capacity-blocks.html
 */
export function hasPlacementGroup({ efaInterfaces }: CapacityMachines, { capacityBlock }: CapacitySettings): boolean {
  return efaInterfaces > 0 && capacityBlock === undefined;
}

/** The volume of a machine: with room for the empty volumes of its tasks, where no instance store holds them. */
export function diskGiBOf({ type, scratchGiB }: CapacityMachines, { diskGiB }: CapacitySettings): number {
  return diskGiB ?? defaultDiskGiB + (hasInstanceStore([type]) ? 0 : scratchGiB);
}

/** The tag that says of which public SSM parameter an image was read. */
export const amiParameterTag = "aiplat:ami-parameter";

/** What a group and its machines say of their image. */
export function amiTags({ parameter }: CapacityImage): Tags {
  return parameter === undefined ? {} : { [amiParameterTag]: parameter };
}

export function launchTemplate(
  name: string,
  machines: CapacityMachines,
  image: CapacityImage,
  settings: CapacitySettings,
  tags: Tags,
): TemplateResource {
  const { imdsHopLimit = defaultImdsHopLimit, reservation, capacityBlock } = settings;
  const { type, efaInterfaces } = machines;
  const imageTags = { ...tags, ...amiTags(image) };
  const groups = securityGroupsOf(machines, settings);
  const id = reservation ?? capacityBlock;
  return {
    Type: "AWS::EC2::LaunchTemplate",
    Properties: {
      LaunchTemplateName: name,
      LaunchTemplateData: {
        ImageId: image.id,
        InstanceType: type.instanceType,
        IamInstanceProfile: { Arn: attributeOf("InstanceProfile", "Arn") },
        BlockDeviceMappings: [
          {
            DeviceName: imageVolume[image.os],
            Ebs: {
              VolumeSize: diskGiBOf(machines, settings),
              VolumeType: "gp3",
              Encrypted: true,
              DeleteOnTermination: true,
            },
          },
        ],
        MetadataOptions: { HttpTokens: "required", HttpPutResponseHopLimit: imdsHopLimit },
        // Interfaces and security groups beside them exclude each other.
        ...(efaInterfaces === 0 && groups.length > 0 ? { SecurityGroupIds: groups } : {}),
        ...(efaInterfaces === 0
          ? {}
          : {
              NetworkInterfaces: efaLayout(type, efaInterfaces).map(
                ({ networkCardIndex, deviceIndex, interfaceType }) => ({
                  NetworkCardIndex: networkCardIndex,
                  DeviceIndex: deviceIndex,
                  InterfaceType: interfaceType,
                  Groups: groups,
                  DeleteOnTermination: true,
                }),
              ),
            }),
        ...(hasPlacementGroup(machines, settings) ? { Placement: { GroupName: ref("PlacementGroup") } } : {}),
        // https://docs.aws.amazon.com/autoscaling/ec2/userguide/launch-template-capacity-blocks.html
        ...(capacityBlock === undefined ? {} : { InstanceMarketOptions: { MarketType: "capacity-block" } }),
        ...(id === undefined
          ? {}
          : { CapacityReservationSpecification: { CapacityReservationTarget: { CapacityReservationId: id } } }),
        ...tagSpecifications({ instance: imageTags, volume: tags }),
        UserData: { "Fn::Base64": userDataOf(machines, image, settings) },
      },
      // No tags of its own: they are of its creation, and another image or workload would replace what has a fixed name.
    },
  };
}
