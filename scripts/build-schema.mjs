// Writes schema/workload.json from the workload schema and the rules.
import { build } from "esbuild";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const folder = await mkdtemp(join(tmpdir(), "aiplat-schema-"));
try {
  const outfile = join(folder, "schema.mjs");
  await build({
    absWorkingDir: root,
    entryPoints: ["src/core/workload/json-schema.ts"],
    bundle: true,
    platform: "node",
    format: "esm",
    outfile,
    logLevel: "warning",
  });
  const { workloadJsonSchema } = await import(pathToFileURL(outfile).href);
  await writeFile(join(root, "schema/workload.json"), `${JSON.stringify(workloadJsonSchema(), null, 2)}\n`);
} finally {
  await rm(folder, { recursive: true });
}
