// What a user downloads and what it takes on disk: the tarball that `npm publish` would send.
import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const title = "Package: what npm would publish";

/** In MiB: what an `npx aiplat` waits for. */
const bounds = { tarball: 1.4, unpacked: 5.5 };
const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** @param before The root of another built checkout, which is measured beside this one. */
export async function run({ before }) {
  const own = print("", root);
  if (before !== undefined) print("before ", before);
  return Object.entries(bounds)
    .filter(([what, most]) => own[what] > most)
    .map(([what, most]) => `${what}: ${own[what].toFixed(2)} MiB, above ${most}`);
}

function print(what, checkout) {
  // With its scripts: the declarations are a part of it, and npm's own output goes to stderr.
  const output = execFileSync("npm", ["pack", "--dry-run", "--json", "--loglevel", "error"], {
    cwd: checkout,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [{ size, unpackedSize, entryCount }] = JSON.parse(output.slice(output.search(/^\[/m)));
  const figures = { tarball: size / 2 ** 20, unpacked: unpackedSize / 2 ** 20 };
  console.log(
    `  ${`${what}tarball`.padEnd(38)} ${figures.tarball.toFixed(2)} MiB; unpacked ${figures.unpacked.toFixed(2)} MiB in ` +
      `${entryCount} files`,
  );
  return figures;
}
