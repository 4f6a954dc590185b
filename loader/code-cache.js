"use strict";
// What V8 has compiled, kept between runs in the user's own cache folder: compiled code takes a third of the CPU time
// that sources take. A file is only ever taken by the very Node that wrote it, for the very package, and nothing of it
// is shipped. What is done at every start stands here, what few do is in keep.js: this is compiled each time.
const fs = require("node:fs");
const { sep } = require("node:path");

/** As many ways of calling a command as its code is completed for. */
const mostShapes = 64;

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
  const flags = [process.version, ...process.execArgv, process.env.NODE_OPTIONS].join(" ");
  const key = [command, content, flags, engine()].join(" ");
  const path = `${folder}${sep}${command.replaceAll(" ", "-") || "aiplat"}.${hash(content + flags)}`;
  const { scripts, shapes } = parse(readIfThere(path), key) ?? { scripts: new Map(), shapes: [] };
  return {
    /** What is kept of the script that begins with a module: source and code. */
    read(name) {
      const kept = scripts.get(name);
      return kept && { source: kept.source.latin1Slice(), code: kept.code };
    },
    /** Keeps what has been compiled, where some of it is new or this way of calling has run other functions of it. */
    complete(compiled) {
      const shape = shapeOfRun();
      const isKnown = shapes.includes(shape) || shapes.length >= mostShapes;
      if (isKnown && [...compiled.values()].every(({ script }) => script.cachedDataRejected === false)) return;
      require("./keep.js").keep(path, { key, shapes: [...new Set([...shapes, shape])], scripts, compiled });
    },
  };
};

/** A first line that tells what follows it: the source and the code of each script, as keep.js writes them. */
function parse(file, key) {
  if (file === undefined) return undefined;
  try {
    let at = file.indexOf(10) + 1;
    const [written, shapes, lengths] = JSON.parse(file.utf8Slice(0, at));
    if (written !== key) return undefined;
    const scripts = new Map();
    for (const [name, source, code, padding] of lengths) {
      scripts.set(name, {
        source: file.subarray(at, at + source),
        code: file.subarray(at + source, at + source + code),
      });
      at += source + code + padding;
    }
    return at === file.length ? { scripts, shapes } : undefined;
  } catch {
    return undefined;
  }
}

/** The exact Node: V8 itself tells only its own version and flags, and crashes on code of another build. */
function engine() {
  const { size, mtimeMs } = fs.statSync(process.execPath);
  return [process.versions.v8, process.platform, process.arch, size, mtimeMs].join(" ");
}

/** Flags without their values and how it ended: the same functions run where these are the same. */
function shapeOfRun() {
  const flags = process.argv.filter((word) => word.startsWith("-")).map((word) => word.split("=", 1)[0]);
  return hash(`${[...new Set(flags)].sort().join(" ")} ${process.exitCode ?? 0}`);
}

/** FNV-1a, for short names: what they stand for is compared in full, but for ways of calling. */
function hash(text) {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return value.toString(36);
}

/** Where the platform keeps what can be made again; undefined where nothing says. */
function userCacheFolder({ env, platform }) {
  if (platform === "win32") return env.LOCALAPPDATA && `${env.LOCALAPPDATA}\\aiplat\\Cache`;
  if (env.XDG_CACHE_HOME?.startsWith("/")) return `${env.XDG_CACHE_HOME}/aiplat`;
  if (!env.HOME?.startsWith("/")) return undefined;
  return platform === "darwin" ? `${env.HOME}/Library/Caches/aiplat` : `${env.HOME}/.cache/aiplat`;
}

/** A folder that nobody but this user can have written to: what lies in it is run. */
function privateFolder() {
  const parent = userCacheFolder(process);
  if (!parent) return undefined;
  const folder = `${parent}${sep}code`;
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
