import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/build-cli.ts"],
    // Tests that start child processes (the command line, moto) take seconds on a slow machine.
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
