// Writes what is derived from the files of src/core/kubernetes/kinds/, one a kind: their registry, and the tables of
// docs/kubernetes-kinds.md.
//
//   node scripts/build-kinds.mjs
import "./say-errors.mjs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeBetweenMarkers } from "./between-markers.mjs";
import { loadSource, root } from "./load-source.mjs";

const folder = join(root, "src/core/kubernetes/kinds");
const files = (await readdir(folder)).filter((file) => file.endsWith(".ts") && file !== "registry.ts").sort();
const exported = await Promise.all(files.map(readKind));
await writeFile(join(folder, "registry.ts"), registryText(exported));

const { generatedParts } = await loadSource("src/kinds-reference.ts");
await writeBetweenMarkers("docs/kubernetes-kinds.md", generatedParts);

async function readKind(file) {
  const found = /^export const (\w+): KindDefinition = \{\n\s*kind: "(\w+)",/m.exec(
    await readFile(join(folder, file), "utf8"),
  );
  if (found === null)
    throw new Error(`src/core/kubernetes/kinds/${file} exports no KindDefinition that begins with its kind`);
  return { file, name: found[1], kind: found[2] };
}

function registryText(all) {
  return [
    "// Generated from the files of this folder by scripts/build-kinds.mjs: a kind more is a file more.",
    'import type { KindDefinition } from "../kind-definition.ts";',
    ...all.map(({ file, name }) => `import { ${name} } from "./${file}";`),
    "",
    "export const definitions = {",
    ...all.map(({ kind, name }) => `  ${kind}: ${name},`),
    "} satisfies Readonly<Record<string, KindDefinition>>;",
    "",
  ].join("\n");
}
