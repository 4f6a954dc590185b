// Writes schema/workload.json from the workload schema and the rules.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadSource, root } from "./load-source.mjs";

const { workloadJsonSchema } = await loadSource("src/core/workload/json-schema.ts");
await writeFile(join(root, "schema/workload.json"), `${JSON.stringify(workloadJsonSchema(), null, 2)}\n`);
