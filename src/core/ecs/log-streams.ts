import { present } from "../base/present.ts";
import { taskIdOf } from "../ecs-api/arn.ts";
import type { RegisteredTaskDefinition, Task } from "../ecs-api/api.ts";

/** Where one container of one task writes its log in CloudWatch. */
export interface LogStream {
  readonly taskArn: string;
  readonly container: string;
  readonly group: string;
  readonly stream: string;
  /** Where the group is, if the task definition says. */
  readonly region?: string;
}

/** A container whose log aiplat cannot read. */
export interface SilentContainer {
  readonly container: string;
  readonly why: string;
}

/**
 * The log streams of a task: `PREFIX/CONTAINER/TASK-ID`; without a prefix, on EC2, the container's Docker id, which is
 * known only once the container exists.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-log-config.html
 */
export function logStreamsOf(
  task: Task,
  definition: RegisteredTaskDefinition,
): { readonly streams: readonly LogStream[]; readonly silent: readonly SilentContainer[] } {
  const streams: LogStream[] = [];
  const silent: SilentContainer[] = [];
  for (const { name, logConfiguration } of definition.containerDefinitions) {
    const options = logConfiguration?.options ?? {};
    const group = options["awslogs-group"];
    if (logConfiguration === undefined) silent.push({ container: name, why: "it has no log configuration" });
    else if (logConfiguration.logDriver !== "awslogs" || group === undefined)
      silent.push({ container: name, why: `its log driver is ${logConfiguration.logDriver}, not awslogs` });
    else {
      const prefix = options["awslogs-stream-prefix"];
      const stream =
        prefix === undefined
          ? task.containers.find((container) => container.name === name)?.runtimeId
          : `${prefix}/${name}/${taskIdOf(task.taskArn)}`;
      const region = options["awslogs-region"];
      if (stream !== undefined)
        streams.push({
          taskArn: task.taskArn,
          container: name,
          group,
          stream,
          ...present({ region }),
        });
    }
  }
  return { streams, silent };
}
