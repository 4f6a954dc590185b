import type { ContainerRecord, TaskRecord } from "./records.ts";
import type { World } from "./world.ts";

/**
 * Where a container logs, by https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-log-config.html;
 * undefined where it does not log to CloudWatch.
 */
export function logStreamOf(
  task: TaskRecord,
  container: ContainerRecord,
): { readonly group: string; readonly stream: string; readonly create: boolean } | undefined {
  const configuration = task.definition.containerDefinitions.find(
    ({ name }) => name === container.name,
  )?.logConfiguration;
  const options = configuration?.options ?? {};
  const group = options["awslogs-group"];
  if (configuration?.logDriver !== "awslogs" || group === undefined) return undefined;
  const prefix = options["awslogs-stream-prefix"];
  return {
    group,
    stream: prefix === undefined ? (container.runtimeId ?? "") : `${prefix}/${container.name}/${task.id}`,
    create: options["awslogs-create-group"] === "true",
  };
}

export function writeLog(world: World, task: TaskRecord, container: ContainerRecord, lines: readonly string[]): void {
  const target = logStreamOf(task, container);
  if (target !== undefined) world.logs.write(target.group, target.stream, lines, world.now());
}
