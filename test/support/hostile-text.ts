import fc from "fast-check";

/** What parsers trip over: marks of every language read here, extremes of numbers, names that objects inherit. */
const tokens = [
  "{",
  "}",
  "[",
  "]",
  ":",
  ": ",
  ",",
  "- ",
  "\n",
  "\n  ",
  "\t",
  '"',
  "'",
  "|",
  ">",
  "&a ",
  "*a",
  "!!binary ",
  "? ",
  "<<: ",
  "---\n",
  "#",
  "%",
  "${env:X}",
  "${",
  "\\u0000",
  "\u0000",
  "\ufeff",
  "\u2028",
  "\ud800",
  "null",
  "~",
  "true",
  "-1",
  "1e309",
  "9007199254740993",
  "0x1F",
  ".nan",
  "constructor",
  "__proto__",
  "toString",
  "hasOwnProperty",
  "inf2.24xlarge",
  "trn1.32xlarge",
  "arn:aws:ecs:us-east-1:1:task/x",
  "16GiB",
  "(a+)+$",
  "[".repeat(400),
  "{a: ".repeat(400),
  "x".repeat(5_000),
] as const;

/** A change of a text at a place between 0 and 1 of its length. */
interface Edit {
  readonly at: number;
  readonly length: number;
  readonly how: "insert" | "replace" | "delete" | "repeat" | "cut";
  readonly token: string;
}

/** One to four changes of a text. */
export const edits: fc.Arbitrary<readonly Edit[]> = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.nat(30),
    how: fc.constantFrom("insert" as const, "replace" as const, "delete" as const, "repeat" as const, "cut" as const),
    token: fc.constantFrom(...tokens),
  }),
  { minLength: 1, maxLength: 4 },
);

/** The text with each edit made. */
export function edit(text: string, changes: readonly Edit[]): string {
  return changes.reduce((current, { at, length, how, token }) => {
    const from = Math.floor(at * current.length);
    const [before, part, after] = [
      current.slice(0, from),
      current.slice(from, from + length),
      current.slice(from + length),
    ];
    switch (how) {
      case "insert":
        return before + token + part + after;
      case "replace":
        return before + token + after;
      case "delete":
        return before + after;
      case "repeat":
        return before + part.repeat(3) + after;
      case "cut":
        return before;
    }
  }, text);
}
