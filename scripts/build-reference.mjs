// Writes the command reference into README.md, between its two markers, from the command specs.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadSource, root } from "./load-source.mjs";

const { commandReference } = await loadSource("src/reference.ts");
const readme = join(root, "README.md");
const text = await readFile(readme, "utf8");
const [begin, end] = ["<!-- reference: npm run generate -->", "<!-- end of reference -->"];
if (!text.includes(begin) || !text.includes(end)) throw new Error(`README.md lacks the markers ${begin} and ${end}`);
const before = text.slice(0, text.indexOf(begin) + begin.length);
await writeFile(readme, `${before}\n\n${await commandReference()}\n${text.slice(text.indexOf(end))}`);
