// Writes docs/commands.md and the README's table of commands from the command specs.
import "./say-errors.mjs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeBetweenMarkers } from "./between-markers.mjs";
import { loadSource, root } from "./load-source.mjs";

const { commandsPage, commandTable } = await loadSource("src/reference.ts");
await writeFile(join(root, "docs/commands.md"), await commandsPage());
await writeBetweenMarkers("README.md", { commands: commandTable() });
