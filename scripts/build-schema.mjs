// Writes schema/workload.json from the workload schema and the rules, and docs/workload.md from what is said of its keys.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadSource, root } from "./load-source.mjs";

const { workloadJsonSchema } = await loadSource("src/core/workload/json-schema.ts");
await writeFile(join(root, "schema/workload.json"), `${JSON.stringify(workloadJsonSchema(), null, 2)}\n`);

const { workloadPage } = await loadSource("src/workload-reference.ts");
await writeFile(join(root, "docs/workload.md"), workloadPage());
