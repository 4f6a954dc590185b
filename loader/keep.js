"use strict";
// What only a run does that has compiled something: the sources, and writing what code-cache.js reads.
const fs = require("node:fs");
const { dirname, join } = require("node:path");

/** What no run has written for so long is of a version that is gone, or is soon written again. */
const keptDays = 90;

/** V8 copies code that does not begin at a multiple of so many bytes. */
const alignment = 8;

let shipped;

/**
 * The source of a script: a module with all that it imports at once, an object of the functions that make them by name.
 *
 * @param isCompiled Whether a module is in a script already.
 */
exports.sourceOf = function sourceOf(name, isCompiled) {
  const { modules, places, packs } = (shipped ??= openShipped());
  const files = packs[name]?.map((index) => modules[index]).filter((file) => !isCompiled(file)) ?? [name];
  return aligned(`({${files.map((file) => `${JSON.stringify(file)}:${textAt(places.get(file))}`).join(",\n")}})`);
};

/** Where each module is in dist/modules.js: one after the other, with a semicolon and a line's end. */
function openShipped() {
  const { lengths, ...rest } = JSON.parse(fs.readFileSync(join(__dirname, "packs.json"), "utf8"));
  const file = fs.openSync(join(__dirname, "modules.js"));
  let at = 0;
  const places = new Map();
  for (const [index, name] of rest.modules.entries()) {
    places.set(name, { file, at, length: lengths[index] });
    at += lengths[index] + 2;
  }
  return { ...rest, places };
}

function textAt({ file, at, length }) {
  const bytes = Buffer.allocUnsafe(length);
  fs.readSync(file, bytes, 0, length, at);
  // dist/ is ASCII, so latin1 is what it is.
  return bytes.latin1Slice();
}

/**
 * Writes what is kept for a command.
 *
 * @param scripts What was kept of scripts, by name; `compiled`: those of this run.
 */
exports.keep = function keep(path, { key, shapes, scripts, compiled }) {
  for (const [name, { source, script }] of compiled)
    scripts.set(name, { source: Buffer.from(source, "latin1"), code: script.createCachedData() });
  const unfinished = `${path}.${process.pid}`;
  try {
    // Whole or not at all: two runs at once write the same.
    fs.writeFileSync(unfinished, fileOf(key, shapes, scripts), { mode: 0o600 });
    fs.renameSync(unfinished, path);
    if (shapes.length === 1) removeOld(dirname(path));
  } catch {
    // A full or read-only disk: the next run compiles as this one has.
    fs.rmSync(unfinished, { force: true });
  }
};

function fileOf(key, shapes, scripts) {
  const lengths = [];
  const parts = [];
  for (const [name, { source, code }] of scripts) {
    const padding = -code.length & (alignment - 1);
    lengths.push([name, source.length, code.length, padding]);
    parts.push(source, code, Buffer.alloc(padding));
  }
  const head = aligned(JSON.stringify([key, shapes, lengths]), 1);
  return Buffer.concat([Buffer.from(`${head}\n`), ...parts]);
}

/** A text that with so many bytes more ends at a multiple of the alignment. */
function aligned(text, more = 0) {
  return text + " ".repeat(-(Buffer.byteLength(text) + more) & (alignment - 1));
}

function removeOld(folder) {
  const oldest = Date.now() - keptDays * 24 * 60 * 60 * 1000;
  for (const file of fs.readdirSync(folder)) {
    const path = join(folder, file);
    if (fs.statSync(path).mtimeMs < oldest) fs.rmSync(path, { force: true });
  }
}
