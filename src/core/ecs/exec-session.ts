import { clusterOfTask, taskIdOf } from "../ecs-api/arn.ts";
import type { Task } from "../ecs-api/api.ts";

/** What ExecuteCommand answers: how the session-manager plugin finds the container's agent. */
export interface ExecSession {
  readonly sessionId: string;
  readonly streamUrl: string;
  readonly tokenValue: string;
}

/** A session in a container of a task. */
export interface OpenedSession {
  readonly session: ExecSession;
  readonly region: string;
  /** ECS's own endpoint. */
  readonly endpoint: string;
}

/** The program that joins a terminal to a session. */
export const sessionPlugin = "session-manager-plugin";

/**
 * The plugin's command line, as the AWS CLI calls it.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html
 */
export function sessionCommand(
  { session, region, endpoint }: OpenedSession,
  task: Pick<Task, "taskArn" | "containers">,
  container: string,
  profile = "",
): readonly string[] {
  const { runtimeId = "" } = task.containers.find(({ name }) => name === container) ?? {};
  const target = `ecs:${clusterOfTask(task.taskArn) ?? ""}_${taskIdOf(task.taskArn)}_${runtimeId}`;
  return [
    sessionPlugin,
    JSON.stringify(session),
    region,
    "StartSession",
    profile,
    JSON.stringify({ Target: target }),
    endpoint,
  ];
}
