import { build } from "esbuild";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** The project's folder. */
export const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** The exports of a TypeScript file of the project, e.g. `src/reference.ts`: Node 20 does not read TypeScript. */
export async function loadSource(file) {
  const folder = await mkdtemp(join(tmpdir(), "aiplat-source-"));
  try {
    const outfile = join(folder, "source.mjs");
    await build({
      absWorkingDir: root,
      entryPoints: [file],
      bundle: true,
      platform: "node",
      format: "esm",
      outfile,
      logLevel: "warning",
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    await rm(folder, { recursive: true });
  }
}
