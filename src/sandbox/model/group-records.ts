/** What the sandbox remembers of EC2 and EC2 Auto Scaling. Records change in place. */
import type { Tag } from "../../core/ecs-api/api.ts";
import type { ClusterRecord, InstanceRecord, RawRecord } from "./records.ts";

/** What a version of a launch template launches, in the words of CloudFormation and the SDKs. */
export type LaunchedData = RawRecord & {
  readonly ImageId?: string;
  readonly InstanceType?: string;
  /** In Base64. */
  readonly UserData?: string;
};

export interface LaunchTemplateVersionRecord {
  readonly number: number;
  readonly description: string | undefined;
  readonly createdAt: number;
  readonly data: LaunchedData;
}

export interface LaunchTemplateRecord {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  tags: readonly Tag[];
  readonly versions: LaunchTemplateVersionRecord[];
  defaultVersion: number;
}

/** A launch template as a group names it: a number, `$Latest` or `$Default`. */
export interface LaunchTemplateChoice {
  readonly template: LaunchTemplateRecord;
  readonly version: string;
}

/** An EC2 instance of an Auto Scaling group. */
export interface MachineRecord {
  readonly ec2InstanceId: string;
  readonly instanceType: string;
  readonly zone: string;
  readonly subnetId: string | undefined;
  readonly launchedAt: number;
  /** What it was launched from; undefined where the group has none. */
  readonly launched:
    | { readonly template: LaunchTemplateRecord; readonly version: LaunchTemplateVersionRecord }
    | undefined;
  readonly isSpot: boolean;
  state: "Pending" | "InService" | "Terminating:Wait";
  /** From scale-in. */
  isProtected: boolean;
  /** What it has registered as, where it has. */
  instance: InstanceRecord | undefined;
}

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_Activity.html */
export interface ActivityRecord {
  readonly id: string;
  readonly description: string;
  readonly cause: string;
  readonly startedAt: number;
  endedAt: number | undefined;
  status: "InProgress" | "Successful" | "Failed" | "Cancelled" | "WaitingForELBConnectionDraining";
  message: string | undefined;
}

/** An Auto Scaling group. */
export interface AutoScalingGroupRecord {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  /** What it launches, the type it prefers first; none: its launch template says, or nobody knows and it launches nothing. */
  instanceTypes: readonly string[];
  launch: LaunchTemplateChoice | undefined;
  /** As it was given; a group has this or its launch template alone. */
  mixedInstancesPolicy: RawRecord | undefined;
  subnets: readonly string[];
  min: number;
  max: number;
  /** How many instances it has or is about to have. */
  desired: number;
  /** Whether new instances are protected from scale-in; undefined: nobody knows. */
  protectsNew: boolean | undefined;
  capacityRebalance: boolean;
  tags: readonly RawRecord[];
  /** Where its instances register whose launch template names no cluster. */
  cluster: ClusterRecord | undefined;
  /** By their EC2 ids, those that it is launching or ending among them. */
  readonly machines: Map<string, MachineRecord>;
  /** The newest first. */
  readonly activities: ActivityRecord[];
  /** When it was last told to launch. */
  launchedAt?: number;
  /** For how many minutes in a row it has had more instances than are needed. */
  minutesBelow: number;
  /** Whether it is to try again what it could not launch. */
  isRetrying: boolean;
  /** It goes once it is empty. */
  isGoing: boolean;
}

export interface CapacityProviderRecord {
  readonly arn: string;
  readonly name: string;
  tags: readonly Tag[];
  /** As CreateCapacityProvider was given them. */
  settings: RawRecord;
  readonly group?: AutoScalingGroupRecord;
}

/** A capacity provider that has an Auto Scaling group. */
export type ProviderWithGroup = CapacityProviderRecord & { readonly group: AutoScalingGroupRecord };
