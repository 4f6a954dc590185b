import { spawn } from "node:child_process";
import { join } from "node:path";
import { inject } from "vitest";
import { buildOnce } from "./built-cli.ts";

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
  /** Sends SIGINT, as Ctrl-C does, once standard error holds this. */
  readonly interruptAt?: string;
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

/** Runs the built tool with stdin, stdout and stderr as pipes. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliRun> {
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
