import { setMaxListeners } from "node:events";
import { connect } from "../../src/connect.ts";
import { reportError } from "../../src/output/error.ts";
import { toAiplatError } from "../../src/errors.ts";
import { runProgram } from "../../src/program.ts";
import type { CliRun } from "./cli.ts";
import type { TestSandbox } from "./sandbox.ts";

const { signal } = new AbortController();
setMaxListeners(0, signal);

/** Runs a command of aiplat in this process, against a sandbox of stepped time: to wait is to step it on. */
export async function runInProcess(box: TestSandbox, cwd: string, ...argv: readonly string[]): Promise<CliRun> {
  // The build writes it in.
  (globalThis as { AIPLAT_VERSION?: string }).AIPLAT_VERSION = "0.0.0";
  let [out, err] = ["", ""];
  const stream = { isTTY: false, columns: 80 };
  const stdout = { ...stream, write: (more: string) => void (out += more) };
  const stderr = { ...stream, write: (more: string) => void (err += more) };
  const env = { ...box.sandbox.environment, HOME: cwd };
  const surroundings = {
    stdout,
    stderr,
    env,
    cwd,
    signal,
    readStdin: async () => "",
    stdinIsTTY: false,
    ask: async () => false,
    nodeVersion: process.versions.node,
    now: () => box.sandbox.world.now(),
    sleep: async (milliseconds: number) => box.step(Math.ceil(milliseconds / 1_000)),
  };
  try {
    const code = await runProgram(argv, surroundings, (options) => connect(options, surroundings).context);
    return { code, stdout: out, stderr: err };
  } catch (thrown) {
    const error = toAiplatError(thrown);
    await reportError(error, { argv, env, stderr });
    return { code: error.exitCode, stdout: out, stderr: err };
  }
}
