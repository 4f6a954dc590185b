import { join } from "node:path";
import { runInThisContext } from "node:vm";
import { parse } from "@babel/parser";
import { describe, expect, test } from "vitest";
import { bundleCli } from "../../support/bundle-cli.ts";

const { makerOf } = (await import(join(import.meta.dirname, "../../../scripts/maker.mjs"))) as {
  readonly makerOf: (text: string, name: string) => string;
};

/** Of what @babel/traverse hands out, what is read here. */
interface At {
  readonly key: string | number;
  readonly parent: { readonly type: string };
  readonly node: { readonly body: readonly Statement[] };
  readonly scope: { getBinding(name: string): { readonly constantViolations: readonly At[] } | undefined };
  getFunctionParent(): At | null;
}
interface Statement {
  readonly type: string;
  readonly specifiers?: readonly { readonly local: { readonly name: string } }[];
}
type Traverse = (tree: unknown, visitor: Readonly<Record<string, (at: At) => void>>) => void;
const { default: found } = (await import("@babel/traverse" as string)) as {
  readonly default: Traverse & { readonly default?: Traverse };
};
const traverse = found.default ?? found;

type Maker = (load: (name: string) => unknown, require: unknown, filename: string) => Record<string, unknown>;

/** What a chunk exports, made as loader/load.js makes it, and what it loaded. */
function make(text: string, modules: Readonly<Record<string, unknown>> = {}) {
  const loaded: string[] = [];
  const load = (name: string): unknown => {
    loaded.push(name);
    if (!(name in modules)) throw new Error(`no ${name}`);
    return modules[name];
  };
  const maker = runInThisContext(makerOf(text, "chunks/own.js")) as Maker;
  return { exports: maker(load, undefined, "/dist/chunks/own.js"), loaded };
}

describe("makerOf", () => {
  test("takes what is imported by its place in dist/, under the chunk's own names, in order", () => {
    const text =
      'import{a,b as c}from"./other.js";import{d}from"../main.js";import"./effect.js";import e from"node:os";' +
      'import*as f from"node:path";var g=[a,c,d,e,f];export{g as "the whole"};';
    const modules = {
      "chunks/other.js": { a: 1, b: 2 },
      "main.js": { d: 3 },
      "chunks/effect.js": {},
      "node:os": "os",
      "node:path": "path",
    };
    expect(make(text, modules)).toEqual({
      exports: { "the whole": [1, 2, 3, "os", "path"] },
      loaded: Object.keys(modules),
    });
  });

  test("takes imports from amid the code", () => {
    const text = 'import{a}from"./other.js";var x=a+1;import{sep}from"node:path";export{x,sep as default};';
    expect(make(text, { "chunks/other.js": { a: 1 }, "node:path": { sep: "/" } }).exports).toEqual({
      x: 2,
      default: "/",
    });
  });

  test("loads what is imported later when it is asked for, and a failure rejects", async () => {
    const text = 'var later=()=>import("./later.js"),never=()=>import("./never.js");export{later,never};';
    const { exports, loaded } = make(text, { "chunks/later.js": 7 });
    const { later, never } = exports as Record<string, () => Promise<unknown>>;
    expect(loaded).toEqual([]);
    expect(await later!()).toBe(7);
    await expect(never!()).rejects.toThrow("no chunks/never.js");
  });

  test("is strict, and leaves texts alone that look like imports", () => {
    const text = "var x=[(function(){return this})(),'import{a}from\"b\"; export{c};'];export{x};";
    expect(make(text).exports).toEqual({ x: [undefined, 'import{a}from"b"; export{c};'] });
    expect(make("globalThis.aside=1").exports).toEqual({});
  });
});

describe("what dist/ exports", () => {
  test("is assigned to by nobody once its module is made: who imports it has what it was then", async () => {
    const { outputFiles } = await bundleCli();
    expect(outputFiles.flatMap(({ text }) => lateAssignments(text))).toEqual([]);
    expect(lateAssignments("let a=1,b;b=2;(()=>{b=3})();export{a,b as c};function f(){a=3}")).toEqual(["a"]);
  }, 120_000);
});

/** What a module exports that a function of it assigns to, other than one which is called there and then. */
function lateAssignments(text: string): readonly string[] {
  const late: string[] = [];
  const isLate = (assignment: At) => {
    const within = assignment.getFunctionParent();
    return within !== null && !(within.parent.type === "CallExpression" && within.key === "callee");
  };
  traverse(parse(text, { sourceType: "module" }), {
    Program: ({ node, scope }) => {
      const names = node.body
        .filter(({ type }) => type === "ExportNamedDeclaration")
        .flatMap(({ specifiers = [] }) => specifiers.map(({ local }) => local.name));
      late.push(...names.filter((name) => scope.getBinding(name)?.constantViolations.some(isLate)));
    },
  });
  return late;
}
