import { present } from "../base/present.ts";
import type { RunTaskRequest, TaskDefinition } from "../ecs-api/api.ts";
import type { ClusterInputs, FamilyInputs } from "./cluster-inputs.ts";
import type { Plan, Unplaced } from "./plan.ts";
import type { RunSettings } from "./run-request.ts";

/** Tasks of one task definition that one command starts. */
export interface RunStep {
  /** What to register if it changed; undefined where `request.taskDefinition` names one already registered. */
  readonly definition?: TaskDefinition;
  /** RunTask's input but for count and client token, which each call of at most 10 tasks gets of its own. */
  readonly request: Omit<RunTaskRequest, "count" | "clientToken">;
  readonly count: number;
  /** Why these devices and these machines. */
  readonly why: string;
  /**
   * EC2 ids of the machines that have a place for one task each, where aiplat chose the devices; ECS may choose others
   * that have.
   */
  readonly machines?: readonly string[];
}

/** What a run is planned for and from. */
export interface RunInputs {
  readonly settings: RunSettings;
  /** The user's own; else every request's token is derived from the run's id. */
  readonly clientToken?: string;
  /** ISO 8601. */
  readonly plannedAt: string;
  readonly cluster: ClusterInputs;
  /** The families whose newest revision is known and counts. */
  readonly families: readonly FamilyInputs[];
  /** Whether devices were chosen on the cluster's machines as they were; else ECS chooses, and no machine counts. */
  readonly devices: boolean;
}

/** What `run-task` does: `plan` prints it, `run-task --plan` carries it out. */
export type RunPlan = Plan<RunInputs, RunStep>;

/** What one round of a run starts: what ECS refuses of it, the next round plans anew. */
export interface RunRound {
  readonly steps: readonly RunStep[];
  /** Why the rest cannot be placed; empty when the steps carry every replica. */
  readonly unplaced: readonly Unplaced[];
  /** Tasks that are stopping and still hold slots which missing replicas would take: worth waiting for. */
  readonly stopping?: readonly string[];
  /** EC2 ids of the machines that it counts on, where it has chosen some. */
  readonly machines?: readonly string[];
}

/** How many tasks the steps start. */
export function tasksIn(steps: readonly RunStep[]): number {
  return steps.reduce((sum, { count }) => sum + count, 0);
}

/** A base is so many tasks of every call: only the first one of a run has it. */
export function withoutBase(request: RunStep["request"]): RunStep["request"] {
  const { capacityProviderStrategy } = request;
  if (capacityProviderStrategy?.some(({ base }) => base !== undefined) !== true) return request;
  return {
    ...request,
    capacityProviderStrategy: capacityProviderStrategy.map(({ capacityProvider, weight }) => ({
      capacityProvider,
      ...present({ weight }),
    })),
  };
}

/**
 * RunTask starts at most 10 tasks a call. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
 */
export const tasksPerCall = 10;

/** The counts of the calls that start `count` tasks. */
export function batches(count: number): readonly number[] {
  return Array.from({ length: Math.ceil(count / tasksPerCall) }, (_, index) =>
    Math.min(tasksPerCall, count - index * tasksPerCall),
  );
}
