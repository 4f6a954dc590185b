// Writes what the sandbox offers and plays into docs/sandbox.md, between its two markers, from the code.
import { build } from "esbuild";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: ["src/sandbox/reference.ts"],
  bundle: true,
  platform: "node",
  format: "esm",
  write: false,
  logLevel: "warning",
});
const { sandboxReference } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`
);
const path = join(root, "docs/sandbox.md");
const text = await readFile(path, "utf8");
const [begin, end] = ["<!-- reference: npm run generate -->", "<!-- end of reference -->"];
if (!text.includes(begin) || !text.includes(end)) throw new Error(`${path} lacks the markers ${begin} and ${end}`);
await writeFile(
  path,
  `${text.slice(0, text.indexOf(begin) + begin.length)}\n\n${sandboxReference()}\n${text.slice(text.indexOf(end))}`,
);
