import fc from "fast-check";
import { expect, test } from "vitest";
import { patternFor } from "../../../src/core/base/unicode-classes.ts";
import { runs } from "../../support/depth.ts";

const patterns = [
  String.raw`^(?:([\p{L}\p{Z}\p{N}_.:/=+\-@]*))$`,
  String.raw`^(?:(?![aA][wW][sS]:)[\p{L}\p{Z}\p{N}_.:/=+\-@]*)$`,
  String.raw`[^\p{L}\p{N}\-_.@/\\: ]`,
];

test("each character of ASCII and Latin 1 is judged as the pattern itself judges it", () => {
  for (const pattern of patterns)
    for (let code = 0; code < 0x180; code++) {
      const text = String.fromCodePoint(code);
      expect([code, patternFor(text, pattern).test(text)]).toEqual([code, new RegExp(pattern, "u").test(text)]);
    }
});

test("every text is judged as the pattern itself judges it, and at the same place", () => {
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }), fc.string());
  fc.assert(
    fc.property(text, fc.constantFrom(...patterns), (each, pattern) => {
      const [own, whole] = [patternFor(each, pattern), new RegExp(pattern, "u")].map((one) => one.exec(each));
      expect(own && [own[0], own.index]).toEqual(whole && [whole[0], whole.index]);
    }),
    { numRuns: runs(3000) },
  );
});

test("a text of ASCII needs no class of Unicode", () => {
  expect(patternFor("team", patterns[0]!).source).not.toContain("\\p");
  expect(patternFor("équipe", patterns[0]!).source).toContain("\\p{L}");
});
