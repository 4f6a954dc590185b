import { parseClass, parseEscape, PatternError, type CharacterTest } from "./java-character.ts";

export type Anchor = "start" | "end" | "boundary" | "not-boundary";

/** A character to consume, or a place to be at, and how often. */
export interface Step {
  readonly test: CharacterTest | Anchor;
  readonly min: number;
  readonly max: number;
}

/**
 * The part of java.util.regex that an expression of the cluster query language can hold: no parentheses, and so no
 * groups, no look-around and no flags. What is left is alternatives, each a sequence of steps.
 * https://docs.oracle.com/javase/8/docs/api/java/util/regex/Pattern.html
 */
export type JavaPattern = readonly (readonly Step[])[];

/** Longer than any value: attribute values have at most 128 characters, task groups 255. */
const maxRepeat = 1000;

/** The most steps of a pattern, repetitions counted: an answer for a value of 128 characters takes about a millisecond. */
const maxSteps = 2_000;

const anchors: Readonly<Record<string, Anchor>> = {
  "^": "start",
  $: "end",
  "\\A": "start",
  "\\z": "end",
  "\\Z": "end",
  "\\b": "boundary",
  "\\B": "not-boundary",
};

/**
 * Reads a pattern.
 *
 * @throws PatternError for what Java refuses and, by name, for what is not evaluated here.
 */
export function parseJavaPattern(source: string): JavaPattern {
  const alternatives: Step[][] = [[]];
  let sequence = alternatives[0]!;
  let repeatable = false;
  let at = 0;
  const add = (test: Step["test"], next: number) => {
    sequence.push({ test, min: 1, max: 1 });
    repeatable = typeof test !== "string";
    at = next;
  };
  while (at < source.length) {
    const character = String.fromCodePoint(source.codePointAt(at)!);
    const pair = source.slice(at, at + 2);
    if (character === "|") {
      alternatives.push((sequence = []));
      repeatable = false;
      at++;
    } else if (/[?*+{]/.test(character)) {
      const { next, ...range } = parseQuantifier(source, at);
      if (!repeatable)
        throw new PatternError(
          at,
          `nothing stands before '${character}' that it could repeat; write \\${character} for the character`,
        );
      sequence.push({ ...sequence.pop()!, ...range });
      repeatable = false;
      at = next;
    } else if (character === "(" || character === ")")
      throw new PatternError(at, "a pattern cannot contain parentheses");
    else if (Object.hasOwn(anchors, character)) add(anchors[character]!, at + 1);
    else if (Object.hasOwn(anchors, pair)) add(anchors[pair]!, at + 2);
    else if (pair === "\\Q") {
      const end = source.indexOf("\\E", at + 2);
      const next = end < 0 ? source.length : end + 2;
      for (const literal of source.slice(at + 2, end < 0 ? source.length : end)) add((each) => each === literal, next);
      at = next;
    } else if (character === "\\" || character === "[") {
      const { test, next } = character === "[" ? parseClass(source, at) : parseEscape(source, at);
      add(test, next);
    } else if (character === ".") add((each) => !/[\n\r\u0085\u2028\u2029]/.test(each), at + 1);
    else add((each) => each === character, at + character.length);
  }
  const steps = alternatives
    .flat()
    .reduce((sum, step) => sum + Math.max(step.min, step.max === Infinity ? step.min + 1 : step.max), 0);
  if (steps > maxSteps) throw new PatternError(0, "the pattern's repetitions are too long to evaluate");
  return alternatives;
}

interface Quantifier {
  readonly min: number;
  readonly max: number;
  readonly next: number;
}

/** `?`, `*`, `+`, `{n}`, `{n,}`, `{n,m}`, each also lazy: over a whole value lazy and greedy accept the same. */
function parseQuantifier(source: string, at: number): Quantifier {
  const found = /^(?:[?*+]|\{(\d+)(?:(,)(\d*))?\})/.exec(source.slice(at));
  if (found === null) throw new PatternError(at, "a repetition is {n}, {n,} or {n,m}; write \\{ for the character");
  const next = at + found[0].length;
  if (source[next] === "+")
    throw new PatternError(next, "possessive quantifiers (?+, *+, ++, {n}+) are not evaluated; leave the '+' out");
  const { min, max } = rangeOf(found);
  if (max < min) throw new PatternError(at, `the repetition ${found[0]} ends before it starts`);
  if (min > maxRepeat || (max !== Infinity && max > maxRepeat))
    throw new PatternError(at, `no value has more than ${maxRepeat} characters`);
  return { min, max, next: source[next] === "?" ? next + 1 : next };
}

function rangeOf([text, first, comma, last]: RegExpExecArray): { readonly min: number; readonly max: number } {
  if (text === "?") return { min: 0, max: 1 };
  if (text === "*") return { min: 0, max: Infinity };
  if (text === "+") return { min: 1, max: Infinity };
  const min = Number(first);
  if (comma === undefined) return { min, max: min };
  return { min, max: last === "" ? Infinity : Number(last) };
}
