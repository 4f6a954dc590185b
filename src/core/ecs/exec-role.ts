import { problem, type Problem } from "../base/problem.ts";
import type { TaskDefinition } from "../ecs-api/api.ts";

/**
 * ECS Exec needs a role of the task: RunTask, CreateService and UpdateService refuse it "because a valid task role is
 * not being used". https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
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
