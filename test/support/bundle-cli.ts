import { join } from "node:path";
import { build, type Plugin } from "esbuild";

const root = join(import.meta.dirname, "../..");

/** The command-line tool as esbuild splits it, before scripts/build.mjs makes CommonJS of it; nothing is written. */
export function bundleCli(plugins: Plugin[] = []) {
  return build({
    absWorkingDir: root,
    entryPoints: ["src/main.ts"],
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    mainFields: ["module", "main"],
    plugins,
    metafile: true,
    write: false,
    outdir: "out",
    logLevel: "silent",
  });
}
