import type { ClusterCapacity } from "../plan/choose-capacity.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import type { RegisteredTaskDefinition } from "../ecs-api/api.ts";
import type { Service } from "../ecs-api/service.ts";
import type { Decision, Role, SecretState } from "./observed-account.ts";
import type { SecurityGroup } from "../capacity/security-groups.ts";
import type { MachineImage, RunningInstances, Subnet } from "./observed-ec2.ts";
import type { ImageState } from "./observed-image.ts";
import type { Reading } from "./reading.ts";

/** The machine that aiplat runs on, and who it is to AWS. */
export interface ObservedMachine {
  readonly aiplat: string;
  readonly node: string;
  readonly region: Reading<{ readonly name: string; readonly source: string }>;
  /** Undefined where there is no region to ask in. */
  readonly identity?: Reading<{ readonly account: string; readonly arn: string }>;
  /** Whether the credentials are known to be wrong, so that nothing else can be asked. */
  readonly locked: boolean;
}

export interface ObservedCluster {
  readonly status: string;
  readonly capacityProviders: readonly string[];
  /** What may start the workload's tasks; read where that is not plain EC2. */
  readonly capacity?: Reading<ClusterCapacity>;
  readonly snapshot: Reading<ClusterSnapshot>;
  /** The newest revision of a family of the workload's, where there is one; read for a workload. */
  readonly definition?: Reading<RegisteredTaskDefinition | undefined>;
  /** The workload's services; read for those of kind service. */
  readonly services?: Reading<readonly Service[]>;
}

/** What was read of the account, by the names that the workload's needs have for it. */
export interface ObservedAccount {
  /** Undefined where there is no such cluster. */
  readonly cluster: Reading<ObservedCluster | undefined>;
  /** By role; undefined where there is none. */
  readonly roles: ReadonlyMap<string, Reading<Role | undefined>>;
  /** What the execution role may do, by `ACTION RESOURCE`. */
  readonly decisions: ReadonlyMap<string, Reading<Decision>>;
  /** By reference. */
  readonly images: ReadonlyMap<string, Reading<ImageState>>;
  /** The images of the instances that the workload can run on. */
  readonly machineImages: Reading<readonly MachineImage[]>;
  /** Secrets of Secrets Manager, by their id. */
  readonly secrets: ReadonlyMap<string, Reading<SecretState | undefined>>;
  /** Whether there is such a parameter, by `valueFrom`. */
  readonly parameters: ReadonlyMap<string, Reading<boolean>>;
  /** By `REGION GROUP`. */
  readonly logGroups: ReadonlyMap<string, Reading<boolean>>;
  readonly subnets: Reading<readonly Subnet[]>;
  readonly securityGroups: Reading<readonly SecurityGroup[]>;
  /** In vCPU, by code; undefined where Service Quotas has none of that code. */
  readonly quotas: ReadonlyMap<string, Reading<number | undefined>>;
  /** What runs in the region and counts against quotas. */
  readonly running: Reading<readonly RunningInstances[]>;
}

export interface Observation {
  readonly machine: ObservedMachine;
  /** Undefined where the machine is not ready to ask. */
  readonly account?: ObservedAccount;
}
