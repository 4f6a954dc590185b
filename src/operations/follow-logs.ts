import { present } from "../core/base/present.ts";
import type { RegisteredTaskDefinition, Task } from "../core/ecs-api/api.ts";
import { logStreamsOf, type LogStream, type SilentContainer } from "../core/ecs/log-streams.ts";
import type { EcsPort, LogsPort } from "../ports.ts";
import type { Runtime } from "../context.ts";

export interface LogLine {
  readonly stream: LogStream;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly message: string;
}

export interface LogOptions {
  /** The region that `logs` reads in. */
  readonly region: string;
  /** Only this container's. */
  readonly container?: string;
  /** Nothing before it; milliseconds since the epoch. */
  readonly since?: number;
  /** New lines of all streams, in the order of their time as far as they came together. */
  readonly onLines: (lines: readonly LogLine[]) => void;
  /** Once for each task definition's container whose log cannot be read here. */
  readonly onSilent: (silent: SilentContainer) => void;
}

export interface LogReader {
  /** Reads what is new in the logs of these tasks. */
  read(tasks: readonly Task[]): Promise<void>;
  /** Reads until the last lines of tasks that have stopped are there: they come some seconds after the task's end. */
  drain(tasks: readonly Task[], runtime: Runtime): Promise<void>;
  /** The streams found so far, with the number of lines each has had. */
  streams(): readonly { readonly stream: LogStream; readonly lines: number }[];
}

interface Position {
  readonly stream: LogStream;
  token?: string;
  lines: number;
}

const drainPauseMs = 2_000;
/** Lines of a task that stopped longer ago have arrived. */
const arrivalMs = 30_000;

/** Reads the CloudWatch logs of tasks, each line once. */
export function createLogReader(ecs: EcsPort, logs: LogsPort, options: LogOptions): LogReader {
  const positions = new Map<string, Position>();
  const definitions = new Map<string, Promise<RegisteredTaskDefinition | undefined>>();
  const silenced = new Set<string>();

  const silence = (task: Task, silent: SilentContainer) => {
    const key = `${task.taskDefinitionArn} ${silent.container}`;
    if (!silenced.has(key)) options.onSilent(silent);
    silenced.add(key);
  };

  const locate = async (task: Task) => {
    let definition = definitions.get(task.taskDefinitionArn);
    if (definition === undefined)
      definitions.set(task.taskDefinitionArn, (definition = ecs.describeTaskDefinition(task.taskDefinitionArn)));
    const described = await definition;
    if (described === undefined) return;
    const found = logStreamsOf(task, described);
    const wanted = (container: string) => options.container === undefined || options.container === container;
    for (const silent of found.silent) if (wanted(silent.container)) silence(task, silent);
    for (const stream of found.streams) {
      if (!wanted(stream.container)) continue;
      const key = `${stream.group} ${stream.stream}`;
      if (stream.region !== undefined && stream.region !== options.region)
        silence(task, { container: stream.container, why: `its log group ${stream.group} is in ${stream.region}` });
      else if (!positions.has(key)) positions.set(key, { stream, lines: 0 });
    }
  };

  /** One page of one stream; undefined at the end of what is there. */
  const page = async (position: Position): Promise<readonly LogLine[] | undefined> => {
    const { stream, token } = position;
    const answer = await logs.getEvents(stream.group, stream.stream, {
      ...present({ token, since: options.since }),
    });
    if (answer === undefined) return undefined;
    position.token = answer.token;
    position.lines += answer.events.length;
    // "If you have reached the end of the stream, it returns the same token you passed in" (API_GetLogEvents).
    if (answer.events.length === 0 && answer.token === token) return undefined;
    return answer.events.map((event) => ({ stream, ...event }));
  };

  const readNew = async (): Promise<number> => {
    let count = 0;
    let active: readonly Position[] = [...positions.values()];
    while (active.length > 0) {
      // A page of each at a time: what is held is bounded, and the streams stay side by side.
      const pages = await Promise.all(active.map(page));
      const lines = pages.flatMap((each) => each ?? []).sort((one, other) => one.timestamp - other.timestamp);
      if (lines.length > 0) options.onLines(lines);
      count += lines.length;
      active = active.filter((_, index) => pages[index] !== undefined);
    }
    return count;
  };

  const read = async (tasks: readonly Task[]): Promise<number> => {
    await Promise.all(tasks.map(locate));
    return readNew();
  };

  return {
    read: async (tasks) => {
      await read(tasks);
    },
    drain: async (tasks, runtime) => {
      const now = runtime.now();
      const fresh = tasks.some((task) => task.stoppedAt === undefined || now - task.stoppedAt < arrivalMs);
      let quiet = fresh ? 0 : 2;
      while (quiet < 2 && positions.size > 0) {
        await runtime.sleep(drainPauseMs);
        quiet = (await read(tasks)) === 0 ? quiet + 1 : 0;
      }
    },
    streams: () => [...positions.values()],
  };
}
