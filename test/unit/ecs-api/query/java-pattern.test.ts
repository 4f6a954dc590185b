import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../../support/depth.ts";
import { PatternError } from "../../../../src/core/ecs-api/query/java-character.ts";
import { compileJavaPattern } from "../../../../src/core/ecs-api/query/java-match.ts";
import { parseJavaPattern } from "../../../../src/core/ecs-api/query/java-pattern.ts";

function matches(pattern: string, value: string): boolean {
  return compileJavaPattern(parseJavaPattern(pattern))(value);
}

describe("Java patterns", () => {
  it.each([
    ["g2.*", "g2.2xlarge", true],
    ["g2", "g2.2xlarge", false],
    ["g4.*|g5.*", "g5.xlarge", true],
    ["", "", true],
    ["a|", "", true],
    ["inf[12]\\..+", "inf2.xlarge", true],
    ["inf[12]\\..+", "inf1xlarge", false],
    ["[^a-c]", "d", true],
    ["[]a]", "]", true],
    ["[a-]", "-", true],
    ["[\\d.]+", "1.2", true],
    ["\\w{2,3}?", "ab", true],
    ["\\w{2,3}", "abcd", false],
    ["\\w{2}", "é€", false],
    ["\\Qa.b*\\E+", "a.b**", true],
    ["\\Qa.b*\\E", "axb*", false],
    ["\\p{Upper}\\P{Digit}", "Ax", true],
    ["\\x41\\u0042\\x{43}\\0104", "ABCD", true],
    ["^a$", "a", true],
    ["a^b", "ab", false],
    ["\\bfoo\\b.*", "foo bar", true],
    ["foo\\b.", "food", false],
    ["foo\\Bd", "food", true],
    [".", "😀", true],
    ["..", "😀", false],
    ["[😀-😂]", "😁", true],
    [".", "\n", false],
    ["x{0}y", "y", true],
  ])("%s and %s: %s", (pattern, value, expected) => expect(matches(pattern, value)).toBe(expected));

  it.each([
    ["a**", 2],
    ["a{2}{3}", 4],
    ["+a", 0],
    ["{2}", 0],
    ["a{x}", 1],
    ["a{3,2}", 1],
    ["a{1001}", 1],
    ["a*+", 2],
    ["^*", 1],
    ["[z-a]", 1],
    ["[a", 0],
    ["[a[b]]", 2],
    ["[a-z&&[x]]", 4],
    ["[a-[b]]", 2],
    ["\\1", 0],
    ["\\q", 0],
    ["\\R", 0],
    ["\\p{IsLatin}", 0],
    ["a\\", 1],
    ["\\x{110000}", 0],
    ["(a)", 0],
    ["x{900}".repeat(20), 0],
  ])("%s is refused", (pattern, offset) => {
    expect(() => parseJavaPattern(pattern)).toThrow(PatternError);
    try {
      parseJavaPattern(pattern);
    } catch (error) {
      expect((error as PatternError).offset).toBe(offset);
    }
  });

  it("agrees with JavaScript where the two languages are the same", () => {
    const atom = fc.constantFrom("a", "b", ".", "[ab]", "[^a]", "\\d", "\\.", "[a-b1]");
    const part = fc
      .tuple(atom, fc.constantFrom("", "", "*", "+", "?", "{2}", "{1,2}", "{0,}", "*?"))
      .map((each) => each.join(""));
    const pattern = fc.array(
      fc.oneof(
        { weight: 8, arbitrary: part },
        { weight: 1, arbitrary: fc.constant("|") },
        { weight: 1, arbitrary: fc.constantFrom("^", "$", "\\b", "\\B") },
      ),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(pattern, fc.stringMatching(/^[ab1. ]{0,6}$/), (parts, value) => {
        const source = parts.join("");
        expect(matches(source, value)).toBe(new RegExp(`^(?:${source})$`, "u").test(value));
      }),
      { numRuns: runs(20_000) },
    );
  });

  it("asks no character more often than the value is long, however often it may stand there", () => {
    let asked = 0;
    const step = { test: () => ++asked > 0, min: 0, max: 1_000 };
    expect(compileJavaPattern([[step, { test: (each) => each === "x", min: 1, max: 1 }]])("i-0123456789abcdef0")).toBe(
      false,
    );
    expect(asked).toBe(19);
  });

  it("agrees with JavaScript on repetitions about as long as the value", () => {
    const part = fc.tuple(fc.constantFrom("a", ".", "b"), fc.nat(7), fc.nat(7)).map(([atom, min, more]) => ({
      source: `${atom}{${min},${min + more}}`,
    }));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 4 }), fc.stringMatching(/^[ab]{0,8}$/), (parts, value) => {
        const source = parts.map((each) => each.source).join("");
        expect(matches(source, value)).toBe(new RegExp(`^(?:${source})$`, "u").test(value));
      }),
      { numRuns: runs(5_000) },
    );
  });

  it("answers for a pattern that would hold a backtracking engine up for ever", () => {
    expect(matches(`${".*".repeat(60)}x`, "a".repeat(255))).toBe(false);
  });
});
