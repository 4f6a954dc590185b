// Writes schema/workload.json from the workload schema and the rules, docs/workload.md from what is said of its keys, and
// src/core/workload/legal-workload.ts, the schema as plain data, and the line that leads editors to this version's schema into the templates and the README.
import "./say-errors.mjs";
import { execFileSync } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadSource, root } from "./load-source.mjs";

const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
const { workloadJsonSchema } = await loadSource("src/core/workload/json-schema.ts");
const { schemaModeline, schemaUrl } = await loadSource("src/core/workload/schema-url.ts");
const { $schema, ...schema } = workloadJsonSchema();
await writeFile(
  join(root, "schema/workload.json"),
  `${JSON.stringify({ $schema, $id: schemaUrl(version), ...schema }, null, 2)}\n`,
);

const { workloadSchema } = await loadSource("src/core/workload/schema.ts");
const { legalModule, legalOf } = await loadSource("src/core/workload/legal-of-schema.ts");
const legalFile = join(root, "src/core/workload/legal-workload.ts");
await writeFile(legalFile, legalModule(legalOf(workloadSchema)));
execFileSync(process.execPath, [join(root, "node_modules/oxfmt/bin/oxfmt"), legalFile], { cwd: root });

const { workloadPage } = await loadSource("src/workload-reference.ts");
await writeFile(join(root, "docs/workload.md"), workloadPage());

const templates = (await readdir(join(root, "templates"), { recursive: true })).filter((file) =>
  file.endsWith(".yaml"),
);
for (const page of ["README.md", ...templates.map((file) => `templates/${file}`)]) {
  const text = await readFile(join(root, page), "utf8");
  await writeFile(join(root, page), text.replace(/^# yaml-language-server: \$schema=.*$/m, schemaModeline(version)));
}
