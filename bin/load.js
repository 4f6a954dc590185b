"use strict";
// Loads dist/ on Node 20, which cannot keep compiled code between runs: the build made that code once, and V8 takes it
// where its version is the same and compiles anew where it is not. It also spares Node's search for each chunk. Together
// that is a quarter of an offline command's CPU time.
const { readFileSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const vm = require("node:vm");

const dist = join(__dirname, "../dist");
const modules = new Map();
const compiled = [];

/** Runs a file of dist/ once and answers its exports. */
exports.load = function load(name) {
  const known = modules.get(name);
  if (known !== undefined) return known.exports;
  const module = { exports: {} };
  modules.set(name, module);
  const filename = join(dist, name);
  // esbuild writes ASCII.
  const source = `(function (exports, require, module, __filename) {${readFileSync(filename, "latin1")}\n})`;
  const script = new vm.Script(source, { filename, cachedData: readCache(`${filename}.cache`) });
  compiled.push({ script, filename });
  const folder = name.slice(0, name.lastIndexOf("/") + 1);
  script.runInThisContext()(module.exports, (id) => (id.startsWith(".") ? load(join(folder, id)) : require(id)), module, filename);
  return module.exports;
};

function readCache(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

// scripts/build.mjs runs commands with this set: what they compiled is what a user's command will need.
if (process.env.AIPLAT_SAVE_CODE === "1") {
  process.on("exit", () => {
    for (const { script, filename } of compiled) writeFileSync(`${filename}.cache`, script.createCachedData());
  });
}
