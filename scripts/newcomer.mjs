// Plays a newcomer who follows the README: an empty home, what it says to install, and every block in order, with no edit
// of one.
//
//   node scripts/newcomer.mjs clone      from a clone of this repository's HEAD
//   node scripts/newcomer.mjs tarball    from the package, as npx, npm install -D and npm install -g get it
//
// GitHub and npm's registry are stood in for: git is told where the repository is, and a registry on the loopback
// interface has the one package.
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadSource, root } from "./load-source.mjs";

const { asTyped, shellBlocks, stoppedAt } = await loadSource("test/support/page-blocks.ts");
const { name, version, repository } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const [install, ...others] = shellBlocks(readFileSync(join(root, "README.md"), "utf8"));

const folder = mkdtempSync(join(tmpdir(), "aiplat-newcomer-"));
try {
  await (process.argv[2] === "tarball" ? fromTarball() : fromClone());
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function fromClone() {
  const url = repository.url.replace(/^git\+/, "").replace(/\.git$/, "");
  await paste("a clone", [install, ...others], {
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: `url.${root}.insteadOf`,
    GIT_CONFIG_VALUE_0: url,
  });
}

async function fromTarball() {
  const tarball = execFileSync("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder], {
    cwd: root,
    encoding: "utf8",
  }).trim();
  const registry = await startRegistry(readFileSync(join(folder, tarball)));
  const own = { npm_config_registry: registry.url };
  try {
    await paste("npx", others, own);
    await paste("npm install -D", ["npm init --yes >/dev/null\nnpm install -D aiplat\n", ...others], own);
    const global = {
      ...own,
      npm_config_prefix: join(folder, "global"),
      PATH: `${join(folder, "global/bin")}:${process.env.PATH}`,
    };
    await paste("npm install -g", ["npm install -g aiplat\naiplat --version\n"], global);
  } finally {
    registry.stop();
  }
}

/** Types the blocks into one shell, in a home that is empty. */
async function paste(what, blocks, env) {
  const home = join(folder, what.replaceAll(/\W+/g, "-"));
  mkdirSync(home);
  // Of this machine only what leads to the network; what npm has fetched before is no part of the home.
  const kept = Object.entries(process.env).filter(([key]) =>
    /^(PATH|npm_config_cache|.*_proxy|.*CERT.*|TMPDIR)$/i.test(key),
  );
  const cache = execFileSync("npm", ["config", "get", "cache"], { encoding: "utf8" }).trim();
  const shell = spawn("bash", [], {
    cwd: home,
    env: {
      ...Object.fromEntries(kept),
      npm_config_cache: cache,
      HOME: home,
      SHELLOPTS: "errexit:pipefail",
      AWS_EC2_METADATA_DISABLED: "true",
      ...env,
    },
  });
  let output = "";
  for (const stream of [shell.stdout, shell.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  shell.stdin.end(asTyped(blocks));
  await once(shell, "close");
  const stopped = stoppedAt(blocks, output);
  if (stopped !== undefined) throw new Error(`${what}: stopped at\n${stopped.block}\n${stopped.said}`);
  const warning = /^npm warn EBADENGINE.*$/m.exec(output);
  if (warning !== null)
    throw new Error(`${what}: npm warns of the engine: ${output.slice(warning.index, warning.index + 300)}`);
  console.log(`${what}: ${blocks.length} blocks, 0 edits`);
}

/** A registry that has this package and nothing else. */
async function startRegistry(tarball) {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const server = createServer((request, response) => {
    const base = `http://127.0.0.1:${server.address().port}`;
    if (request.url === `/${name}`) {
      const integrity = `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
      const dist = { tarball: `${base}/${name}/-/${name}-${version}.tgz`, integrity };
      response.setHeader("content-type", "application/json");
      response.end(
        JSON.stringify({ name, "dist-tags": { latest: version }, versions: { [version]: { ...manifest, dist } } }),
      );
    } else if (request.url.endsWith(".tgz")) response.end(tarball);
    else response.writeHead(404).end("{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() };
}
