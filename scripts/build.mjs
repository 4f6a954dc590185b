// Builds dist/: the command-line tool as CommonJS chunks split by command, and the programmatic API as one ES module.
//
// esbuild splits only ES modules, and Node 20 starts CommonJS faster, so the split bundle is made as ES modules first
// and each chunk is then rewritten to CommonJS.
//
// node scripts/build.mjs [FOLDER]    the tests build into a folder of their own, beside bin/
import { build, transform } from "esbuild";
import { execFileSync } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { writeNotices } from "./third-party-notices.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const dist = resolve(process.argv[2] ?? join(root, "dist"));
const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));

/** commander loads it for commands that are programs of their own, which aiplat has none of: 3 % of a start-up. */
const withoutChildProcess = {
  name: "without-child-process",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      importer.includes("/commander/") ? { path: "child_process", namespace: "stub" } : undefined,
    );
    onLoad({ filter: /.*/, namespace: "stub" }, () => ({ contents: "module.exports = {};", loader: "js" }));
  },
};

const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node20.19",
  // Of the SDK's clients only what is used: their CommonJS is one piece.
  mainFields: ["module", "main"],
  format: "esm",
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  logLevel: "warning",
  define: { AIPLAT_VERSION: JSON.stringify(version) },
};

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });

const cli = await build({
  ...shared,
  entryPoints: ["src/main.ts"],
  plugins: [withoutChildProcess],
  splitting: true,
  metafile: true,
  write: false,
  outdir: dist,
  chunkNames: "chunks/[name]-[hash]",
});
/** Whether a chunk is a third party's but for what calls it: names in aiplat's own code are for stack traces. */
function isOfOthers(path) {
  const inputs = Object.entries(cli.metafile.outputs[relative(root, path)].inputs);
  const bytesOf = (some) => some.reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0);
  return bytesOf(inputs.filter(([input]) => input.includes("node_modules/"))) > 0.9 * bytesOf(inputs);
}

for (const file of cli.outputFiles) {
  const { code } = await transform(file.text, {
    format: "cjs",
    platform: "node",
    target: "node20.19",
    // import() of a sibling chunk becomes require(): one module system, no second loader at start-up.
    supported: { "dynamic-import": false },
    minifyWhitespace: true,
    minifyIdentifiers: isOfOthers(file.path),
    define: { "import.meta.url": "__filename" },
    sourcefile: relative(dist, file.path),
  });
  await mkdir(dirname(file.path), { recursive: true });
  await writeFile(file.path, code);
}
await writeFile(join(dist, "package.json"), '{ "type": "commonjs" }\n');

const api = await build({
  ...shared,
  entryPoints: ["src/index.ts"],
  // Half of it is third parties'; its own names are in dist/types.
  minifyIdentifiers: true,
  metafile: true,
  outfile: join(dist, "index.mjs"),
});
await writeNotices(root, [...Object.keys(cli.metafile.inputs), ...Object.keys(api.metafile.inputs)]);

// Node 20: what V8 compiles in these commands is kept for bin/load.js. A package that is packed there carries it.
if (process.versions.node.startsWith("20.")) {
  const file = join(root, "templates/pytorch-inference-inf2/aiplat.yaml");
  const commands = [
    ["--version"],
    ["--help"],
    ["instances", "list"],
    ["instances", "show", "inf2.xlarge"],
    ["templates", "list"],
    [
      "taskdef",
      "generate",
      "--name",
      "x",
      "--image",
      "x",
      "--instance-type",
      "trn1.32xlarge",
      "--devices",
      "4",
      "--all",
    ],
    ["taskdef", "generate", file, "--region", "us-east-1"],
    ["validate", file],
  ];
  // V8 takes compiled code only where its flags are the same.
  const env = { ...process.env, NODE_OPTIONS: "" };
  for (const args of commands)
    execFileSync(
      process.execPath,
      ["--require", join(root, "scripts/keep-compiled.cjs"), join(dist, "../bin/aiplat.js"), ...args],
      { cwd: tmpdir(), stdio: ["ignore", "ignore", "pipe"], env },
    );
}
