"use strict";
// What V8 has compiled, kept between runs in the user's own cache folder: compiled code takes a third of the CPU time
// that sources take. A file is only ever taken by the very Node that wrote it, for the very package, and nothing of it
// is shipped.
const fs = require("node:fs");
const { join, sep } = require("node:path");

/** What no run has written for so long is of a version that is gone, or is soon written again. */
const keptDays = 90;

/** As many ways of calling a command as its code is completed for. */
const mostShapes = 64;

/** V8 copies code that does not begin at a multiple of so many bytes. */
const alignment = 8;

/**
 * Opens what is kept for a command: one file, so that it is found and read once.
 *
 * @param content What tells the package's content from every other.
 * @param command The words of the command that is called.
 * @returns undefined where there is no folder that is surely the user's alone, or NODE_DISABLE_COMPILE_CACHE is set.
 */
exports.openCodeCache = function openCodeCache(content, command) {
  const folder = process.env.NODE_DISABLE_COMPILE_CACHE ? undefined : privateFolder();
  if (folder === undefined) return undefined;
  const key = `${command} ${content} ${engine()}`;
  const path = `${folder}${sep}${command === "" ? "aiplat" : command.replaceAll(" ", "-")}.${hash(key)}`;
  const { scripts, shapes } = parse(readIfThere(path), key) ?? { scripts: new Map(), shapes: [] };
  return {
    /** What is kept of the script that begins with a module: source and code. */
    read(name) {
      const kept = scripts.get(name);
      return kept && { source: kept.source.latin1Slice(), code: kept.code };
    },
    /** Keeps what has been compiled, where some of it is new or this way of calling has run other functions of it. */
    complete(compiled) {
      const isNew = [...compiled.values()].some(({ script }) => script.cachedDataRejected !== false);
      const shape = shapeOfRun();
      if (!isNew && (shapes.length >= mostShapes || shapes.includes(shape))) return;
      for (const [name, { source, script }] of compiled)
        scripts.set(name, { source: Buffer.from(source, "latin1"), code: script.createCachedData() });
      write(path, key, { scripts, shapes: [...shapes, shape].slice(-mostShapes) });
      if (shapes.length === 0) removeOld(folder);
    },
  };
};

/** The first line tells what follows it: the source and the code of each script, each at a multiple of the alignment. */
function write(path, key, { scripts, shapes }) {
  const lengths = [...scripts].map(([name, { source, code }]) => [name, source.length, code.length]);
  const parts = [Buffer.from(`${JSON.stringify([key, shapes, lengths])}\n`)];
  for (const { source, code } of scripts.values()) parts.push(source, code);
  const unfinished = `${path}.${process.pid}`;
  try {
    // Whole or not at all: two runs at once write the same.
    const padded = parts.flatMap((part) => [part, Buffer.alloc(aligned(part.length) - part.length)]);
    fs.writeFileSync(unfinished, Buffer.concat(padded), { mode: 0o600 });
    fs.renameSync(unfinished, path);
  } catch {
    // A full or read-only disk: the next run compiles as this one has.
    fs.rmSync(unfinished, { force: true });
  }
}

function parse(file, key) {
  if (file === undefined) return undefined;
  const end = file.indexOf(10);
  try {
    const [written, shapes, lengths] = JSON.parse(file.utf8Slice(0, end));
    if (written !== key) return undefined;
    const scripts = new Map();
    let at = aligned(end + 1);
    const take = (length) => {
      const part = file.subarray(at, at + length);
      at += aligned(length);
      return part;
    };
    for (const [name, source, code] of lengths) scripts.set(name, { source: take(source), code: take(code) });
    return at === file.length ? { scripts, shapes } : undefined;
  } catch {
    return undefined;
  }
}

function aligned(length) {
  return Math.ceil(length / alignment) * alignment;
}

function removeOld(folder) {
  const oldest = Date.now() - keptDays * 24 * 60 * 60 * 1000;
  for (const file of fs.readdirSync(folder)) {
    const path = join(folder, file);
    if (fs.statSync(path).mtimeMs < oldest) fs.rmSync(path, { force: true });
  }
}

/** The exact Node: V8 itself tells only its own version and flags, and crashes on code of another build. */
function engine() {
  const { size, mtimeMs } = fs.statSync(process.execPath);
  const { versions, platform, arch, execArgv, env } = process;
  return [versions.node, versions.v8, platform, arch, size, mtimeMs, ...execArgv, env.NODE_OPTIONS ?? ""].join(" ");
}

/** Flags without their values and how it ended: the same functions run where these are the same. */
function shapeOfRun() {
  const flags = process.argv.filter((word) => word.startsWith("-")).map((word) => word.split("=", 1)[0]);
  return hash(`${[...new Set(flags)].sort().join(" ")} ${process.exitCode ?? 0}`);
}

/** FNV-1a, for short names of files: what they hold is compared in full. */
function hash(text) {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return value.toString(36);
}

/** Where the platform keeps what can be made again; undefined where nothing says. */
function userCacheFolder({ env, platform }) {
  if (platform === "win32") return env.LOCALAPPDATA && join(env.LOCALAPPDATA, "aiplat", "Cache");
  if (env.XDG_CACHE_HOME?.startsWith("/")) return join(env.XDG_CACHE_HOME, "aiplat");
  if (!env.HOME?.startsWith("/")) return undefined;
  return platform === "darwin" ? join(env.HOME, "Library/Caches/aiplat") : join(env.HOME, ".cache/aiplat");
}

/** A folder that nobody but this user can have written to: what lies in it is run. */
function privateFolder() {
  const parent = userCacheFolder(process);
  if (!parent) return undefined;
  const folder = join(parent, "code");
  try {
    const found = fs.lstatSync(folder, { throwIfNoEntry: false });
    if (found === undefined) {
      fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
      return isPrivate(fs.lstatSync(folder)) ? folder : undefined;
    }
    return isPrivate(found) ? folder : undefined;
  } catch {
    return undefined;
  }
}

function isPrivate(stats) {
  if (!stats.isDirectory()) return false;
  return process.getuid === undefined || (stats.uid === process.getuid() && (stats.mode & 0o077) === 0);
}

function readIfThere(path) {
  try {
    return fs.readFileSync(path);
  } catch {
    return undefined;
  }
}
