// The composition root: options and a process-like object in, a Context out.
import { setTimeout as delay } from "node:timers/promises";
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
  /** Default: the clock of the machine. */
  readonly now?: () => number;
  /** Default: as long as it says, until the signal aborts. */
  readonly sleep?: Context["sleep"];
}

/** What came of a connection, for what is said at the end. */
export interface Connection {
  readonly context: Context;
  /** Whether a sandbox stood in for AWS. */
  sandboxUsed(): boolean;
}

/**
 * Everything outside a command, made from the options: AWS, or the sandbox in its place, is loaded at the first call.
 */
export function connect(options: GlobalOptions, surroundings: Surroundings): Connection {
  const { now = () => Date.now(), signal } = surroundings;
  const streams = { stdout: harmlessOutput(surroundings.stdout), stderr: harmlessOutput(surroundings.stderr) };
  const { stderr } = streams;
  const sandbox = options.sandbox ? lazySandbox(options, { now, signal, stderr }) : undefined;
  const base = {
    now,
    sleep: surroundings.sleep ?? ((milliseconds: number) => sleep(milliseconds, signal)),
    options,
    aws: sandbox?.aws ?? lazyAws(options, async () => surroundings.env, { signal, stderr }),
    ...(sandbox === undefined ? {} : { stockSandbox: sandbox.stock }),
  };
  // Not spread: whether standard input is a terminal is asked only where it matters, as asking makes its stream.
  const context = Object.defineProperties(base, Object.getOwnPropertyDescriptors(surroundings)) as Context;
  Object.assign(context, streams);
  return { context, sandboxUsed: () => sandbox?.used() ?? false };
}

/** AWS as a sandbox of this process plays it: the environment, the profile and their credentials are not looked at. */
function lazySandbox(
  options: GlobalOptions,
  surroundings: Pick<Context, "now" | "signal" | "stderr">,
): {
  readonly aws: Aws;
  readonly stock: (machines: readonly MachineCount[]) => void;
  readonly used: () => boolean;
} {
  let started: Promise<Practice> | undefined;
  const wanted: MachineCount[] = [];
  const start = () =>
    (started ??= import("./sandbox/practice.ts").then(({ startPractice }) =>
      startPractice(wanted, options.regions[0], surroundings.now),
    ));
  const { profile: _, ...others } = options;
  return {
    aws: lazyAws(others, async () => (await start()).environment, surroundings),
    stock: (machines) => {
      wanted.push(...machines);
      void started?.then((practice) => practice.stock(machines));
    },
    used: () => started !== undefined,
  };
}

function lazyAws(
  options: GlobalOptions,
  environment: () => Promise<Context["env"]>,
  { signal, stderr }: Pick<Context, "signal" | "stderr">,
): Aws {
  let connection: Promise<Aws> | undefined;
  const log = (line: string) => {
    stderr.write(`${line}\n`);
  };
  const connectOnce = async () => {
    const { connectAws } = await import("./aws/connect.ts");
    return connectAws(options, await environment(), signal, options.debug ? log : undefined);
  };
  const get = () => (connection ??= connectOnce());
  return {
    region: async () => (await get()).region(),
    regionSource: async () => (await get()).regionSource(),
    ecs: async () => (await get()).ecs(),
    ssm: async (region) => (await get()).ssm(region),
    logs: async (region) => (await get()).logs(region),
    eks: async () => (await get()).eks(),
    ec2: async () => (await get()).ec2(),
    ec2Read: async () => (await get()).ec2Read(),
    autoScaling: async () => (await get()).autoScaling(),
    loadBalancing: async () => (await get()).loadBalancing(),
    sts: async () => (await get()).sts(),
    iam: async () => (await get()).iam(),
    ecr: async (region) => (await get()).ecr(region),
    secrets: async (region) => (await get()).secrets(region),
    quotas: async () => (await get()).quotas(),
  };
}

async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(milliseconds, undefined, { signal });
  } catch {
    throw new Interrupted();
  }
}
