// Bundles src/run.ts as ES modules for tests that run the tool in their own process:
//
//   node scripts/bundle-modules.mjs FOLDER
import { build } from "esbuild";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { onlyWhatIsUsed } from "./only-what-is-used.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
await build({
  absWorkingDir: root,
  entryPoints: ["src/run.ts"],
  bundle: true,
  splitting: true,
  platform: "node",
  target: "node20.19",
  mainFields: ["module", "main"],
  plugins: [onlyWhatIsUsed],
  format: "esm",
  outdir: process.argv[2],
  logLevel: "warning",
  define: { AIPLAT_VERSION: JSON.stringify(version) },
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
  },
});
