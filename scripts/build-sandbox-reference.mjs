// Writes what the sandbox offers and plays into docs/sandbox.md, between its two markers, from the code.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadSource, root } from "./load-source.mjs";

const { sandboxReference } = await loadSource("src/sandbox/reference.ts");
const path = join(root, "docs/sandbox.md");
const text = await readFile(path, "utf8");
const [begin, end] = ["<!-- reference: npm run generate -->", "<!-- end of reference -->"];
if (!text.includes(begin) || !text.includes(end)) throw new Error(`${path} lacks the markers ${begin} and ${end}`);
await writeFile(
  path,
  `${text.slice(0, text.indexOf(begin) + begin.length)}\n\n${sandboxReference()}\n${text.slice(text.indexOf(end))}`,
);
