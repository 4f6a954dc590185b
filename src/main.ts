// The only file that touches process: argv, streams, signals and the exit code.
import type { ChildProcess } from "node:child_process";
import { once, setMaxListeners } from "node:events";
import type { Surroundings } from "./connect.ts";
import { systemSays } from "./core/base/system-error.ts";
import { AiplatError, Interrupted } from "./errors.ts";
import { standardStream } from "./output/standard-stream.ts";
import { run } from "./run.ts";

let interruption: AbortController | undefined;

let foreground: ChildProcess | undefined;

for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.on(name, () => {
    if (foreground !== undefined) {
      // Ctrl-C reaches every process of the terminal's foreground; what is sent to this one alone is handed on.
      if (name === "SIGTERM" || !hasTerminal()) foreground.kill(name);
      return;
    }
    // The second signal does not wait for anything.
    if (interrupting().signal.aborted) process.exit(130);
    interrupting().abort(new Interrupted());
  });
}

/** What ended the writing of each stream. */
const ended: { stdout?: NodeJS.ErrnoException; stderr?: NodeJS.ErrnoException } = {};
const stdout = standardStream(1, () => process.stdout, {
  isGone: () => ended.stdout !== undefined || isQuiet(),
  fail: (error) => void stopWriting(error),
});
const stderr = standardStream(2, () => process.stderr, {
  isGone: () => ended.stderr !== undefined || isQuiet(),
  // There is no place left to tell of it.
  fail: (error) => {
    ended.stderr = error;
    if (error.code === "EPIPE") interrupting().abort(new Interrupted());
  },
});
// The SDK warns at every run on Node 20 of what its versions from 2027 on need; the version here is bundled and runs.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";

const surroundings: Surroundings = {
  stdout,
  stderr,
  readStdin,
  // Only when asked: Node makes the stream of standard input when it is first read.
  get stdinIsTTY() {
    return process.stdin.isTTY === true;
  },
  ask,
  runInForeground,
  env: process.env,
  get cwd() {
    return currentFolder();
  },
  nodeVersion: process.versions.node,
  get signal() {
    return interrupting().signal;
  },
};

void main();

/** Made when somebody first listens: a command that ends at once has nothing to interrupt. */
function interrupting(): AbortController {
  if (interruption === undefined) {
    interruption = new AbortController();
    // Every call under way listens to it, and one command asks thirty regions at once: no leak to warn of.
    setMaxListeners(0, interruption.signal);
  }
  return interruption;
}

async function main(): Promise<void> {
  const exitCode = await run(process.argv.slice(2), surroundings);
  if (isQuiet()) process.exitCode = 0;
  else process.exitCode = ended.stdout === undefined ? exitCode : 1;
}

/** `aiplat ... | head`: whoever read has had enough. Stop quietly, following commands too. */
function isQuiet(): boolean {
  return ended.stdout?.code === "EPIPE" || ended.stderr?.code === "EPIPE";
}

/** A result that cannot be written is a failure: a full disk, say. */
async function stopWriting(cause: NodeJS.ErrnoException): Promise<void> {
  ended.stdout = cause;
  if (cause.code !== "EPIPE") {
    process.exitCode = 1;
    const [{ reportError }, { harmlessOutput }] = await Promise.all([
      import("./output/error.ts"),
      import("./output/harmless.ts"),
    ]);
    const says = systemSays(cause);
    const failure = new AiplatError("OperationFailed", `standard output cannot be written: ${says}`, { cause });
    await reportError(failure, { argv: process.argv.slice(2), env: process.env, stderr: harmlessOutput(stderr) });
  }
  interrupting().abort(new Interrupted());
}

function currentFolder(): string {
  try {
    return process.cwd();
  } catch (error) {
    throw new AiplatError("Usage", "the current folder is not there any more", {
      hint: "Change into one that is.",
      cause: error,
    });
  }
}

async function readStdin(mostBytes: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const stop = () => process.stdin.destroy();
  const { signal } = interrupting();
  signal.addEventListener("abort", stop);
  try {
    for await (const chunk of process.stdin) {
      bytes += (chunk as Buffer).length;
      // Leaving the loop closes the stream.
      if (bytes > mostBytes) return undefined;
      chunks.push(chunk as Buffer);
    }
  } catch (error) {
    throw signal.aborted ? new Interrupted() : error;
  } finally {
    signal.removeEventListener("abort", stop);
  }
  return Buffer.concat(chunks).toString("utf8");
}

async function ask(question: string): Promise<boolean> {
  const { createInterface } = await import("node:readline/promises");
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `, { signal: interrupting().signal })).trim());
  } finally {
    terminal.close();
  }
}

async function runInForeground(
  [program = "", ...args]: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const [{ spawn }, { constants }] = await Promise.all([import("node:child_process"), import("node:os")]);
  const child = spawn(program, args, { stdio: "inherit", env });
  foreground = child;
  try {
    const [code, killedBy] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
    // As shells have it.
    return code ?? 128 + constants.signals[killedBy!];
  } finally {
    foreground = undefined;
  }
}

/** Whether a terminal sends its signals to this process. */
function hasTerminal(): boolean {
  return process.stderr.isTTY === true || surroundings.stdinIsTTY;
}
