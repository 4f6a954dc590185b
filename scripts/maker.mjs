import { init, parse } from "es-module-lexer";
import { posix } from "node:path";

await init;

/**
 * A chunk of esbuild's as the function that makes it, which loader/load.js calls: what it imports it takes at once into
 * constants, and it returns its exports as plain values. esbuild's own CommonJS reads each imported name through two
 * getters each time that it is used, and defines them for each chunk. That no export is assigned to later, which
 * constants could not show, a test says.
 *
 * @param text An ES module as esbuild writes chunks: its exports are one statement at the end.
 * @param name Its path within dist/.
 * @returns A function of the parameters `$load` (name within dist/ or of Node's: exports), `require` and `__filename`. V8
 *   compiles what stands so in parentheses at once; an arrow function it would read twice, since each of them is called.
 * @throws Error for an import that is of two kinds at once.
 */
export function makerOf(text, name) {
  const [imports, exports] = parse(text);
  const idOf = (id) => (id.startsWith(".") ? posix.join(posix.dirname(name), id) : id);
  const constants = [];
  let body = "";
  let at = 0;
  for (const { ss: start, se: end, s: idStart, e: idEnd, d: dynamicAt, n: id } of imports) {
    if (dynamicAt === -1) {
      body += text.slice(at, start);
      constants.push(constantsOf(text.slice(start, idStart - 1), idOf(id)));
      at = text[end] === ";" ? end + 1 : end;
    } else if (dynamicAt >= 0) {
      body += `${text.slice(at, start)}Promise.resolve().then(()=>$load(${JSON.stringify(idOf(text.slice(idStart + 1, idEnd - 1)))}))`;
      at = end;
    }
  }
  const exportsAt = exports.length === 0 ? text.length : text.lastIndexOf("export{");
  body += text.slice(at, exportsAt);
  const made = exports.map(({ n, ln: local }) => `${JSON.stringify(n)}:${local}`).join(",");
  return `(function($load,require,__filename){"use strict";${constants.join("")}${body};return{${made}}})`;
}

/** `import{a as b}from` as constants of what the module exports. */
function constantsOf(clause, id) {
  const exports = `$load(${JSON.stringify(id)})`;
  const names = /\{(.*)\}/s.exec(clause)?.[1];
  const whole = /^import\s*\*\s*as\s+([\w$]+)/.exec(clause)?.[1] ?? /^import\s+([\w$]+)/.exec(clause)?.[1];
  if (names === undefined) return whole === undefined ? `${exports};` : `const ${whole}=${exports};`;
  if (whole !== undefined) throw new Error(`two kinds of import in one: ${clause}`);
  return `const{${names.replaceAll(/\s+as\s+/g, ":")}}=${exports};`;
}
