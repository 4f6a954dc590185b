import { spawn } from "node:child_process";
import { bareEnv, cliPath, type CliRun } from "./cli.ts";

export interface TerminalOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** What is typed, once the terminal shows `prompt`. */
  readonly input: string;
  readonly prompt: string;
}

/** Runs the built tool on a pseudo-terminal, by util-linux's `script`; what it shows is all in `stdout`. */
export function runOnTerminal(args: readonly string[], { env, cwd, input, prompt }: TerminalOptions): Promise<CliRun> {
  return new Promise((resolve, reject) => {
    const command = [process.execPath, cliPath(), ...args].map((word) => `'${word}'`).join(" ");
    const child = spawn("script", ["--quiet", "--return", "--command", command, "/dev/null"], {
      cwd,
      env: { ...bareEnv(), TERM: "xterm", ...env },
    });
    let stdout = "";
    let stderr = "";
    let typed = false;
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      if (typed || !stdout.includes(prompt)) return;
      typed = true;
      child.stdin.write(input);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}
