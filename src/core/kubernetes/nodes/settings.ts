import type { NodeOs } from "../../catalog/machine-images/node-ami-types.ts";

export const nodeTargets = ["nodegroup", "karpenter"] as const;
/** What makes the nodes: a managed node group, or Karpenter. */
export type NodeTarget = (typeof nodeTargets)[number];

/** What a cluster's operator says of the nodes; the workload says the rest. */
export interface NodeSettings {
  readonly cluster: string;
  /** ARN, or the name alone. */
  readonly nodeRole?: string;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  readonly os?: NodeOs;
  /** As 1.33; EKS takes the cluster's where it is left out. */
  readonly kubernetesVersion?: string;
  /** EKS takes the newest where it is left out. */
  readonly releaseVersion?: string;
  readonly diskGiB?: number;
  readonly labels: Readonly<Record<string, string>>;
  /** An on-demand capacity reservation. */
  readonly reservation?: string;
  readonly capacityBlock?: string;
  readonly minSize?: number;
  readonly desiredSize?: number;
  readonly maxSize?: number;
}

/** EKS's default of 20 GiB holds no two deep learning images: they unpack to 10 to 30 GiB each. */
export const defaultDiskGiB = 200;
