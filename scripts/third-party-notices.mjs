// What is told of the packages whose code is bundled into dist/: their licences in THIRD-PARTY-NOTICES, and the bill of
// materials in sbom.cdx.json (CycloneDX). Called by build.mjs.
import "./say-errors.mjs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * @param {string} root The project's folder.
 * @param {Iterable<string>} inputs Files that went into the bundles, relative to the root.
 */
export async function writeNotices(root, inputs) {
  const folders = packageFolders(inputs);
  const sections = new Map();
  for (const folder of folders) {
    const { name, version, license } = JSON.parse(await readFile(join(root, folder, "package.json"), "utf8"));
    const file = (await readdir(join(root, folder))).find((each) => /^licen[cs]e/i.test(each));
    const text = file === undefined ? `Licence: ${license}` : (await readFile(join(root, folder, file), "utf8")).trim();
    sections.set(`${name} ${version}`, text);
  }
  // One copy of a licence text, however many packages carry it.
  const byText = new Map();
  for (const [name, text] of [...sections].sort(([a], [b]) => a.localeCompare(b)))
    byText.set(text, [...(byText.get(text) ?? []), name]);
  const parts = [...byText].map(([text, names]) => `${names.join("\n")}\n\n${text}\n`);
  await writeFile(
    join(root, "THIRD-PARTY-NOTICES"),
    `aiplat's dist/ contains code of these packages.\n\n${parts.join(`\n${"-".repeat(80)}\n\n`)}`,
  );
}

/**
 * The same packages as https://cyclonedx.org/docs/1.5/json/, each as package-lock.json pins it: no clock and no random
 * number, so that the same commit has the same file.
 *
 * @param {string} root The project's folder.
 * @param {Iterable<string>} inputs Files that went into the bundles, relative to the root.
 */
export async function writeBillOfMaterials(root, inputs) {
  const { packages } = JSON.parse(await readFile(join(root, "package-lock.json"), "utf8"));
  const own = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const components = [...packageFolders(inputs)]
    .map((folder) => componentOf(/.*node_modules\/(.*)$/.exec(folder)[1], packages[folder]))
    .toSorted((a, b) => (a["bom-ref"] < b["bom-ref"] ? -1 : 1));
  const document = {
    $schema: "http://cyclonedx.org/schema/bom-1.5.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    version: 1,
    metadata: {
      component: {
        "bom-ref": `${own.name}@${own.version}`,
        type: "application",
        name: own.name,
        version: own.version,
        purl: `pkg:npm/${own.name}@${own.version}`,
        licenses: [{ license: { id: own.license } }],
      },
    },
    components,
  };
  await writeFile(join(root, "sbom.cdx.json"), `${JSON.stringify(document, null, 2)}\n`);
}

function componentOf(name, { version, resolved, integrity, license }) {
  const [algorithm, digest] = integrity.split("-");
  return {
    "bom-ref": `${name}@${version}`,
    type: "library",
    name,
    version,
    purl: `pkg:npm/${name.replace("@", "%40")}@${version}`,
    hashes: [{ alg: algorithm.replace("sha", "SHA-"), content: Buffer.from(digest, "base64").toString("hex") }],
    licenses: [{ license: { id: license } }],
    externalReferences: [{ type: "distribution", url: resolved }],
  };
}

function packageFolders(inputs) {
  const folders = new Set();
  for (const input of inputs) {
    const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (match !== null) folders.add(match[1]);
  }
  return folders;
}
