import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isAlias, parseAllDocuments, visit, type Document } from "yaml";
import { readYaml } from "../../../src/core/base/read-yaml.ts";
import { aliasTargets } from "../../../src/core/workload/position.ts";
import { runs } from "../../support/depth.ts";

const options = { merge: true, schema: "core", logLevel: "silent" } as const;

/** Lines of which many are no YAML, or only together. */
const line = fc
  .record({
    indent: fc.constantFrom("", "", "  ", "    "),
    key: fc.constantFrom(
      "a",
      "b",
      '"a"',
      "1",
      "01",
      "~",
      "&x a",
      "!!str a",
      "<<",
      "- a",

      "? a",
      "---",
      "# a",
      "}",
    ),
    value: fc.constantFrom(
      ": b",
      ": 1",
      ":",
      ": {a: 1, a: 2, b: {a: 1}}",
      ": [a, a]",
      ": &x {a: 1}",
      ": *x",
      ": [*x, &x y]",
      "",
    ),
  })
  .map(({ indent, key, value }) => indent + key + value);

describe("a text of YAML", () => {
  it("reads as the parser reads it, which looks at all other keys for each", () => {
    const seen = { duplicates: 0, aliases: 0 };
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const text = lines.join("\n");
        const theirs = [parseAllDocuments(text, { ...options, prettyErrors: false })].flat() as Document.Parsed[];
        // Of a text without a document the parser gives none.
        const ours = readYaml(text, "file", options).documents.slice(0, theirs.length === 0 ? 0 : undefined);
        // The parser has some duplicates where the line before ends: those are only counted.
        const told = (documents: readonly Document.Parsed[]) =>
          documents.map(({ errors }) =>
            errors.map(({ code, pos }) => (code === "DUPLICATE_KEY" ? code : `${code} ${pos.join("-")}`)).sort(),
          );
        expect(told(ours)).toEqual(told(theirs));
        seen.duplicates += told(theirs)
          .flat()
          .filter((each) => each === "DUPLICATE_KEY").length;
        for (const document of ours) {
          const targets = aliasTargets(document);
          visit(document, {
            Alias: (_, alias) => {
              seen.aliases++;
              expect(targets.get(alias)).toBe(isAlias(alias) ? alias.resolve(document) : undefined);
            },
          });
        }
      }),
      { numRuns: runs(2000) },
    );
    expect(Math.min(seen.duplicates, seen.aliases)).toBeGreaterThan(runs(2000) / 20);
  });

  it("has a key that is written twice where it stands", () => {
    const [{ errors }] = readYaml("a:\na: b\nc: {d: 1, d: 2}", "file", options).documents;
    expect(errors.map(({ pos }) => pos[0])).toEqual([3, 18]);
  });

  it("says where it is nested too deep, before anything is made of it", () => {
    expect(() => readYaml("a: 1\nb: " + "[".repeat(250), "deep.yaml", options)).toThrow("the file is nested too deep");
  });
});
