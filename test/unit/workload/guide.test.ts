import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { descriptions } from "../../../src/core/workload/descriptions.ts";
import { examples, guide } from "../../../src/core/workload/guide.ts";
import { workloadSchema } from "../../../src/core/workload/schema.ts";
import { workloadPage } from "../../../src/workload-reference.ts";

describe("docs/workload.md", () => {
  it("is what the code says (npm run generate)", async () => {
    expect(await readFile(join(import.meta.dirname, "../../../docs/workload.md"), "utf8")).toBe(workloadPage());
  });

  it("says of no key that is not there", () => {
    expect(
      [...Object.keys(guide), ...Object.keys(examples)].filter((path) => descriptions[path] === undefined),
    ).toEqual([]);
  });

  it.each(Object.entries(examples))("has an example of %s that is legal", (key, text) => {
    // What is offered instead stands in comments.
    const alternatives = text.split("\n").flatMap((line) => /^# (\w+: .*)/.exec(line)?.[1] ?? []);
    for (const example of [text, ...alternatives]) {
      const document = { name: "bert", image: "bert:1", ...(parse(example) as object) };
      expect(Object.keys(document)).toContain(key);
      expect(workloadSchema.safeParse(document).error?.issues).toBeUndefined();
    }
  });

  it("has an example of every key", () => {
    const names = Object.keys(descriptions).filter((path) => !path.endsWith("*"));
    const without = names.filter((path) => {
      const [top, ...inner] = path.split(".");
      const last = inner.at(-1);
      return last !== undefined && !new RegExp(`\\b${last}:`).test(examples[top!]!);
    });
    expect(without).toEqual([]);
  });
});
