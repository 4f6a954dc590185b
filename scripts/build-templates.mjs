// Writes the table of docs/templates.md from the folders of templates/.
import "./say-errors.mjs";
import { join } from "node:path";
import { writeBetweenMarkers } from "./between-markers.mjs";
import { loadSource, root } from "./load-source.mjs";

const { readTemplates } = await loadSource("src/files/templates.ts");
const { summariseTemplate } = await loadSource("src/core/workload/template-summary.ts");
const { templateListView } = await loadSource("src/output/templates.ts");
const { markdownTable } = await loadSource("src/output/table.ts");

const { table } = templateListView(readTemplates(join(root, "templates")).map(summariseTemplate));
await writeBetweenMarkers("docs/templates.md", { templates: markdownTable(table) });
