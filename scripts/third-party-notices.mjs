// Writes THIRD-PARTY-NOTICES: the licences of the packages whose code is bundled into dist/. Called by build.mjs.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * @param {string} root The project's folder.
 * @param {Iterable<string>} inputs Files that went into the bundles, relative to the root.
 */
export async function writeNotices(root, inputs) {
  const folders = new Set();
  for (const input of inputs) {
    const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (match !== null) folders.add(match[1]);
  }
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
