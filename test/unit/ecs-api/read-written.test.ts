import { describe, expect, it } from "vitest";
import { nearestSpelling } from "../../../src/core/base/nearest.ts";
import * as z from "zod/mini";
import { bounded, flag, integer, list, map, structure, text, union, words } from "../../../src/core/ecs-api/field.ts";
import { readWritten } from "../../../src/core/ecs-api/read-written.ts";

const schema = structure("Part", ["name"], {
  name: text,
  count: integer,
  share: bounded(z.number(), { min: 0, max: 1 }),
  on: flag,
  mode: words("bridge", "host"),
  names: bounded(list(bounded(text, { max: 4 })), { max: 2 }),
  options: map(text),
  one: union("Choice", { left: text, right: text }),
});

/** What is otherwise, as `kind path`. */
function deviationsOf(document: unknown): readonly string[] {
  return readWritten(schema, document).deviations.map(({ kind, path }) => `${kind} ${path.join(".")}`);
}

describe("readWritten", () => {
  it.each<[what: string, document: unknown, deviations: readonly string[], value: unknown]>([
    ["nothing wrong", { name: "a", count: 1, names: ["b"] }, [], { name: "a", count: 1, names: ["b"] }],
    ["a number in quotes", { name: "a", count: "7" }, ["type count"], { name: "a", count: 7 }],
    ["a text without", { name: 7 }, ["type name"], { name: "7" }],
    ["a part of a number", { name: "a", count: 1.5 }, ["type count"], { name: "a" }],
    ["no number at all", { name: "a", count: "seven" }, ["type count"], { name: "a" }],
    ["a flag in quotes", { name: "a", on: "true" }, ["type on"], { name: "a" }],
    ["an object for a list", { name: "a", names: {} }, ["type names"], { name: "a" }],
    ["a list for a map", { name: "a", options: [] }, ["type options"], { name: "a" }],
    ["a number in a map", { name: "a", options: { b: 1 } }, ["type options.b"], { name: "a", options: { b: "1" } }],
    ["an unknown word", { name: "a", mode: "Bridge" }, ["word mode"], { name: "a", mode: "bridge" }],
    ["a word like no other", { name: "a", mode: "overlay" }, ["word mode"], { name: "a", mode: "overlay" }],
    ["a misspelt key", { Name: "a", count: 1 }, ["key Name"], { name: "a", count: 1 }],
    ["a misspelt key beside the right one", { name: "a", Name: "b" }, ["key Name"], { name: "a" }],
    ["a key too many", { name: "a", extra: 1 }, ["key extra"], { name: "a" }],
    ["a key too few", { count: 1 }, ["missing "], { count: 1 }],
    ["empty texts and nulls, which say nothing", { name: "a", count: "", names: null }, [], { name: "a" }],
    ["an empty text where a word is due", { name: "a", mode: "" }, ["word mode"], { name: "a" }],
    ["an empty text that has to say something", { name: "" }, ["missing "], {}],
    ["a number out of bounds", { name: "a", share: 2 }, ["bounds share"], { name: "a", share: 2 }],
    [
      "too many items, one too long, one of another kind",
      { name: "a", names: ["b", {}, "ccccc"] },
      ["bounds names", "type names.1", "bounds names.2"],
      { name: "a", names: ["b", undefined, "ccccc"] },
    ],
    [
      "both of two",
      { name: "a", one: { left: "l", right: "r" } },
      ["choice one"],
      { name: "a", one: { left: "l", right: "r" } },
    ],
    ["neither of two", { name: "a", one: {} }, ["choice one"], { name: "a", one: {} }],
    ["something else altogether", 7, ["type "], undefined],
  ])("finds %s", (_, document, deviations, value) => {
    expect(deviationsOf(document)).toEqual(deviations);
    expect(readWritten(schema, document).value).toEqual(value);
  });
});

describe("nearestSpelling", () => {
  const names = [
    "resourceRequirements",
    "entryPoint",
    "linuxParameters",
    "memory",
    "memoryReservation",
    "command",
    "name",
    "image",
  ];
  it.each([
    ["resource_requirements", "resourceRequirements"],
    ["entrypoint", "entryPoint"],
    ["EntryPoint", "entryPoint"],
    ["entry-point", "entryPoint"],
    ["linuxParameter", "linuxParameters"],
    ["memroy", "memory"],
    ["Memory", "memory"],
    ["nmae", "name"],
    // Words of their own, though not far from others.
    ["comment", undefined],
    ["game", "name"],
    ["port", undefined],
    ["cpus", undefined],
    ["x", undefined],
    ["$schema", undefined],
  ])("%s is %s", (name, meant) => {
    expect(nearestSpelling(name, names)).toBe(meant);
  });
});
