// Plays random schedules of faults against the tool: see test/support/faults/main.ts.
//
//   npm run test:faults -- --schedules N --seed S
import { spawn } from "node:child_process";
import { once } from "node:events";
import { build } from "esbuild";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const faults = join(root, "test/support/faults");

/** The tool's network and time are the suite's: nothing listens and nobody waits. */
const standIns = {
  name: "stand-ins",
  setup({ onResolve }) {
    onResolve({ filter: /^node:http$/ }, () => ({ path: join(faults, "sim-http.ts") }));
    onResolve({ filter: /^node:timers\/promises$/ }, () => ({ path: join(faults, "sim-timers.ts") }));
  },
};

/** Plays in a process of its own: whatever ends it, the schedule that it was at is told. */
async function play(outfile, args) {
  const child = spawn(process.execPath, ["--enable-source-maps", outfile, ...args], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
  });
  let seed = "none";
  child.on("message", (message) => (seed = message.seed));
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
  const [code, signal] = await once(child, "exit");
  if (code === 0 || code === 1) return code;
  process.stderr.write(`faults: the play ended with ${signal ?? code} in the schedule of seed ${seed}\n`);
  return 1;
}

const folder = await mkdtemp(join(tmpdir(), "aiplat-faults-"));
try {
  const outfile = join(folder, "faults.mjs");
  await build({
    absWorkingDir: root,
    stdin: {
      contents: 'import { main } from "./main.ts"; process.exitCode = await main(process.argv.slice(2));',
      resolveDir: faults,
    },
    bundle: true,
    platform: "node",
    target: "node20.19",
    mainFields: ["module", "main"],
    format: "esm",
    outfile,
    logLevel: "warning",
    sourcemap: "inline",
    plugins: [standIns],
    define: { AIPLAT_VERSION: '"0.0.0"' },
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
    },
  });
  process.exitCode = await play(outfile, process.argv.slice(2));
} finally {
  await rm(folder, { recursive: true, force: true });
}
