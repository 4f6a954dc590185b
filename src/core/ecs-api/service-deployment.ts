import { nameOfArn } from "./arn.ts";
import type { Deployment } from "./service.ts";

/**
 * A rollout of a service, over several calls and hours the same.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceDeployment.html
 */
export interface ServiceDeployment {
  readonly arn: string;
  /** What it rolls out. */
  readonly revisionArn: string;
  readonly status: string;
  readonly statusReason?: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Where a deployment that is not a rolling update is. */
  readonly stage?: string;
  /** The share of production traffic that the new revision has. */
  readonly productionPercent?: number;
  /** The lifecycle hooks at which it waits for somebody. */
  readonly pauses?: readonly Pause[];
}

/**
 * A pause until ContinueServiceDeployment, or until its time is over.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/pause-lifecycle-hooks.html
 */
export interface Pause {
  readonly hookId: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number;
  /** CONTINUE or ROLLBACK: what ECS does then. */
  readonly timeoutAction?: string;
}

/** The words with which the AWS CLI has a deployment go on after a pause. */
export function continueWords({ arn }: Pick<ServiceDeployment, "arn">, { hookId }: Pause): readonly string[] {
  const words = ["ecs", "continue-service-deployment", "--service-deployment-arn", arn, "--hook-id", hookId];
  return [...words, "--action", "CONTINUE"];
}

export type ServiceDeploymentStatus =
  | (typeof ongoingStatuses)[number]
  | "SUCCESSFUL"
  | "STOPPED"
  | "ROLLBACK_SUCCESSFUL"
  | "ROLLBACK_FAILED";

/** "Pending" and "ongoing": https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-deployment.html */
export const ongoingStatuses = [
  "PENDING",
  "IN_PROGRESS",
  "STOP_REQUESTED",
  "ROLLBACK_REQUESTED",
  "ROLLBACK_IN_PROGRESS",
] as const;

export function isOngoing({ status }: Pick<ServiceDeployment, "status">): boolean {
  return (ongoingStatuses as readonly string[]).includes(status);
}

/** Whether it rolls out the tasks of `deployment`: `ecs-svc/N` is the revision `service-revision/CLUSTER/SERVICE/N`. */
export function rollsOut(
  { revisionArn }: Pick<ServiceDeployment, "revisionArn">,
  { id }: Pick<Deployment, "id">,
): boolean {
  return nameOfArn(revisionArn) === nameOfArn(id);
}
