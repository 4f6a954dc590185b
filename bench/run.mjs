// Side-by-side measurements, one command: `npm run bench`, or `npm run bench -- NAME...` for some of them.
// Every figure is a ratio within one run, measured in alternation, so that a slow or busy machine shifts both sides.
import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const folder = dirname(fileURLToPath(import.meta.url));
const words = process.argv.slice(2);
const check = words.includes("--check");
const wanted = words.filter((word) => !word.startsWith("--"));
const names = (await readdir(folder))
  .filter((file) => file.endsWith(".bench.mjs"))
  .map((file) => file.replace(".bench.mjs", ""))
  .sort();

for (const name of wanted.length > 0 ? wanted : names) {
  if (!names.includes(name)) throw new Error(`no benchmark ${name}; there are ${names.join(", ")}`);
  const { title, run } = await import(pathToFileURL(join(folder, `${name}.bench.mjs`)).href);
  console.log(`\n${title}`);
  const failures = await run();
  if (check && failures.length > 0) {
    for (const failure of failures) console.error(failure);
    process.exitCode = 1;
  }
}
