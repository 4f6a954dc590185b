import { spawn } from "node:child_process";
import { setMaxListeners } from "node:events";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { inject } from "vitest";
import type { Clock } from "../../src/clock.ts";
import type { Surroundings } from "../../src/connect.ts";
import type { run as Run } from "../../src/run.ts";
import { buildOnce, bundleOnce } from "./built-cli.ts";
import { steppedClock } from "./clock.ts";
import type { TestSandbox } from "./sandbox.ts";

export interface CliRun {
  /** The exit code; null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  /** Added to a bare environment: no AWS_*, no configuration file, no colour settings. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** An empty folder unless given. */
  readonly cwd?: string;
  /** Interrupts it, as Ctrl-C does, once standard error holds this. */
  readonly interruptAt?: string;
  /** The sandbox that it runs against: to wait is to step it on. */
  readonly box?: TestSandbox;
  /** Time as it has it: one that moves only by waiting, unless given. */
  readonly clock?: Clock;
}

/** The path of the built command-line tool, to run with `process.execPath`. */
export function cliPath(): string {
  const { folder } = inject("cli");
  buildOnce(folder);
  return join(folder, "bin/aiplat.js");
}

/** The environment of every run: a HOME without AWS configuration, and no instance metadata to ask for credentials. */
export function bareEnv(): Record<string, string> {
  return { PATH: process.env["PATH"] ?? "", HOME: inject("cli").emptyFolder, AWS_EC2_METADATA_DISABLED: "true" };
}

/** What the SDK and Node read of the environment of their own process: such a run needs one. */
const readByProcess =
  /^(HOME|NODE_\w+|AWS_(?!ENDPOINT_URL|REGION|DEFAULT_REGION|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN)\w+)$/;

/**
 * Runs the tool with stdin, stdout and stderr as pipes: within this process, which is several times faster, where the
 * run asks for nothing that only a process of its own has.
 */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  const own =
    args.some((word) => word.startsWith("--instance-types-file")) ||
    Object.keys(options.env ?? {}).some((name) => readByProcess.test(name));
  const ended = await (own ? spawnCli(args, options) : runInProcess(args, options));
  checkResult(args, ended);
  return ended;
}

/** What holds of every command: exits 3 and 4 still print the result document, and nothing beside it. */
function checkResult(args: readonly string[], { code, stdout }: CliRun): void {
  const format = args.findIndex((word) => word === "-o" || word === "--output");
  if ((code !== 3 && code !== 4) || format < 0 || args[format + 1] !== "json") return;
  const { kind } = JSON.parse(stdout === "" ? "{}" : stdout) as { readonly kind?: unknown };
  if (kind === undefined) throw new Error(`aiplat ${args.join(" ")} exits ${code} without a result document`);
}

async function runInProcess(args: readonly string[], options: CliOptions): Promise<CliRun> {
  const { folder, emptyFolder } = inject("cli");
  const { run } = await loadOnce(folder);
  const { box, clock = box?.clock() ?? steppedClock(), input, interruptAt, cwd = emptyFolder } = options;
  const env = { ...bareEnv(), ...box?.sandbox.environment, ...options.env };
  const { streams, surroundings } = bufferedSurroundings(env, cwd, { input, interruptAt });
  const code = await run(args, { ...surroundings, clock });
  return { code, ...streams };
}

/** What a command runs in whose streams are pipes, and what it has written. */
export function bufferedSurroundings(
  env: Surroundings["env"],
  cwd: string,
  { input = "", interruptAt }: { readonly input?: string | undefined; readonly interruptAt?: string | undefined } = {},
): { readonly streams: { readonly stdout: string; readonly stderr: string }; readonly surroundings: Surroundings } {
  const streams = { stdout: "", stderr: "" };
  const interruption = new AbortController();
  const pipe = (name: keyof typeof streams) => ({
    write: (text: string) => {
      streams[name] += text;
      if (interruptAt !== undefined && streams.stderr.includes(interruptAt)) interruption.abort();
    },
    isTTY: false,
    columns: 80,
  });
  const { signal } = interruption;
  // As main.ts has it: a command listens to it in many places.
  setMaxListeners(0, signal);
  const surroundings: Surroundings = {
    stdout: pipe("stdout"),
    stderr: pipe("stderr"),
    readStdin: async (mostBytes) => (Buffer.byteLength(input) > mostBytes ? undefined : input),
    stdinIsTTY: false,
    ask: async () => {
      throw new Error("nobody is there to ask");
    },
    runInForeground: async () => {
      throw new Error("a program in the foreground wants spawnCli: it takes the process's own streams");
    },
    env,
    cwd,
    nodeVersion: process.versions.node,
    signal,
  };
  return { streams, surroundings };
}

let loaded: Promise<{ readonly run: typeof Run }> | undefined;

/** The tool as one bundle of modules, in an environment without AWS configuration. */
function loadOnce(folder: string): Promise<{ readonly run: typeof Run }> {
  if (loaded === undefined) {
    bundleOnce(folder);
    for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name];
    Object.assign(process.env, bareEnv(), { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" });
    loaded = import(pathToFileURL(join(folder, "modules/run.js")).href) as Promise<{ readonly run: typeof Run }>;
  }
  return loaded;
}

/** Runs the built tool as a process, with stdin, stdout and stderr as pipes. */
export function spawnCli(args: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cliPath(), ...args], {
      cwd: options.cwd ?? inject("cli").emptyFolder,
      env: { ...bareEnv(), ...options.env },
    });
    let stdout = "";
    let stderr = "";
    let interrupted = false;
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      // Once: a second Ctrl-C ends the tool at once.
      if (interrupted || options.interruptAt === undefined || !stderr.includes(options.interruptAt)) return;
      interrupted = child.kill("SIGINT");
    });
    // A tool that fails before it reads closes its end.
    child.stdin.on("error", () => undefined).end(options.input ?? "");
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ code, stdout, stderr });
    });
  });
}
