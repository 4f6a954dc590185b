import { createHash } from "node:crypto";
import { posix } from "node:path";

/**
 * Which modules of dist/ loader/load.js compiles as one script: what is loaded by itself (main.js, and each target of an
 * `import()`) with all that it imports at once, less what main.js has. The SDK's modules stay scripts of their own, as
 * several adapters share them.
 *
 * @param outputs esbuild's metafile: outputs by path.
 * @param written The text of each output by the same path.
 * @returns `content`: a hash of all of it; `modules`: names within dist/, and `texts`: what they are; `packs`: indices of
 *   modules by name.
 */
export function packsOf(outputs, written) {
  const paths = [...written.keys()].toSorted();
  const main = paths.find((path) => posix.basename(path) === "main.js");
  const nameOf = (path) => posix.relative(posix.dirname(main), path);
  const importsOf = (path, kind) =>
    outputs[path].imports.filter((each) => each.kind === kind && written.has(each.path)).map((each) => each.path);
  const closure = (path, seen = new Set()) => {
    if (seen.has(path) || isSdk(outputs[path])) return seen;
    seen.add(path);
    for (const each of importsOf(path, "import-statement")) closure(each, seen);
    return seen;
  };
  const base = closure(main);
  const entries = new Set([main, ...paths.flatMap((path) => importsOf(path, "dynamic-import"))]);
  const packs = {};
  for (const entry of [...entries].toSorted()) {
    const modules = [...closure(entry)].filter((path) => entry === main || !base.has(path));
    if (modules.length > 1) packs[nameOf(entry)] = modules.map((path) => paths.indexOf(path));
  }
  const hash = createHash("sha256");
  for (const path of paths) hash.update(`${nameOf(path)} ${written.get(path).length}\n${written.get(path)}`);
  return {
    content: hash.digest("hex"),
    modules: paths.map(nameOf),
    texts: paths.map((path) => written.get(path)),
    packs,
  };
}

function isSdk({ inputs }) {
  return Object.keys(inputs).some((input) => /node_modules\/@(aws-sdk|smithy|aws)\//.test(input));
}
