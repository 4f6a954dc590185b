import type { Reporter } from "vitest/node";
import { depthNote } from "./depth.ts";

/** Says at the end how deep the tests of properties went. */
export default class SayDepth implements Reporter {
  onTestRunEnd(): void {
    process.stdout.write(`\n${depthNote()}\n`);
  }
}
