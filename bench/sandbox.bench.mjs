// What a RunTask call costs the sandbox, by the size of its cluster and by the tasks that are there already.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { measureSandboxCalls } from "./sandbox-calls.mjs";

export const title =
  "Sandbox: CPU milliseconds of a RunTask call, and of the last tenth of the calls against the first";

/** On the largest cluster a call may take as many times what it takes on the smallest: it finds one of its tasks. */
const bound = 2;
const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** @param before The root of another built checkout, which is measured beside this one. */
export async function run({ check, before }) {
  const calls = check ? 1_000 : 4_000;
  const own = [];
  for (const instances of [100, 1_000, 5_000]) own.push(await measured(root, instances, calls));
  if (before !== undefined) for (const instances of [100, 1_000]) await measured(before, instances, 300, "before ");
  const ratio = own.at(-1).last / own[0].last;
  return ratio <= bound ? [] : [`a call on 5,000 instances takes ${ratio.toFixed(1)} times one on 100, above ${bound}`];
}

async function measured(cli, instances, calls, what = "") {
  const { each, first, last } = await measureSandboxCalls(join(cli, "bin", "aiplat.js"), { instances, calls });
  console.log(
    `  ${`${what}${instances.toLocaleString("en-US")} instances, ${calls.toLocaleString("en-US")} calls`.padEnd(38)} ` +
      `${each.toFixed(2)} ms each; ${first.toFixed(2)} at first, ${last.toFixed(2)} at last`,
  );
  return { last: Math.max(last, 0.1) };
}
