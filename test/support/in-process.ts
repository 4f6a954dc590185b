import { setMaxListeners } from "node:events";
import { run } from "../../src/run.ts";
import type { CliRun } from "./cli.ts";
import type { TestSandbox } from "./sandbox.ts";

const { signal } = new AbortController();
setMaxListeners(0, signal);

/** Runs the tool of src/ in this process against a sandbox of stepped time: to wait is to step it on. */
export async function runInProcess(box: TestSandbox, cwd: string, ...argv: readonly string[]): Promise<CliRun> {
  // The build writes it in.
  (globalThis as { AIPLAT_VERSION?: string }).AIPLAT_VERSION = "0.0.0";
  const streams = { stdout: "", stderr: "" };
  const pipe = (name: keyof typeof streams) => ({
    write: (text: string) => void (streams[name] += text),
    isTTY: false,
    columns: 80,
  });
  const code = await run(argv, {
    stdout: pipe("stdout"),
    stderr: pipe("stderr"),
    readStdin: async () => "",
    stdinIsTTY: false,
    ask: async () => {
      throw new Error("nobody is there to ask");
    },
    env: { ...box.sandbox.environment, HOME: cwd },
    cwd,
    nodeVersion: process.versions.node,
    signal,
    now: () => box.sandbox.world.now(),
    sleep: async (milliseconds) => box.step(Math.ceil(milliseconds / 1_000)),
  });
  return { code, ...streams };
}
