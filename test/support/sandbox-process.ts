import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { bareEnv, cliPath } from "./cli.ts";

export interface SandboxProcess {
  /** What it printed before it was ready. */
  readonly stdout: string;
  /** What it says to export. */
  readonly environment: Readonly<Record<string, string>>;
  /** Moves the time of one that is `--stepped` on. */
  advance(seconds: number): Promise<void>;
  /** Sends SIGINT; its exit code. */
  interrupt(): Promise<number | null>;
}

/** Starts `aiplat sandbox ARGS -o env` and waits until it has said what to export. */
export async function startSandboxProcess(...args: readonly string[]): Promise<SandboxProcess> {
  const child: ChildProcess = spawn(process.execPath, [cliPath(), "sandbox", ...args, "-o", "env"], { env: bareEnv() });
  let stdout = "";
  let stderr = "";
  child.stderr!.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  await new Promise<void>((resolve, reject) => {
    child.stdout!.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      if (stdout.includes("AWS_SECRET_ACCESS_KEY=")) resolve();
    });
    child.once("exit", () => reject(new Error(`the sandbox ended: ${stderr}`)));
  });
  const environment = Object.fromEntries(
    stdout
      .trim()
      .split("\n")
      .map((line) => line.split("=", 2) as [string, string]),
  );
  return {
    stdout,
    environment,
    advance: async (seconds) => {
      const url = `${environment["AWS_ENDPOINT_URL"]}/_sandbox/advance`;
      const { ok } = await fetch(url, { method: "POST", body: JSON.stringify({ seconds }) });
      if (!ok) throw new Error("the sandbox's time does not move: start it with --stepped");
    },
    interrupt: async () => {
      if (child.exitCode !== null) return child.exitCode;
      const ended = once(child, "exit");
      child.kill("SIGINT");
      const [code] = (await ended) as [number | null];
      return code;
    },
  };
}
