import type { NodeOs } from "../catalog/machine-images/node-ami-types.ts";
import type { SecurityGroup } from "./security-groups.ts";

export const capacityKinds = ["ec2", "managed-instances"] as const;
/** Who starts the machines: an Auto Scaling group of the account's own, or ECS itself. */
export type CapacityKind = (typeof capacityKinds)[number];

/** A subnet as EC2 describes it; what nobody asked EC2 for is left out. */
export interface CapacitySubnet {
  readonly id: string;
  readonly vpcId?: string;
  readonly zone?: string;
}

/** The machine image of one instance type: the one of now, so that what was reviewed is what boots. */
export interface CapacityImage {
  readonly id: string;
  readonly os: NodeOs;
  /** The public SSM parameter that named it; absent where the user did. */
  readonly parameter?: string;
  readonly version?: string;
  /** The day it was asked for, as 2026-11-30. */
  readonly day?: string;
  /** Whether EC2 was asked for it, and shows none such. */
  readonly isMissing?: boolean;
  /** The size that it gives the volume for images and containers; absent where nobody asked EC2. */
  readonly volumeGiB?: number;
  /** Whether its snapshot is as large as that, and no volume may be smaller. */
  readonly isSnapshotAsLarge?: boolean;
}

/** What a cluster's operator says of its machines; the workload says the rest. */
export interface CapacitySettings {
  readonly cluster: string;
  /** Whether the stack makes the cluster; otherwise it is somebody else's, and the stack leaves its settings alone. */
  readonly createCluster: boolean;
  readonly kind: CapacityKind;
  readonly subnets: readonly CapacitySubnet[];
  /** The ids of those of them that there are; absent where nobody asked. */
  readonly subnetsThere?: ReadonlySet<string>;
  readonly securityGroups: readonly string[];
  /** Those of them that there are, as EC2 describes them; absent where nobody asked. */
  readonly describedGroups?: readonly SecurityGroup[];
  /** Where EC2 was asked for them. */
  readonly region?: string;
  /** The VPC of the subnets, where nobody asked EC2. */
  readonly vpcId?: string;
  /** By instance type; Managed Instances have an image of their own. */
  readonly images: ReadonlyMap<string, CapacityImage>;
  /** The zones of the region that offer a type, by type; empty where nobody asked EC2. */
  readonly zonesOffering: ReadonlyMap<string, readonly string[]>;
  readonly attributes: Readonly<Record<string, string>>;
  readonly diskGiB?: number;
  readonly imdsHopLimit?: number;
  readonly reservedMemoryMiB?: number;
  /** An on-demand capacity reservation. */
  readonly reservation?: string;
  readonly capacityBlock?: string;
  readonly spot: boolean;
  readonly minSize?: number;
  readonly desiredSize?: number;
  readonly maxSize?: number;
}
