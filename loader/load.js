"use strict";
// Loads dist/: the modules that a command needs at once are one script, compiled once and kept (code-cache.js). Node's
// own loader looks for each file, and compiles each by itself. scripts/build.mjs makes dist/load.js of this folder.
const { readFileSync } = require("node:fs");
const { sep } = require("node:path");
const vm = require("node:vm");
const { openCodeCache } = require("./code-cache.js");

const dist = __dirname;
const { content, modules: names, packs } = JSON.parse(readFileSync(`${dist}${sep}packs.json`, "utf8"));
const cache = openCodeCache(`${content} ${dist}`);
const modules = new Map();
/** The functions that make the modules which are compiled. */
const makers = new Map();
const compiled = [];

/** Runs a file of dist/ once and answers its exports; any other name is one of Node's modules. */
exports.load = function load(name) {
  const known = modules.get(name);
  if (known !== undefined) return known;
  if (!name.endsWith(".js")) return require(name);
  const make = makers.get(name) ?? compile(name);
  const made = make(load, require, `${dist}${sep}${name}`);
  modules.set(name, made);
  return made;
};

/** Compiles a module with all that it imports at once and nobody has compiled, and answers its maker. */
function compile(name) {
  const missing = packs[name]?.filter((index) => !makers.has(names[index]));
  const files = missing?.map((index) => names[index]) ?? [name];
  const pack = { name, of: missing?.join() ?? "" };
  const kept = cache?.read(pack);
  const source = kept?.source ?? sourceOf(files);
  const script = new vm.Script(source, { filename: `${dist}${sep}${name}`, cachedData: kept?.code });
  const made = script.runInThisContext();
  for (const each of files) makers.set(each, made[each]);
  compiled.push({ pack, source, script, shapes: script.cachedDataRejected === false ? kept.shapes : [] });
  return makers.get(name);
}

/** dist/ is ASCII, so latin1 is what it is. */
function sourceOf(files) {
  const parts = files.map((file) => `${JSON.stringify(file)}:${readFileSync(`${dist}${sep}${file}`, "latin1")}`);
  return `({${parts.join(",\n")}})`;
}

if (cache !== undefined)
  process.on("exit", () => {
    for (const { pack, source, script, shapes } of compiled)
      if (cache.lacks(shapes)) cache.write(pack, { source, code: script.createCachedData(), shapes });
  });
