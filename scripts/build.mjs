// Builds dist/: the command-line tool as CommonJS chunks split by command, and the programmatic API as one ES module.
//
// esbuild splits only ES modules, and Node 20 starts CommonJS faster, so the split bundle is made as ES modules first
// and each chunk is then rewritten to CommonJS.
//
// node scripts/build.mjs [FOLDER]    the tests build into a folder of their own, beside bin/
import { build, transform } from "esbuild";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { makerOf } from "./maker.mjs";
import { onlyWhatIsUsed } from "./only-what-is-used.mjs";
import { packsOf } from "./packs.mjs";
import { writeBillOfMaterials, writeNotices } from "./third-party-notices.mjs";

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

/** What sets itself up as it is imported, a tenth of a start-up, and is used for a few resources only: at its first use. */
const celWhenUsed = {
  name: "cel-when-used",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@marcbachmann\/cel-js$/ }, ({ kind }) =>
      kind === "import-statement" ? { path: "cel", namespace: "when-used" } : undefined,
    );
    onLoad({ filter: /.*/, namespace: "when-used" }, () => ({
      contents: 'module.exports = { get Environment() { return require("@marcbachmann/cel-js").Environment; } };',
      resolveDir: root,
    }));
  },
};

const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node20.19",
  // Of the SDK's clients only what is used: their CommonJS is one piece.
  mainFields: ["module", "main"],
  // Its ES modules, which are the same code: of its CommonJS every module is a function, which costs a third of reading.
  alias: { yaml: join(root, "node_modules/yaml/browser/dist/index.js") },
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
  plugins: [withoutChildProcess, celWhenUsed, onlyWhatIsUsed],
  splitting: true,
  metafile: true,
  write: false,
  outdir: dist,
  chunkNames: "chunks/[name]-[hash]",
});
/** loader/load.js reads latin1. esbuild leaves only regular expressions as they are, which take the escape as well. */
function inAscii(code) {
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Each word that the name of a command has. The registry imports nothing but types until a command is loaded. */
async function commandWords() {
  const source = await readFile(join(root, "src/commands/registry.ts"), "utf8");
  const { code } = await transform(source, { loader: "ts", format: "esm" });
  const { registry } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  return [...new Set(registry.flatMap(({ words }) => words.split(" ")))].toSorted();
}

const written = new Map();
for (const file of cli.outputFiles) {
  const { code } = await transform(makerOf(file.text, relative(dist, file.path)), {
    target: "node20.19",
    minifyWhitespace: true,
    // A tenth of what a start-up costs is names; a stack trace has line and column, and a build is reproducible.
    minifyIdentifiers: true,
    define: { "import.meta.url": "__filename" },
    sourcefile: relative(dist, file.path),
  });
  // An expression, for loader/load.js to take as a property.
  written.set(relative(root, file.path), inAscii(code.replace(/;\n$/, "")));
}
await writeFile(join(dist, "package.json"), '{ "type": "commonjs" }\n');
// The declarations, which tsc writes there, are those of an ES module.
await mkdir(join(dist, "types"));
await writeFile(join(dist, "types/package.json"), '{ "type": "module" }\n');
const { content, texts, ...packs } = packsOf(cli.metafile.outputs, written);
// One file, as a script is of sixty modules: each file that is opened takes longer than reading it.
await writeFile(join(dist, "modules.js"), texts.map((text) => `${text};\n`).join(""));
await writeFile(
  join(dist, "packs.json"),
  `${JSON.stringify({ ...packs, lengths: texts.map(({ length }) => length) })}\n`,
);

// Small files: no code of them is kept, so load.js is compiled at every start.
await build({
  absWorkingDir: root,
  entryPoints: ["loader/load.js", "loader/keep.js"],
  bundle: true,
  platform: "node",
  target: "node20.19",
  format: "cjs",
  minify: true,
  logLevel: "warning",
  define: { AIPLAT_CONTENT: JSON.stringify(content), AIPLAT_WORDS: JSON.stringify((await commandWords()).join(" ")) },
  external: ["./keep.js"],
  outdir: dist,
});

const api = await build({
  ...shared,
  entryPoints: ["src/index.ts"],
  // Half of it is third parties'; its own names are in dist/types.
  minifyIdentifiers: true,
  metafile: true,
  outfile: join(dist, "index.mjs"),
});
const inputs = [...Object.keys(cli.metafile.inputs), ...Object.keys(api.metafile.inputs)];
await writeNotices(root, inputs);
await writeBillOfMaterials(root, inputs);
