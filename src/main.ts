// The only file that touches process: argv, streams, signals and the exit code.
import { setMaxListeners } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { Aws, Context, GlobalOptions } from "./context.ts";
import { Interrupted, toAiplatError } from "./errors.ts";
import { reportError } from "./output/error.ts";
import { note } from "./output/note.ts";
import { standardStream } from "./output/standard-stream.ts";
import { runProgram } from "./program.ts";
import type { Practice } from "./sandbox/practice.ts";

const interruption = new AbortController();
const { signal } = interruption;
// Every call under way listens to it, and one command asks thirty regions at once: no leak to warn of.
setMaxListeners(0, signal);

for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.on(name, () => {
    // The second signal does not wait for anything.
    if (signal.aborted) process.exit(130);
    interruption.abort(new Interrupted());
  });
}

let readerGone = false;
const reader = { isGone: () => readerGone, fail: stopWriting };
const stdout = standardStream(1, () => process.stdout, reader);
const stderr = standardStream(2, () => process.stderr, reader);
const argv = process.argv.slice(2);
let connected: Context | undefined;
let sandboxUsed = false;

void main();

async function main(): Promise<void> {
  try {
    process.exitCode = await runProgram(argv, { stdout, stderr }, connect);
    noteSandbox();
  } catch (thrown) {
    noteSandbox();
    const error = toAiplatError(thrown);
    if (!readerGone) await reportError(error, { argv, env: process.env, stderr });
    process.exitCode = readerGone ? 0 : error.exitCode;
  }
}

/** What --sandbox says at the end. */
function noteSandbox(): void {
  if (connected !== undefined && sandboxUsed)
    note(
      connected,
      "This was a sandbox: AWS was not called and nothing is kept. aiplat sandbox starts one that stays.",
    );
}

function connect(options: GlobalOptions): Context {
  const sandbox = options.sandbox ? lazySandbox(options) : undefined;
  const context: Context = {
    stdout,
    stderr,
    readStdin,
    // Only when asked: Node makes the stream of standard input when it is first read.
    get stdinIsTTY() {
      return process.stdin.isTTY === true;
    },
    ask,
    env: process.env,
    cwd: process.cwd(),
    nodeVersion: process.versions.node,
    now: () => Date.now(),
    sleep,
    signal,
    options,
    aws: sandbox?.aws ?? lazyAws(options, async () => process.env),
    ...(sandbox === undefined ? {} : { stockSandbox: sandbox.stock }),
  };
  connected = context;
  return context;
}

/** AWS as a sandbox of this process plays it: the environment, the profile and their credentials are not looked at. */
function lazySandbox(options: GlobalOptions): {
  readonly aws: Aws;
  readonly stock: (instanceTypes: readonly string[]) => void;
} {
  let started: Promise<Practice> | undefined;
  const wanted = new Set<string>();
  const start = () => {
    sandboxUsed = true;
    return (started ??= import("./sandbox/practice.ts").then(({ startPractice }) =>
      startPractice(wanted, options.regions[0], () => Date.now()),
    ));
  };
  const { profile: _, ...others } = options;
  return {
    aws: lazyAws(others, async () => (await start()).environment),
    stock: (instanceTypes) => {
      for (const each of instanceTypes) wanted.add(each);
      void started?.then((practice) => practice.stock(instanceTypes));
    },
  };
}

function lazyAws(options: GlobalOptions, environment: () => Promise<Context["env"]>): Aws {
  let connection: Promise<Aws> | undefined;
  const log = (line: string) => {
    stderr.write(`${line}\n`);
  };
  const connectOnce = async () => {
    // The SDK warns at every run on Node 20 of what its versions from 2027 on need; the version here is bundled and runs.
    process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
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
    sts: async () => (await get()).sts(),
    iam: async () => (await get()).iam(),
    ecr: async (region) => (await get()).ecr(region),
    secrets: async (region) => (await get()).secrets(region),
    quotas: async () => (await get()).quotas(),
  };
}

function stopWriting(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
  // `aiplat ... | head`: whoever read has had enough. Stop quietly, following commands too.
  readerGone = true;
  interruption.abort(new Interrupted());
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

async function ask(question: string): Promise<boolean> {
  const { createInterface } = await import("node:readline/promises");
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `, { signal })).trim());
  } finally {
    terminal.close();
  }
}

async function sleep(milliseconds: number): Promise<void> {
  try {
    await delay(milliseconds, undefined, { signal });
  } catch {
    throw new Interrupted();
  }
}
