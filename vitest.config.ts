import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { testTimeoutMs } from "./test/support/depth.ts";

export default defineConfig({
  // As the build writes it in.
  define: { AIPLAT_VERSION: JSON.stringify("0.0.0") },
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/build-cli.ts"],
    setupFiles: ["test/support/set-depth.ts"],
    reporters: ["default", "./test/support/say-depth.ts"],
    // Half of the tests wait, for processes, pipes and sockets.
    maxWorkers: 2 * availableParallelism(),
    // The modules of src/ are loaded once a worker: tests share no state but what src/ keeps, which is constant.
    isolate: false,
    // Tests that start child processes (the command line, moto) take seconds on a slow machine.
    testTimeout: testTimeoutMs,
    hookTimeout: 120_000,
  },
});
