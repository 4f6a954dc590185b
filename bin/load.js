"use strict";
// Loads dist/ on Node 20, which cannot keep compiled code between runs: the build kept it (scripts/keep-compiled.cjs),
// for this V8 on this platform; any other compiles as ever. Node's search for each file is spared, too. Together that
// is a quarter of an offline command's CPU time.
const { readFileSync } = require("node:fs");
const { join, sep } = require("node:path");
const vm = require("node:vm");

const dist = join(__dirname, "../dist");
const engine = `${process.versions.v8}-${process.platform}-${process.arch}`;
const modules = new Map();

/** Runs a file of dist/ once and answers its exports. */
exports.load = function load(name) {
  const known = modules.get(name);
  if (known !== undefined) return known.exports;
  const module = { exports: {} };
  modules.set(name, module);
  const filename = `${dist}${sep}${name}`;
  const compiled = compiledPath(filename);
  const head = "(function (exports, require, module, __filename) {";
  const script = new vm.Script(`${head}${readFileSync(filename, "utf8")}\n})`, {
    filename,
    columnOffset: -head.length,
    cachedData: readIfThere(compiled),
  });
  const folder = name.slice(0, name.lastIndexOf("/") + 1);
  script.runInThisContext()(
    module.exports,
    (id) => (id.startsWith(".") ? load(nameOf(folder, id)) : require(id)),
    module,
    filename,
  );
  return module.exports;
};

/** The file that an import of a file in the folder names: `./` for those beside it, which nearly all are. */
function nameOf(folder, id) {
  return id.startsWith("./") ? folder + id.slice(2) : join(folder, id);
}

function readIfThere(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** Where the compiled code of a file is. V8 looks at its own version and flags only, so the name says the rest. */
function compiledPath(filename) {
  return `${filename}.${engine}`;
}
exports.compiledPath = compiledPath;
