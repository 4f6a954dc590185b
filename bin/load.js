"use strict";
// Loads dist/: the modules that a command needs at once are one script, compiled once and kept (code-cache.js). Node's
// own loader looks for each file, and compiles each by itself.
const { readFileSync } = require("node:fs");
const { join, sep } = require("node:path");
const vm = require("node:vm");
const { openCodeCache } = require("./code-cache.js");

const dist = join(__dirname, "../dist");
const { content, modules: names, packs } = JSON.parse(readFileSync(`${dist}${sep}packs.json`, "utf8"));
const cache = openCodeCache(`${content} ${dist}`);
const modules = new Map();
/** The functions that make the modules which are compiled. */
const makers = new Map();
const compiled = [];

/** Runs a file of dist/ once and answers its exports. */
exports.load = function load(name) {
  const known = modules.get(name);
  if (known !== undefined) return known.exports;
  const module = { exports: {} };
  modules.set(name, module);
  const folder = name.slice(0, name.lastIndexOf("/") + 1);
  const make = makers.get(name) ?? compile(name);
  make(
    module.exports,
    (id) => (id.startsWith(".") ? load(nameOf(folder, id)) : require(id)),
    module,
    `${dist}${sep}${name}`,
  );
  return module.exports;
};

/** The file that an import of a file in the folder names: `./` for those beside it, which nearly all are. */
function nameOf(folder, id) {
  return id.startsWith("./") ? folder + id.slice(2) : join(folder, id);
}

/** Compiles a module with all that it imports at once, and answers its maker. */
function compile(name) {
  const kept = cache?.read(name);
  const source = kept?.source ?? sourceOf(packs[name]?.map((index) => names[index]) ?? [name]);
  const script = new vm.Script(source, { filename: `${dist}${sep}${name}`, cachedData: kept?.code });
  for (const [each, make] of Object.entries(script.runInThisContext())) if (!makers.has(each)) makers.set(each, make);
  compiled.push({ name, source, script, shapes: script.cachedDataRejected === false ? kept.shapes : [] });
  return makers.get(name);
}

/** dist/ is ASCII, so latin1 is what it is. */
function sourceOf(files) {
  const parts = files.map(
    (file) =>
      `${JSON.stringify(file)}(exports, require, module, __filename) {${readFileSync(`${dist}${sep}${file}`, "latin1")}\n}`,
  );
  return `({${parts.join(",\n")}})`;
}

if (cache !== undefined)
  process.on("exit", () => {
    for (const { name, source, script, shapes } of compiled)
      if (cache.lacks(shapes)) cache.write(name, { source, code: script.createCachedData(), shapes });
  });
