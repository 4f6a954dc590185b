/**
 * The parts of the ECS API that aiplat reads and writes, as readonly data in the API's own words.
 * Raw fields that aiplat does not model pass through untouched.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/
 */

export interface Tag {
  readonly key: string;
  readonly value: string;
}

export interface NameValue {
  readonly name: string;
  readonly value: string;
}

export interface PortMapping {
  readonly containerPort: number;
  readonly hostPort?: number;
  readonly protocol?: string;
  readonly name?: string;
  readonly [raw: string]: unknown;
}

export interface Device {
  readonly hostPath: string;
  readonly containerPath?: string;
  readonly permissions?: readonly string[];
}

export interface LinuxParameters {
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
  readonly devices?: readonly Device[];
  readonly sharedMemorySize?: number;
  readonly [raw: string]: unknown;
}

export interface ResourceRequirement {
  readonly type: string;
  readonly value?: string;
  readonly sharingStrategy?: { readonly nvidiaMps: { readonly memory: number; readonly maxComputePercent?: number } };
}

export interface ContainerDefinition {
  readonly name: string;
  readonly image?: string;
  /** CPU units: 1,024 a vCPU. */
  readonly cpu?: number;
  /** Hard limit, in MiB. */
  readonly memory?: number;
  readonly memoryReservation?: number;
  readonly essential?: boolean;
  readonly command?: readonly string[];
  readonly environment?: readonly NameValue[];
  readonly secrets?: readonly { readonly name: string; readonly valueFrom: string }[];
  readonly portMappings?: readonly PortMapping[];
  readonly linuxParameters?: LinuxParameters;
  readonly resourceRequirements?: readonly ResourceRequirement[];
  readonly healthCheck?: Readonly<Record<string, unknown>>;
  readonly logConfiguration?: { readonly logDriver: string; readonly options?: Readonly<Record<string, string>> };
  readonly mountPoints?: readonly Readonly<Record<string, unknown>>[];
  readonly privileged?: boolean;
  readonly [raw: string]: unknown;
}

export interface PlacementConstraint {
  readonly type: string;
  readonly expression?: string;
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PlacementStrategy.html */
export interface PlacementStrategyItem {
  readonly type: string;
  readonly field?: string;
}

/** The input of RegisterTaskDefinition. */
export interface TaskDefinition {
  readonly family: string;
  readonly taskRoleArn?: string;
  readonly executionRoleArn?: string;
  readonly networkMode?: string;
  readonly containerDefinitions: readonly ContainerDefinition[];
  readonly volumes?: readonly Readonly<Record<string, unknown>>[];
  readonly placementConstraints?: readonly PlacementConstraint[];
  readonly requiresCompatibilities?: readonly string[];
  readonly cpu?: string;
  readonly memory?: string;
  readonly tags?: readonly Tag[];
  readonly [raw: string]: unknown;
}

/** A task definition as ECS describes it. */
export interface RegisteredTaskDefinition extends TaskDefinition {
  readonly taskDefinitionArn: string;
  readonly revision: number;
  readonly status: string;
}

export interface CapacityProviderStrategyItem {
  readonly capacityProvider: string;
  readonly weight?: number;
  readonly base?: number;
}

export interface NetworkConfiguration {
  readonly awsvpcConfiguration: {
    readonly subnets: readonly string[];
    readonly securityGroups?: readonly string[];
    readonly assignPublicIp?: "ENABLED" | "DISABLED";
  };
}

/** DescribeTasks and DescribeContainerInstances take so many a call, as do the pages of the lists. */
export const itemsPerCall = 100;

/** The input of RunTask. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html */
export interface RunTaskRequest {
  readonly cluster: string;
  readonly taskDefinition: string;
  readonly count: number;
  readonly launchType?: "EC2";
  readonly capacityProviderStrategy?: readonly CapacityProviderStrategyItem[];
  readonly group?: string;
  readonly startedBy?: string;
  readonly placementConstraints?: readonly PlacementConstraint[];
  readonly placementStrategy?: readonly PlacementStrategyItem[];
  readonly networkConfiguration?: NetworkConfiguration;
  readonly enableExecuteCommand?: boolean;
  readonly tags?: readonly Tag[];
  readonly clientToken?: string;
  readonly overrides?: Readonly<Record<string, unknown>>;
}

export interface Failure {
  readonly arn?: string;
  readonly reason: string;
  readonly detail?: string;
}

export interface TaskContainer {
  readonly name: string;
  readonly lastStatus?: string;
  readonly exitCode?: number;
  readonly reason?: string;
  readonly runtimeId?: string;
  /** The GPUs that ECS assigned to it. */
  readonly gpuIds?: readonly string[];
}

/** A task as DescribeTasks and RunTask answer it. */
export interface Task {
  readonly taskArn: string;
  readonly taskDefinitionArn: string;
  readonly clusterArn?: string;
  readonly containerInstanceArn?: string;
  readonly group?: string;
  readonly startedBy?: string;
  readonly lastStatus: string;
  readonly desiredStatus: string;
  /** By the container health checks of its essential containers. */
  readonly healthStatus?: string;
  readonly stopCode?: string;
  readonly stoppedReason?: string;
  readonly containers: readonly TaskContainer[];
  readonly overrides?: Readonly<Record<string, unknown>>;
  readonly tags?: readonly Tag[];
  /** Milliseconds since the epoch. */
  readonly createdAt?: number;
  readonly startedAt?: number;
  readonly stoppedAt?: number;
}
