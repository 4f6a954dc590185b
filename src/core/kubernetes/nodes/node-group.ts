/** A managed node group as the inputs of the API calls that make it, in the APIs' own words. */
import { present } from "../../base/present.ts";
import type { NodeAmiTypeName } from "../../catalog/machine-images/node-ami-types.ts";
import { defaultDiskGiB, defaultImdsHopLimit, hasInstanceStore, imageVolume } from "../../catalog/machine-settings.ts";
import type { PlannedNodes } from "./planned-nodes.ts";
import type { NodeSettings } from "./settings.ts";
import { instanceStoreUserData } from "./user-data.ts";

type Tags = Readonly<Record<string, string>>;
type TagList = readonly { readonly Key: string; readonly Value: string }[];

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreatePlacementGroup.html */
export interface PlacementGroupRequest {
  readonly GroupName: string;
  readonly Strategy: "cluster";
  readonly TagSpecifications: readonly { readonly ResourceType: "placement-group"; readonly Tags: TagList }[];
}

/**
 * The part of https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RequestLaunchTemplateData.html
 * that aiplat writes.
 */
export interface LaunchTemplateData {
  readonly InstanceType?: string;
  readonly BlockDeviceMappings: readonly {
    readonly DeviceName: string;
    readonly Ebs: {
      readonly VolumeSize: number;
      readonly VolumeType: "gp3";
      readonly Encrypted: boolean;
      readonly DeleteOnTermination: boolean;
    };
  }[];
  readonly MetadataOptions: { readonly HttpTokens: "required"; readonly HttpPutResponseHopLimit: number };
  readonly UserData?: string;
  readonly NetworkInterfaces?: readonly {
    readonly NetworkCardIndex: number;
    readonly DeviceIndex: number;
    readonly InterfaceType: string;
    readonly Groups: readonly string[];
  }[];
  readonly SecurityGroupIds?: readonly string[];
  readonly Placement?: { readonly GroupName: string };
  readonly InstanceMarketOptions?: { readonly MarketType: "capacity-block" };
  readonly CapacityReservationSpecification?: {
    readonly CapacityReservationTarget: { readonly CapacityReservationId: string };
  };
  readonly TagSpecifications: readonly { readonly ResourceType: "instance" | "volume"; readonly Tags: TagList }[];
}

export interface LaunchTemplateRequest {
  readonly LaunchTemplateName: string;
  readonly LaunchTemplateData: LaunchTemplateData;
  readonly TagSpecifications: readonly { readonly ResourceType: "launch-template"; readonly Tags: TagList }[];
}

/** https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html */
export interface NodegroupRequest {
  readonly clusterName: string;
  readonly nodegroupName: string;
  readonly nodeRole: string;
  readonly subnets: readonly string[];
  readonly amiType: NodeAmiTypeName;
  readonly instanceTypes?: readonly string[];
  readonly capacityType: "ON_DEMAND" | "CAPACITY_BLOCK";
  readonly scalingConfig: { readonly minSize: number; readonly maxSize: number; readonly desiredSize: number };
  readonly diskSize?: number;
  readonly launchTemplate?: { readonly name: string; readonly version: string };
  readonly labels: Tags;
  readonly taints: readonly { readonly key: string; readonly effect: "NO_SCHEDULE" }[];
  readonly version?: string;
  readonly releaseVersion?: string;
  readonly nodeRepairConfig: { readonly enabled: boolean };
  readonly tags: Tags;
}

/** The calls that make one node group, in the order in which they are made. */
export interface NodegroupPlan {
  readonly placementGroup?: PlacementGroupRequest;
  readonly launchTemplate?: LaunchTemplateRequest;
  readonly nodegroup: NodegroupRequest;
}

/** The placement group and the launch template of a fleet have the same name. */
export function sharedName(cluster: string, { name }: PlannedNodes): string {
  return `${cluster}-${name}`;
}

/**
 * The node group of a fleet. It has a launch template only where EKS's own cannot say it: EFA interfaces, a placement
 * group, a reservation, security groups, Bottlerocket's second volume, an instance store, another hop limit.
 */
export function planNodegroup(workload: string, fleet: PlannedNodes, settings: NodeSettings): NodegroupPlan {
  const {
    cluster,
    subnets,
    securityGroups,
    reservation,
    capacityBlock,
    kubernetesVersion,
    releaseVersion,
    minSize,
    desiredSize,
    maxSize,
  } = settings;
  const tags = { "aiplat:workload": workload };
  const name = sharedName(cluster, fleet);
  const templated =
    fleet.interfaces !== undefined ||
    fleet.placementGroup ||
    (reservation ?? capacityBlock) !== undefined ||
    securityGroups.length > 0 ||
    fleet.os === "bottlerocket" ||
    hasInstanceStore(fleet.types) ||
    (settings.imdsHopLimit ?? defaultImdsHopLimit) !== defaultImdsHopLimit;
  const desired = desiredSize ?? fleet.desiredSize;
  const template = templated ? launchTemplate(fleet, settings, tags, name) : undefined;
  return {
    ...(fleet.placementGroup
      ? {
          placementGroup: {
            GroupName: name,
            Strategy: "cluster",
            TagSpecifications: [{ ResourceType: "placement-group", Tags: tagList(tags) }],
          },
        }
      : {}),
    ...present({ launchTemplate: template }),
    nodegroup: {
      clusterName: cluster,
      nodegroupName: fleet.name,
      nodeRole: settings.nodeRole!,
      subnets,
      amiType: fleet.amiType,
      // With a capacity block the template names the type, and then the node group must not.
      ...(capacityBlock === undefined ? { instanceTypes: fleet.types.map((type) => type.instanceType) } : {}),
      capacityType: capacityBlock === undefined ? "ON_DEMAND" : "CAPACITY_BLOCK",
      scalingConfig: {
        minSize: minSize ?? 0,
        maxSize: maxSize ?? Math.max(fleet.desiredSize, desired),
        desiredSize: desired,
      },
      ...(template === undefined
        ? { diskSize: settings.diskGiB ?? defaultDiskGiB }
        : { launchTemplate: { name, version: "1" } }),
      labels: fleet.labels,
      taints: [{ key: fleet.taint.key, effect: "NO_SCHEDULE" }],
      ...present({ version: kubernetesVersion, releaseVersion }),
      // A node whose devices fail is replaced. https://docs.aws.amazon.com/eks/latest/userguide/node-health.html
      nodeRepairConfig: { enabled: true },
      tags,
    },
  };
}

function launchTemplate(fleet: PlannedNodes, settings: NodeSettings, tags: Tags, name: string): LaunchTemplateRequest {
  const {
    securityGroups,
    reservation,
    capacityBlock,
    diskGiB = defaultDiskGiB,
    imdsHopLimit = defaultImdsHopLimit,
  } = settings;
  const id = reservation ?? capacityBlock;
  const interfaces = fleet.interfaces?.map(({ networkCardIndex, deviceIndex, interfaceType }) => ({
    NetworkCardIndex: networkCardIndex,
    DeviceIndex: deviceIndex,
    InterfaceType: interfaceType,
    Groups: [...securityGroups],
  }));
  return {
    LaunchTemplateName: name,
    LaunchTemplateData: {
      // https://docs.aws.amazon.com/eks/latest/userguide/capacity-blocks-mng.html
      ...(capacityBlock === undefined
        ? {}
        : { InstanceType: fleet.types[0]!.instanceType, InstanceMarketOptions: { MarketType: "capacity-block" } }),
      BlockDeviceMappings: [
        {
          DeviceName: imageVolume[fleet.os],
          Ebs: { VolumeSize: diskGiB, VolumeType: "gp3", Encrypted: true, DeleteOnTermination: true },
        },
      ],
      MetadataOptions: { HttpTokens: "required", HttpPutResponseHopLimit: imdsHopLimit },
      ...present({ UserData: instanceStoreUserData(fleet.types, fleet.os) }),
      // Interfaces and security groups beside them exclude each other.
      ...(interfaces === undefined && securityGroups.length > 0 ? { SecurityGroupIds: securityGroups } : {}),
      ...present({ NetworkInterfaces: interfaces }),
      ...(fleet.placementGroup ? { Placement: { GroupName: name } } : {}),
      ...(id === undefined
        ? {}
        : { CapacityReservationSpecification: { CapacityReservationTarget: { CapacityReservationId: id } } }),
      TagSpecifications: (["instance", "volume"] as const).map((ResourceType) => ({
        ResourceType,
        Tags: tagList(tags),
      })),
    },
    TagSpecifications: [{ ResourceType: "launch-template", Tags: tagList(tags) }],
  };
}

function tagList(tags: Tags): TagList {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
