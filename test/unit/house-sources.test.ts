// What holds for every source.
import { join } from "node:path";
import { expect, it } from "vitest";
import { readSources } from "../support/architecture.ts";

const { files } = readSources(join(import.meta.dirname, "../../src"));

it("has a name of its own for every type that others import", () => {
  const homes = new Map<string, readonly string[]>();
  for (const [file, text] of files)
    for (const [, name] of text.matchAll(/^export (?:interface|type|(?:abstract )?class) (\w+)/gm))
      homes.set(name!, [...(homes.get(name!) ?? []), file]);
  expect(homes.size).toBeGreaterThan(500);
  expect([...homes].filter(([, where]) => where.length > 1)).toEqual([]);
});
