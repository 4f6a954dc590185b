import type { NodeOs } from "../../catalog/machine-images/node-ami-types.ts";

export const nodeTargets = ["nodegroup", "karpenter", "auto-mode"] as const;
/** What makes the nodes: a managed node group, Karpenter, or EKS Auto Mode. */
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
  /** Hops that an answer of the instance metadata service goes: pods are one hop further than their node. */
  readonly imdsHopLimit?: number;
  readonly labels: Readonly<Record<string, string>>;
  /** An on-demand capacity reservation. */
  readonly reservation?: string;
  readonly capacityBlock?: string;
  readonly minSize?: number;
  readonly desiredSize?: number;
  readonly maxSize?: number;
}
