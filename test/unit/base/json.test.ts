import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maxDepth, parseJson } from "../../../src/core/base/json.ts";

const nested = (levels: number) => `${'{"a":['.repeat(levels / 2)}"]{\\""${"]}".repeat(levels / 2)}`;

describe("JSON of somebody else's", () => {
  it("is what JSON.parse makes of it", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it("is refused where it is nested too deep, and not one level before", () => {
    expect(() => parseJson(nested(maxDepth))).not.toThrow();
    expect(() => parseJson(nested(maxDepth + 2))).toThrow("it is nested deeper than 200 levels");
    expect(() => parseJson("[".repeat(1_000_000) + "]".repeat(1_000_000), (_, value) => value)).toThrow(SyntaxError);
  });

  it("is refused with what JSON.parse says where it is none", () => {
    expect(() => parseJson('{"a":')).toThrow(SyntaxError);
  });
});
