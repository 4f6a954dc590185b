// Writes docs/codes.md and README.md's table of exit codes from the registry of codes.
import { build } from "esbuild";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: ["src/codes-reference.ts"],
  bundle: true,
  platform: "node",
  format: "esm",
  write: false,
  logLevel: "warning",
});
const { codesPage, exitTable } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`
);
await writeFile(join(root, "docs/codes.md"), codesPage());

const readme = join(root, "README.md");
const text = await readFile(readme, "utf8");
const [begin, end] = ["<!-- exit codes: npm run generate -->", "<!-- end of exit codes -->"];
if (!text.includes(begin) || !text.includes(end)) throw new Error(`README.md lacks the markers ${begin} and ${end}`);
const before = text.slice(0, text.indexOf(begin) + begin.length);
await writeFile(readme, `${before}\n\n${exitTable()}\n\n${text.slice(text.indexOf(end))}`);
