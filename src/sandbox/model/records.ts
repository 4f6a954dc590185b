/** What the sandbox remembers. Records change in place; everything they point to that is readonly does not. */
import type { InstanceHealth, Resources } from "../../core/cluster/snapshot.ts";
import type { GpuState } from "../../core/devices/gpus.ts";
import type { NameValue, PlacementConstraint, RegisteredTaskDefinition, Tag } from "../../core/ecs-api/api.ts";
import type { Of } from "../../core/ecs-api/field.ts";
import type { deploymentLifecycleHook } from "../../core/ecs-api/model/service.ts";
import type { PlacementStrategy } from "../../core/ecs-api/placement-strategy.ts";
import type { Requirements } from "../../core/ecs/requirements.ts";
import type { Behaviour } from "./behaviour.ts";
import type { KeptRooms } from "./kept-rooms.ts";

export type RawRecord = Readonly<Record<string, unknown>>;

export interface ClusterRecord {
  readonly arn: string;
  readonly name: string;
  status: "ACTIVE" | "INACTIVE";
  tags: readonly Tag[];
  settings: readonly NameValue[];
  configuration: RawRecord | undefined;
  capacityProviders: readonly string[];
  defaultStrategy: readonly RawRecord[];
  readonly instances: Map<string, InstanceRecord>;
  readonly tasks: Map<string, TaskRecord>;
  readonly services: Map<string, ServiceRecord>;
  /** What is left on its instances; undefined until somebody asks. */
  rooms: KeptRooms | undefined;
  /** What RunTask answered under a client token. */
  readonly runTokens: Map<
    string,
    { readonly request: string; readonly tasks: readonly TaskRecord[]; readonly until: number }
  >;
}

export interface InstanceRecord {
  readonly arn: string;
  readonly id: string;
  readonly cluster: ClusterRecord;
  readonly ec2InstanceId: string;
  status: "ACTIVE" | "DRAINING" | "INACTIVE";
  agentConnected: boolean;
  readonly agentVersion: string;
  capacityProvider: string | undefined;
  readonly attributes: Map<string, string>;
  readonly registered: Resources;
  /** What there is for tasks: all, less what a seed says is used by nobody it names. */
  free: Resources;
  /** Its GPUs, as `free` has the rest. */
  freeGpus: readonly GpuState[];
  /** As a seed has it. */
  readonly healthStatus: InstanceHealth | undefined;
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
  /** The last time. */
  startedAt?: number;
  health: "UNKNOWN" | "HEALTHY" | "UNHEALTHY";
  gpus: readonly string[];
}

export type TaskStatus =
  | "PROVISIONING"
  | "PENDING"
  | "ACTIVATING"
  | "RUNNING"
  | "DEACTIVATING"
  | "STOPPING"
  | "DEPROVISIONING"
  | "STOPPED";

export interface TaskRecord {
  readonly arn: string;
  readonly id: string;
  readonly cluster: ClusterRecord;
  readonly definition: RegisteredTaskDefinition;
  readonly requirements: Requirements;
  readonly group: string;
  readonly startedBy: string | undefined;
  readonly overrides: RawRecord;
  readonly launchType: string | undefined;
  readonly capacityProvider: string | undefined;
  readonly enableExecuteCommand: boolean;
  readonly networkConfiguration: RawRecord | undefined;
  readonly volumeConfigurations: readonly RawRecord[];
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

/**
 * What a deployment rolls out, for good.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-revision.html
 */
export interface RevisionRecord {
  readonly arn: string;
  readonly definition: RegisteredTaskDefinition;
  readonly settings: ServiceSettingsRecord;
  readonly createdAt: number;
}

/** An entry of `deployments` in DescribeServices: the tasks of one revision. */
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
  readonly settings: ServiceSettingsRecord;
  readonly revision: RevisionRecord;
  /**
   * How many tasks it keeps beside a newer one that is not a rolling update;
   * undefined: it has as many as the service wants.
   */
  keeps: number | undefined;
}

export type RecordedDeploymentStatus =
  | "PENDING"
  | "IN_PROGRESS"
  | "SUCCESSFUL"
  | "STOPPED"
  | "ROLLBACK_REQUESTED"
  | "ROLLBACK_IN_PROGRESS"
  | "ROLLBACK_SUCCESSFUL"
  | "ROLLBACK_FAILED";

/**
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceDeployment.html:
 * PRE_PRODUCTION_TRAFFIC_SHIFT is for hooks alone.
 */
export type LifecycleStage =
  | "RECONCILE_SERVICE"
  | "PRE_SCALE_UP"
  | "SCALE_UP"
  | "POST_SCALE_UP"
  | "TEST_TRAFFIC_SHIFT"
  | "POST_TEST_TRAFFIC_SHIFT"
  | "PRE_PRODUCTION_TRAFFIC_SHIFT"
  | "PRODUCTION_TRAFFIC_SHIFT"
  | "POST_PRODUCTION_TRAFFIC_SHIFT"
  | "BAKE_TIME"
  | "CLEAN_UP";

/** A pause of a rollout. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentLifecycleHookDetail.html */
export interface PauseHookRecord {
  readonly id: string;
  readonly expiresAt: number;
  /** CONTINUE or ROLLBACK. */
  readonly timeoutAction: string;
  status: "AWAITING_ACTION" | "SUCCEEDED" | "FAILED" | "TIMED_OUT";
}

export interface TaskCounts {
  readonly requested: number;
  readonly running: number;
  readonly pending: number;
}

/** One rollout from its start to its end, as ListServiceDeployments keeps it. */
export interface ServiceDeploymentRecord {
  readonly arn: string;
  readonly createdAt: number;
  readonly target: DeploymentRecord;
  /** What ran before, the one in production first. */
  readonly sources: readonly DeploymentRecord[];
  status: RecordedDeploymentStatus;
  statusReason?: string;
  startedAt?: number;
  updatedAt: number;
  finishedAt?: number;
  stoppedAt?: number;
  rollback?: { readonly reason: string; readonly startedAt: number; readonly to: DeploymentRecord };
  /** Undefined for a rolling update. */
  stage?: LifecycleStage;
  stageSince: number;
  /** Those of its stage. */
  hooks: readonly PauseHookRecord[];
  /** How many steps the production traffic has been shifted. */
  steps: number;
  triggeredAlarms: readonly string[];
  /** The tasks there were when it was over. */
  last?: ReadonlyMap<DeploymentRecord, TaskCounts>;
}

export type DeploymentStrategy = "ROLLING" | "BLUE_GREEN" | "LINEAR" | "CANARY";

/** What CreateService and UpdateService set. */
export interface ServiceSettingsRecord {
  readonly launchType: string | undefined;
  readonly capacityProviderStrategy: readonly RawRecord[];
  readonly placementConstraints: readonly PlacementConstraint[];
  readonly placementStrategy: readonly PlacementStrategy[];
  readonly networkConfiguration: RawRecord | undefined;
  readonly loadBalancers: readonly RawRecord[];
  readonly serviceRegistries: readonly RawRecord[];
  readonly volumeConfigurations: readonly (RawRecord & { readonly name?: string })[];
  readonly strategy: DeploymentStrategy;
  readonly bakeTimeInMinutes: number;
  readonly linear: { readonly stepPercent: number; readonly stepBakeTimeInMinutes: number };
  /** PAUSE hooks alone. */
  readonly lifecycleHooks: readonly Of<typeof deploymentLifecycleHook>[];
  readonly canary: { readonly canaryPercent: number; readonly canaryBakeTimeInMinutes: number };
  readonly alarms: { readonly alarmNames: readonly string[]; readonly enable: boolean; readonly rollback: boolean };
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  readonly circuitBreaker: {
    readonly enable: boolean;
    readonly rollback: boolean;
    readonly resetOnHealthyTask?: boolean;
    readonly thresholdConfiguration?: { readonly type?: string; readonly value?: number };
  };
  readonly healthCheckGracePeriodSeconds: number | undefined;
  readonly enableExecuteCommand: boolean;
  readonly enableEcsManagedTags: boolean;
  readonly propagateTags: string | undefined;
  readonly availabilityZoneRebalancing: "ENABLED" | "DISABLED";
  readonly desiredCount: number;
}

export interface ServiceEventRecord {
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
  settings: ServiceSettingsRecord;
  deployments: DeploymentRecord[];
  /** The newest first. */
  events: ServiceEventRecord[];
  /** Every rollout, the newest first. */
  history: ServiceDeploymentRecord[];
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
