/** What making and unmaking the machines of an ECS cluster needs of AWS, as src/ports.ts has the rest. */
import type { GroupDetail, ScalingActivity } from "./core/capacity/scaling-group.ts";
import type { ChangeSet, Stack, StackEvent, StackResource } from "./core/capacity/stack.ts";

export interface ChangeSetRequest {
  readonly stackName: string;
  readonly changeSetName: string;
  readonly type: "CREATE" | "UPDATE";
  /** JSON or YAML. */
  readonly template: string;
  /** The same token makes the same change set once. */
  readonly clientToken: string;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Operations.html */
export interface CloudFormationPort {
  /** By name, or by id where it may be deleted; undefined where there is none. */
  stack(nameOrId: string): Promise<Stack | undefined>;
  /** Its parts, deleted ones too; none where there is no such stack. */
  resources(stack: string): Promise<readonly StackResource[]>;
  /** The template that was last deployed, in JSON or YAML; undefined where there is none. */
  template(stack: string): Promise<string | undefined>;
  /** The newest first: the pages until one has an event that is `known`. */
  events(stackId: string, known: (event: StackEvent) => boolean): Promise<readonly StackEvent[]>;
  createChangeSet(request: ChangeSetRequest): Promise<void>;
  /** With the changes of every page; undefined where there is none. */
  changeSet(stack: string, name: string): Promise<ChangeSet | undefined>;
  executeChangeSet(changeSetId: string, clientToken: string): Promise<void>;
  deleteChangeSet(stack: string, name: string): Promise<void>;
  deleteStack(stackId: string, clientToken: string): Promise<void>;
}

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_Operations.html */
export interface ScalingGroupPort {
  /** Undefined where there is no such group. */
  group(name: string): Promise<GroupDetail | undefined>;
  /** The newest hundred, the newest first. */
  activities(group: string): Promise<readonly ScalingActivity[]>;
  /** Has the group have no instances, and protect none that it still launches; what is protected stays. */
  emptyGroup(name: string): Promise<void>;
  /** Takes the protection from scale-in off instances of the group; any number. */
  unprotect(group: string, instanceIds: readonly string[]): Promise<void>;
}
