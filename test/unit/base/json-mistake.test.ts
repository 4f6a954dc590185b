import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonMistake } from "../../../src/core/base/json-mistake.ts";
import { parseJson } from "../../../src/core/base/json.ts";
import { runs } from "../../support/depth.ts";

describe("where a text stops being JSON", () => {
  it.each([
    ["", "it is empty"],
    [" \n", "it is empty"],
    ['{"a": [1,}', "line 1, column 10: } stands where a value should"],
    ['{"a": [1,\n 2}', "line 2, column 3: } stands where , or ] should"],
    ['{"a":', "it ends where a value should stand"],
    ['{"a": 1', "it ends where , or } should stand"],
    ["name: a\nimage: b\n", "line 1, column 1: name stands where a value should"],
    ["{a: 1}", "line 1, column 2: a stands where a key in quotes or } should"],
    ['{"a": 1,}', "line 1, column 9: } stands where a key in quotes should"],
    ['{"a" 1}', "line 1, column 6: 1 stands where : should"],
    ["[1] 2", "line 1, column 5: 2 stands where the end should"],
    ["[01]", "line 1, column 2: 01 stands where a value or ] should"],
    ["['a']", "line 1, column 2: ' stands where a value or ] should"],
    ["[True]", "line 1, column 2: True stands where a value or ] should"],
    ['["a]', "line 1, column 2: the text that begins there is not closed"],
    ['["a\\x"]', "line 1, column 2: a text may have no line break and no other escape than JSON's"],
  ])("is told by its place: %j", (text, said) => {
    expect(jsonMistake(text)).toBe(said);
    expect(() => parseJson(text)).toThrow(said);
  });

  it("is found in whatever JSON.parse refuses, in one line", () => {
    const damaged = fc
      .tuple(
        fc.json({ maxDepth: 3 }),
        fc.nat(),
        fc.nat(3),
        fc.constantFrom("", "}", "]", ",", ":", '"', "x", "\n", "1"),
      )
      .map(([text, at, taken, put]) => {
        const start = at % (text.length + 1);
        return text.slice(0, start) + put + text.slice(start + taken);
      });
    fc.assert(
      fc.property(damaged, (text) => {
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        fc.pre(!isJson);
        expect(jsonMistake(text)).toMatch(
          /^(?:it is empty|it ends where .* should stand|line \d+, column \d+: [^\n]+)$/,
        );
      }),
      { numRuns: runs(2000) },
    );
  });
});
