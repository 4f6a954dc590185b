// Writes docs/codes.md and the README's table of exit codes from the registry of codes.
import "./say-errors.mjs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeBetweenMarkers } from "./between-markers.mjs";
import { loadSource, root } from "./load-source.mjs";

const { codesPage, exitTable } = await loadSource("src/codes-reference.ts");
await writeFile(join(root, "docs/codes.md"), codesPage());
await writeBetweenMarkers("README.md", { "exit codes": exitTable() });
