// Plays random schedules of faults against the tool: see test/support/faults/main.ts.
//
//   npm run test:faults -- --schedules N --seed S
import { build } from "esbuild";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

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

const folder = await mkdtemp(join(tmpdir(), "aiplat-faults-"));
try {
  const outfile = join(folder, "faults.mjs");
  await build({
    absWorkingDir: root,
    entryPoints: [join(faults, "main.ts")],
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
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";
  const { main } = await import(pathToFileURL(outfile).href);
  process.exitCode = await main(process.argv.slice(2));
} finally {
  await rm(folder, { recursive: true, force: true });
}
