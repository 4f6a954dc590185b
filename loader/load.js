"use strict";
// Loads dist/: the modules that a command needs at once are one script, compiled once and kept (code-cache.js). Node's
// own loader looks for each file, and compiles each by itself. scripts/build.mjs makes dist/load.js of this folder.
const { sep } = require("node:path");
const { Script } = require("node:vm");
const { openCodeCache } = require("./code-cache.js");

/* global AIPLAT_CONTENT, AIPLAT_WORDS -- what the build writes in: a hash of dist/, and the words of the commands. */
const dist = __dirname;
const cache = openCodeCache(`${AIPLAT_CONTENT} ${dist}`, commandOf(process.argv));
const modules = new Map();
/** The functions that make the modules which are compiled. */
const makers = new Map();
const compiled = new Map();

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
  const kept = cache?.read(name);
  const source = kept?.source ?? require("./keep.js").sourceOf(name, (file) => makers.has(file));
  const script = new Script(source, { filename: `${dist}${sep}${name}`, cachedData: kept?.code });
  const made = script.runInThisContext();
  for (const file in made) if (!makers.has(file)) makers.set(file, made[file]);
  compiled.set(name, { source, script });
  return makers.get(name);
}

/** The words of the command that is called, as `taskdef generate`: what is kept is one file for each. */
function commandOf(argv) {
  const known = AIPLAT_WORDS.split(" ");
  return argv
    .filter((word) => known.includes(word))
    .slice(0, 3)
    .join(" ");
}

if (cache !== undefined) process.on("exit", () => cache.complete(compiled));
