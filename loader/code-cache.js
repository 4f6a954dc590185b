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

/**
 * Opens the cache.
 *
 * @param content What tells the package's content from every other.
 * @returns undefined where there is no folder that is surely the user's alone, or NODE_DISABLE_COMPILE_CACHE is set.
 */
exports.openCodeCache = function openCodeCache(content) {
  const folder = process.env.NODE_DISABLE_COMPILE_CACHE ? undefined : privateFolder();
  if (folder === undefined) return undefined;
  const own = `${content} ${engine()}`;
  const keyOf = ({ of }) => `${of} ${own}`;
  const pathOf = (pack) => `${folder}${sep}${pack.name.replace(/\W/g, "-")}.${hash(keyOf(pack))}`;
  return {
    /** What is kept of some modules, `of`: source, code, and the ways of calling that the code is complete for. */
    read: (pack) => parse(readIfThere(pathOf(pack)), keyOf(pack)),
    /** Whether code kept for these ways has to be completed after this run. */
    lacks: (shapes) => shapes.length < mostShapes && !shapes.includes(shapeOfRun()),
    write(pack, { source, code, shapes }) {
      const header = JSON.stringify([keyOf(pack), source.length, code.length, [...shapes, shapeOfRun()]]);
      const path = pathOf(pack);
      const unfinished = `${path}.${process.pid}`;
      try {
        // Whole or not at all: two runs at once write the same.
        fs.writeFileSync(unfinished, Buffer.concat([Buffer.from(`${header}\n${source}`, "latin1"), code]), {
          mode: 0o600,
        });
        fs.renameSync(unfinished, path);
        if (shapes.length === 0) removeOld(folder);
      } catch {
        // A full or read-only disk: the next run compiles as this one has.
        fs.rmSync(unfinished, { force: true });
      }
    },
  };
};

function removeOld(folder) {
  const oldest = Date.now() - keptDays * 24 * 60 * 60 * 1000;
  for (const file of fs.readdirSync(folder)) {
    const path = join(folder, file);
    if (fs.statSync(path).mtimeMs < oldest) fs.rmSync(path, { force: true });
  }
}

function parse(file, key) {
  if (file === undefined) return undefined;
  const end = file.indexOf(10);
  try {
    const [written, sourceLength, codeLength, shapes] = JSON.parse(file.latin1Slice(0, end));
    const codeAt = end + 1 + sourceLength;
    if (written !== key || file.length !== codeAt + codeLength) return undefined;
    return { source: file.latin1Slice(end + 1, codeAt), code: file.subarray(codeAt), shapes };
  } catch {
    return undefined;
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
