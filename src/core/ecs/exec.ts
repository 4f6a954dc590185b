/** What tasks need to be open to ECS Exec. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html */
import { problem, type Problem } from "../base/problem.ts";
import type { TaskDefinition } from "../ecs-api/api.ts";

/**
 * A role of the task: RunTask, CreateService and UpdateService refuse it "because a valid task role is not being used".
 *
 * @param asked Whether the tasks are to be open to it.
 * @param overriding The role that the request gives the task in place of the definition's.
 */
export function checkExecRole(
  { taskRoleArn }: Pick<TaskDefinition, "taskRoleArn">,
  asked: boolean,
  overriding?: string,
): readonly Problem[] {
  return !asked || (overriding ?? taskRoleArn) !== undefined
    ? []
    : [
        problem(
          "exec-without-role",
          ["roles", "task"],
          "--enable-execute-command needs a role of the task, and the workload has none: ECS refuses it",
          "Set roles.task (--task-role); its policy: aiplat iam policy --role task --enable-execute-command",
        ),
      ];
}

/**
 * A container in which the agent of Systems Manager can write: "making the root file system read-only [...] isn't
 * supported". ECS starts the tasks all the same, so that it is told before.
 *
 * @param asked Whether the user asks for it now: what runs so already is left alone.
 */
export function checkExecRoot(
  { containerDefinitions }: Pick<TaskDefinition, "containerDefinitions">,
  asked: boolean,
): readonly Problem[] {
  return asked && containerDefinitions.every(({ readonlyRootFilesystem }) => readonlyRootFilesystem === true)
    ? [
        problem(
          "exec-read-only",
          ["readOnlyRoot"],
          "--enable-execute-command opens no container whose root is read-only, and every container's is",
          "Leave readOnlyRoot out for as long as you look into it, or --enable-execute-command.",
        ),
      ]
    : [];
}
