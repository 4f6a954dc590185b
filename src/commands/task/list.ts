import { findAiplatTasks, findTasksPatiently } from "../../operations/find-tasks.ts";
import { note } from "../../output/note.ts";
import { printTaskList } from "../shared/print-tasks.ts";
import { defineCommand } from "../command.ts";
import {
  missingRun,
  missingTasks,
  readCluster,
  readTarget,
  targetOptions,
  taskArgument,
} from "../shared/task-target.ts";

export const taskList = defineCommand({
  description:
    "Lists tasks: by id, of one run, or every task in the cluster of a run or a service of aiplat's. Piped, each line is: " +
    "id, status, run or service:NAME, instance type, devices, task definition, exit code, creation time, reason, where it " +
    "answers.",
  arguments: [taskArgument],
  options: [
    ...targetOptions,
    { flags: "-a, --all", description: "stopped tasks too, as long as ECS remembers them (about an hour)" },
  ],
  examples: [
    ["aiplat task list --cluster prod", "every task of aiplat's that is not stopped"],
    ["aiplat task list --run bert-1a2b3c4d --cluster prod", "the tasks of one run, stopped ones too"],
  ],
  formats: ["text", "json", "yaml", "table", "markdown"],
  run: async (context, { args, options }) => {
    const target = await readTarget(context, args, options);
    const ecs = await context.aws.ecs();
    if (target === undefined) {
      const cluster = await readCluster(context, args, options.cluster);
      const tasks = await findAiplatTasks(ecs, cluster, { stopped: options.all === true });
      if (tasks.length === 0) note(context, `no task of aiplat's in cluster ${cluster}`);
      await printTaskList(context, ecs, cluster, tasks);
      return;
    }
    const { tasks, missing } = await findTasksPatiently(ecs, context, target.cluster, target.selection);
    if (tasks.length === 0 && missing.length === 0) throw missingRun(target);
    await printTaskList(context, ecs, target.cluster, tasks);
    if (missing.length > 0) throw missingTasks(missing, target.cluster);
  },
});
