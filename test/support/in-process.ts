import { run } from "../../src/run.ts";
import { bufferedSurroundings, type CliRun } from "./cli.ts";
import type { TestSandbox } from "./sandbox.ts";

/** Runs the tool of src/ in this process against a sandbox of stepped time: to wait is to step it on. */
export async function runInProcess(box: TestSandbox, cwd: string, ...argv: readonly string[]): Promise<CliRun> {
  // The build writes it in.
  (globalThis as { AIPLAT_VERSION?: string }).AIPLAT_VERSION = "0.0.0";
  const { streams, surroundings } = bufferedSurroundings({ ...box.sandbox.environment, HOME: cwd }, cwd);
  const code = await run(argv, {
    ...surroundings,
    now: () => box.sandbox.world.now(),
    sleep: async (milliseconds) => box.step(Math.ceil(milliseconds / 1_000)),
  });
  return { code, ...streams };
}
