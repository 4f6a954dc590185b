// Side-by-side measurements, one command: `npm run bench`, or `npm run bench -- NAME...` for some of them. All of them
// write RESULTS.md. `--check` fails where a figure leaves its bound; `--before CHECKOUT` measures another built checkout
// beside this one, where a benchmark can.
// Every figure is a ratio within one run, measured in alternation, so that a slow or busy machine shifts both sides.
import { readdir, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const folder = dirname(fileURLToPath(import.meta.url));
const { values, positionals: wanted } = parseArgs({
  options: { check: { type: "boolean", default: false }, before: { type: "string" } },
  allowPositionals: true,
});
const names = (await readdir(folder))
  .filter((file) => file.endsWith(".bench.mjs"))
  .map((file) => file.replace(".bench.mjs", ""))
  .sort();

const results = [];
const log = console.log;
console.log = (line) => {
  results.push(line);
  log(line);
};

for (const name of wanted.length > 0 ? wanted : names) {
  if (!names.includes(name)) throw new Error(`no benchmark ${name}; there are ${names.join(", ")}`);
  const { title, run } = await import(pathToFileURL(join(folder, `${name}.bench.mjs`)).href);
  log(`\n${title}`);
  results.push(`\n## ${title}\n`);
  const failures = await run(values);
  for (const failure of failures) console.error(failure);
  if (values.check && failures.length > 0) process.exitCode = 1;
  if (wanted.length === 0 && !values.check) await writeResults();
}

/** After each of the benchmarks: a run that is broken off keeps what it has. */
async function writeResults() {
  const machine = `Node ${process.version} on ${cpus().length} x ${cpus()[0].model}`;
  const lines = results.map((line) => (line.startsWith("  ") ? `    ${line.trim()}` : line));
  const head = `# Results\n\nOf one run of \`npm run bench\`: ${machine}. Written by it; do not edit.\n`;
  await writeFile(join(folder, "RESULTS.md"), `${head}${lines.join("\n")}\n`);
}
