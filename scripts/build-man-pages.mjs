// Writes man/ from the command specs: one page a command, and no page of a command that is gone.
import "./say-errors.mjs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadSource, root } from "./load-source.mjs";

const { manPages } = await loadSource("src/man-pages.ts");
const folder = join(root, "man");
await rm(folder, { recursive: true, force: true });
await mkdir(folder);
await Promise.all([...(await manPages())].map(([name, text]) => writeFile(join(folder, name), text)));
