// Writes docs/workload-targets.md: what becomes of every word of the workload file on each target.
//
//   node scripts/build-targets-reference.mjs
import "./say-errors.mjs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadSource, root } from "./load-source.mjs";

const { targetsPage } = await loadSource("src/targets-reference/page.ts");
await writeFile(join(root, "docs/workload-targets.md"), targetsPage());
