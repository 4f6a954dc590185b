// The composition root: options and a process-like object in, a Context out.
import { machineClock, type Clock } from "./clock.ts";
import type { Aws, Context, GlobalOptions, MachineCount, OutputStream } from "./context.ts";
import { Interrupted } from "./errors.ts";
import { harmlessOutput } from "./output/harmless.ts";
import type { Practice } from "./sandbox/practice.ts";

/** What a command needs of the process that it runs in: tests hand in their own. */
export interface Surroundings extends Pick<
  Context,
  "readStdin" | "stdinIsTTY" | "ask" | "runInForeground" | "env" | "cwd" | "nodeVersion" | "signal"
> {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Default: the machine's. */
  readonly clock?: Clock;
}

/** What came of a connection, for what is said at the end. */
export interface Connection {
  readonly context: Context;
  /** Whether a sandbox stood in for AWS. */
  sandboxUsed(): boolean;
  /** Ends what was started for the command alone: the process may go on, with other commands. */
  close(): Promise<void>;
}

/**
 * Everything outside a command, made from the options: AWS, or the sandbox in its place, is loaded at the first call.
 */
export function connect(options: GlobalOptions, surroundings: Surroundings): Connection {
  const { clock } = surroundings;
  const streams = { stdout: harmlessOutput(surroundings.stdout), stderr: harmlessOutput(surroundings.stderr) };
  const outside = {
    // Only where it is needed: it is made when it is first asked for.
    get signal() {
      return surroundings.signal;
    },
    stderr: streams.stderr,
    ...(clock === undefined ? {} : { clock }),
  };
  const { now, sleep, after } = clock ?? machineClock;
  const sandbox = options.sandbox ? lazySandbox(options, outside) : undefined;
  const base = {
    now,
    after,
    sleep: (milliseconds: number) => {
      const { signal } = surroundings;
      return untilAborted(sleep(milliseconds, signal), signal);
    },
    options,
    aws: sandbox?.aws ?? lazyAws(options, async () => surroundings.env, outside),
    ...(sandbox === undefined ? {} : { stockSandbox: sandbox.stock }),
  };
  // Not spread: whether standard input is a terminal is asked only where it matters, as asking makes its stream.
  const context = Object.defineProperties(base, Object.getOwnPropertyDescriptors(surroundings)) as Context;
  Object.assign(context, streams);
  return { context, sandboxUsed: () => sandbox?.used() ?? false, close: async () => sandbox?.close() };
}

type Outside = Pick<Surroundings, "signal" | "stderr" | "clock">;

/** AWS as a sandbox of this process plays it: the environment, the profile and their credentials are not looked at. */
function lazySandbox(
  options: GlobalOptions,
  outside: Outside,
): {
  readonly aws: Aws;
  readonly stock: (machines: readonly MachineCount[]) => void;
  readonly used: () => boolean;
  readonly close: () => Promise<void>;
} {
  let started: Promise<Practice> | undefined;
  const wanted: MachineCount[] = [];
  const start = () =>
    (started ??= import("./sandbox/practice.ts").then(({ startPractice }) =>
      startPractice(wanted, options.regions[0], (outside.clock ?? machineClock).now),
    ));
  const { profile: _, ...others } = options;
  return {
    aws: lazyAws(others, async () => (await start()).environment, outside),
    stock: (machines) => {
      wanted.push(...machines);
      void started?.then((practice) => practice.stock(machines));
    },
    used: () => started !== undefined,
    close: async () => {
      // One that could not start has been told of by whoever asked it.
      const practice = await started?.catch(() => undefined);
      await practice?.close();
    },
  };
}

function lazyAws(options: GlobalOptions, environment: () => Promise<Context["env"]>, outside: Outside): Aws {
  const { stderr, clock } = outside;
  let connection: Promise<Aws> | undefined;
  const log = (line: string) => {
    stderr.write(`${line}\n`);
  };
  const connectOnce = async () => {
    const { connectAws } = await import("./aws/connect.ts");
    return connectAws(options, await environment(), outside.signal, {
      ...(options.debug ? { log } : {}),
      ...(clock === undefined ? {} : { clock }),
    });
  };
  const get = () => (connection ??= connectOnce());
  return {
    region: async () => (await get()).region(),
    regionSource: async () => (await get()).regionSource(),
    ecs: async () => (await get()).ecs(),
    ecsWithin: async (milliseconds) => (await get()).ecsWithin(milliseconds),
    ecsAfterwards: async () => (await get()).ecsAfterwards(),
    ssm: async (region) => (await get()).ssm(region),
    logs: async (region) => (await get()).logs(region),
    eks: async () => (await get()).eks(),
    ec2: async () => (await get()).ec2(),
    ec2Read: async () => (await get()).ec2Read(),
    autoScaling: async () => (await get()).autoScaling(),
    cloudFormation: async () => (await get()).cloudFormation(),
    machineImages: async () => (await get()).machineImages(),
    loadBalancing: async () => (await get()).loadBalancing(),
    sts: async () => (await get()).sts(),
    iam: async () => (await get()).iam(),
    ecr: async (region) => (await get()).ecr(region),
    secrets: async (region) => (await get()).secrets(region),
    quotas: async () => (await get()).quotas(),
    sandboxEndpoint: async () => (await get()).sandboxEndpoint(),
  };
}

/** @throws Interrupted when the signal aborts. */
async function untilAborted(time: Promise<unknown>, signal: AbortSignal): Promise<void> {
  try {
    await time;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  if (signal.aborted) throw new Interrupted();
}
