import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "./load-source.mjs";

/**
 * Writes generated parts of a page of Markdown, each between `<!-- NAME: npm run generate -->` and `<!-- end of NAME -->`.
 *
 * @param page Its path in the project, e.g. `README.md`.
 * @param parts The text of each part by its name.
 */
export async function writeBetweenMarkers(page, parts) {
  const path = join(root, page);
  let text = await readFile(path, "utf8");
  for (const [name, part] of Object.entries(parts)) {
    const [begin, end] = [`<!-- ${name}: npm run generate -->`, `<!-- end of ${name} -->`];
    if (!text.includes(begin) || !text.includes(end)) throw new Error(`${page} lacks the markers ${begin} and ${end}`);
    text = `${text.slice(0, text.indexOf(begin) + begin.length)}\n\n${part.trim()}\n\n${text.slice(text.indexOf(end))}`;
  }
  await writeFile(path, text);
}
