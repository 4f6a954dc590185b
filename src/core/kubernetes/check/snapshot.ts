/** What `eks check` judges: an EKS cluster as the APIs describe it, as readonly data. */

export interface EksCluster {
  readonly name: string;
  /** The minor version of Kubernetes, as 1.33. */
  readonly version: string;
  readonly endpoint?: string;
}

/** https://docs.aws.amazon.com/eks/latest/APIReference/API_Nodegroup.html, as far as aiplat reads it. */
export interface DescribedNodegroup {
  readonly nodegroupName: string;
  readonly status?: string;
  readonly amiType?: string;
  readonly capacityType?: string;
  readonly version?: string;
  readonly releaseVersion?: string;
  readonly instanceTypes: readonly string[];
  readonly subnets: readonly string[];
  readonly nodeRole?: string;
  readonly diskSize?: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly { readonly key?: string; readonly value?: string; readonly effect?: string }[];
  readonly scalingConfig: { readonly minSize?: number; readonly maxSize?: number; readonly desiredSize?: number };
  readonly nodeRepairConfig?: { readonly enabled?: boolean };
  readonly launchTemplate?: { readonly id?: string; readonly name?: string; readonly version?: string };
  readonly healthIssues: readonly { readonly code: string; readonly message: string }[];
}

/** What a launch template says of the nodes. */
export interface DescribedTemplate {
  readonly instanceType?: string;
  readonly efaInterfaces: number;
  readonly placementGroup?: string;
}

/** An object of the Kubernetes API, as kubectl prints it. */
export type KubernetesObject = Readonly<Record<string, unknown>>;

export interface EksSnapshot {
  readonly cluster: EksCluster;
  readonly nodegroups: readonly { readonly nodegroup: DescribedNodegroup; readonly template?: DescribedTemplate }[];
  /** The newest release versions, by SSM parameter. */
  readonly releases: ReadonlyMap<string, string>;
  /** What kubectl lists, or why it does not. */
  readonly objects: readonly KubernetesObject[] | { readonly skipped: string; readonly fix: string };
  /** What was looked up for a workload; undefined where none was named, or kubectl lists nothing. */
  readonly workload?: ObservedWorkloadNeeds;
}

/** What a cluster has of what a workload's resources refer to. */
export interface ObservedWorkloadNeeds {
  /** The namespace that they go to, its labels, and whether there is one: undefined where that may not be read. */
  readonly namespace: string;
  readonly namespaceLabels: Readonly<Record<string, unknown>> | "missing" | undefined;
  /** The kinds that are served under each API version; one that could not be read is left out. */
  readonly served: ReadonlyMap<string, readonly string[]>;
  /** The versions that are served of each API group. */
  readonly versions: ReadonlyMap<string, readonly string[]>;
  /** LocalQueues of the namespace and ClusterQueues; undefined where they may not be read. */
  readonly queues: readonly KubernetesObject[] | undefined;
  /** ResourceFlavors and Topologies; undefined where they may not be read. */
  readonly flavors: readonly KubernetesObject[] | undefined;
}
