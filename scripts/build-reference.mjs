// Writes the command reference into README.md, between its two markers, from the command specs.
import { build } from "esbuild";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const folder = await mkdtemp(join(tmpdir(), "aiplat-reference-"));
try {
  const outfile = join(folder, "reference.mjs");
  await build({
    absWorkingDir: root,
    entryPoints: ["src/reference.ts"],
    bundle: true,
    platform: "node",
    format: "esm",
    outfile,
    logLevel: "warning",
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  const { commandReference } = await import(pathToFileURL(outfile).href);
  const readme = join(root, "README.md");
  const text = await readFile(readme, "utf8");
  const [begin, end] = ["<!-- reference: npm run generate -->", "<!-- end of reference -->"];
  if (!text.includes(begin) || !text.includes(end)) throw new Error(`README.md lacks the markers ${begin} and ${end}`);
  const before = text.slice(0, text.indexOf(begin) + begin.length);
  await writeFile(readme, `${before}\n\n${await commandReference()}\n${text.slice(text.indexOf(end))}`);
} finally {
  await rm(folder, { recursive: true });
}
