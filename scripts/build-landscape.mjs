// Writes docs/landscape.md: what aiplat makes for every system of the landscape.
//
//   node scripts/build-landscape.mjs
import "./say-errors.mjs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadSource, root } from "./load-source.mjs";

const { landscapePage } = await loadSource("src/landscape-reference.ts");
const facts = JSON.parse(await readFile(join(root, "facts/landscape.json"), "utf8"));
await writeFile(join(root, "docs/landscape.md"), landscapePage(facts, await readdir(join(root, "templates"))));
