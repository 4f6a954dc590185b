/** What the sandbox remembers. Records change in place; everything they point to that is readonly does not. */
import type { Resources } from "../../core/cluster/snapshot.ts";
import type { NameValue, PlacementConstraint, RegisteredTaskDefinition, Tag } from "../../core/ecs/api.ts";
import type { PlacementStrategy } from "../../core/placement/strategies.ts";
import type { Requirements } from "../../core/placement/requirements.ts";
import type { Behaviour } from "./behaviour.ts";

export type Raw = Readonly<Record<string, unknown>>;

export interface ClusterRecord {
  readonly arn: string;
  readonly name: string;
  status: "ACTIVE" | "INACTIVE";
  tags: readonly Tag[];
  settings: readonly NameValue[];
  configuration: Raw | undefined;
  capacityProviders: readonly string[];
  defaultStrategy: readonly Raw[];
  readonly instances: Map<string, InstanceRecord>;
  readonly tasks: Map<string, TaskRecord>;
  readonly services: Map<string, ServiceRecord>;
  /** What RunTask answered under a client token. */
  readonly runTokens: Map<string, { readonly request: string; readonly tasks: readonly TaskRecord[]; readonly until: number }>;
}

export interface InstanceRecord {
  readonly arn: string;
  readonly id: string;
  readonly cluster: ClusterRecord;
  readonly ec2InstanceId: string;
  status: "ACTIVE" | "DRAINING" | "INACTIVE";
  agentConnected: boolean;
  readonly agentVersion: string;
  readonly capacityProvider: string | undefined;
  readonly attributes: Map<string, string>;
  readonly registered: Resources;
  /** What there is for tasks: all, less what a seed says is used by nobody it names. */
  free: Resources;
  readonly registeredAt: number;
  /** How many Neuron devices its type has. */
  readonly neuronDevices: number;
  tags: readonly Tag[];
  /** Tasks placed here and not yet STOPPED. */
  readonly tasks: Set<TaskRecord>;
  /** Tasks that the agent has not let start yet, in the order they came. */
  readonly waiting: TaskRecord[];
}

export interface ContainerRecord {
  readonly name: string;
  readonly arn: string;
  readonly essential: boolean;
  readonly image: string;
  readonly behaviour: Behaviour;
  status: "PENDING" | "RUNNING" | "STOPPED";
  exitCode?: number;
  reason?: string;
  runtimeId?: string;
  health: "UNKNOWN" | "HEALTHY" | "UNHEALTHY";
  gpus: readonly string[];
}

export type TaskStatus = "PROVISIONING" | "PENDING" | "ACTIVATING" | "RUNNING" | "DEACTIVATING" | "STOPPING" | "DEPROVISIONING" | "STOPPED";

export interface TaskRecord {
  readonly arn: string;
  readonly id: string;
  readonly cluster: ClusterRecord;
  readonly definition: RegisteredTaskDefinition;
  readonly needs: Requirements;
  readonly group: string;
  readonly startedBy: string | undefined;
  readonly overrides: Raw;
  readonly launchType: string | undefined;
  readonly capacityProvider: string | undefined;
  readonly enableExecuteCommand: boolean;
  readonly networkConfiguration: Raw | undefined;
  readonly placementStrategy: readonly PlacementStrategy[] | undefined;
  readonly createdAt: number;
  /** Of a service. */
  readonly service: ServiceRecord | undefined;
  readonly deployment: DeploymentRecord | undefined;
  instance: InstanceRecord | undefined;
  gpus: readonly string[];
  tags: readonly Tag[];
  lastStatus: TaskStatus;
  desiredStatus: "RUNNING" | "STOPPED";
  /** Whether the agent has let it start: it holds its share of the machine until it is STOPPED. */
  admitted: boolean;
  readonly containers: readonly ContainerRecord[];
  version: number;
  pullStartedAt?: number;
  pullStoppedAt?: number;
  startedAt?: number;
  stoppingAt?: number;
  executionStoppedAt?: number;
  stoppedAt?: number;
  stopCode?: string;
  stoppedReason?: string;
  /** From when on its service counts it as healthy; undefined until it is known. */
  healthyAt?: number;
  readonly eni: { readonly id: string; readonly subnetId: string; readonly address: string } | undefined;
}

export interface DeploymentRecord {
  readonly id: string;
  status: "PRIMARY" | "ACTIVE" | "INACTIVE";
  readonly definition: RegisteredTaskDefinition;
  readonly createdAt: number;
  updatedAt: number;
  failedTasks: number;
  rolloutState: "IN_PROGRESS" | "COMPLETED" | "FAILED";
  rolloutStateReason: string;
  /** Of the service when the deployment was made. */
  readonly settings: ServiceSettings;
}

/** What CreateService and UpdateService set. */
export interface ServiceSettings {
  readonly launchType: string | undefined;
  readonly capacityProviderStrategy: readonly Raw[];
  readonly placementConstraints: readonly PlacementConstraint[];
  readonly placementStrategy: readonly PlacementStrategy[];
  readonly networkConfiguration: Raw | undefined;
  readonly loadBalancers: readonly Raw[];
  readonly serviceRegistries: readonly Raw[];
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  readonly circuitBreaker: { readonly enable: boolean; readonly rollback: boolean };
  readonly healthCheckGracePeriodSeconds: number | undefined;
  readonly enableExecuteCommand: boolean;
  readonly enableEcsManagedTags: boolean;
  readonly propagateTags: string | undefined;
  readonly availabilityZoneRebalancing: "ENABLED" | "DISABLED";
  readonly desiredCount: number;
}

export interface ServiceEvent {
  readonly id: string;
  readonly createdAt: number;
  readonly message: string;
}

export interface ServiceRecord {
  readonly arn: string;
  readonly name: string;
  readonly cluster: ClusterRecord;
  readonly schedulingStrategy: "REPLICA" | "DAEMON";
  readonly createdAt: number;
  /** What CreateService was asked, for its idempotency. */
  readonly request: string;
  readonly clientToken: string | undefined;
  status: "ACTIVE" | "DRAINING" | "INACTIVE";
  tags: readonly Tag[];
  settings: ServiceSettings;
  deployments: DeploymentRecord[];
  /** The newest first. */
  events: ServiceEvent[];
  /** The last deployment that was completed, to roll back to. */
  lastCompleted: DeploymentRecord | undefined;
  steady: boolean;
  /** How long until the scheduler looks again where nothing changes. */
  retryMs: number;
  /** When it looks again, where that is arranged. */
  nextLook: number | undefined;
  /** Starts that failed in a row: the scheduler slows down. */
  failedStarts: number;
  notBefore: number;
}
