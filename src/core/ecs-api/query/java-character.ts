/** Whether one character (a code point) is meant. */
export type CharacterTest = (character: string) => boolean;

/** Why a pattern is not accepted, and where in it. */
export class PatternError extends Error {
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

interface Parsed<T> {
  readonly test: T;
  readonly next: number;
}

/** Java's predefined classes are ASCII, unlike some of JavaScript's. */
const predefined: Readonly<Record<string, RegExp>> = {
  d: /[0-9]/,
  w: /[A-Za-z0-9_]/,
  s: /[ \t\n\v\f\r]/,
  h: /[ \t\u00A0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000]/,
  v: /[\n\v\f\r\u0085\u2028\u2029]/,
};

/** `\p{...}`: the POSIX classes. */
const posix: Readonly<Record<string, RegExp>> = {
  Lower: /[a-z]/,
  Upper: /[A-Z]/,
  ASCII: /[\0-\x7f]/,
  Alpha: /[A-Za-z]/,
  Digit: /[0-9]/,
  Alnum: /[A-Za-z0-9]/,
  Punct: /[!-/:-@[-`{-~]/,
  Graph: /[!-~]/,
  Print: /[ -~]/,
  Blank: /[ \t]/,
  Cntrl: /[^ -~\u0080-\uffff]/,
  XDigit: /[0-9a-fA-F]/,
  Space: /[ \t\n\v\f\r]/,
};

const controls: Readonly<Record<string, string>> = { t: "\t", n: "\n", r: "\r", f: "\f", a: "\u0007", e: "\u001b" };

/** Reads `\d`, `\.`, `\p{Alpha}`, `\x41` and the like, from the backslash on. */
export function parseEscape(source: string, at: number): Parsed<CharacterTest> {
  const literal = parseEscapedCharacter(source, at);
  if (literal !== undefined) return { test: (character) => character === literal.test, next: literal.next };
  const letter = source[at + 1]!;
  const lower = letter.toLowerCase();
  if (Object.hasOwn(predefined, lower)) return { test: holds(predefined[lower]!, letter !== lower), next: at + 2 };
  if (lower === "p") return parseProperty(source, at);
  if (/[1-9k]/.test(letter))
    throw new PatternError(at, `\\${letter} refers to a group, and a pattern cannot contain parentheses`);
  throw new PatternError(at, `\\${letter} is not evaluated; write the characters that are meant, as in [a-z]`);
}

/** Reads `[a-z.]`, from the bracket on. Unions and intersections of classes are refused by name. */
export function parseClass(source: string, at: number): Parsed<CharacterTest> {
  const negated = source[at + 1] === "^";
  const tests: CharacterTest[] = [];
  let next = at + (negated ? 2 : 1);
  while (source[next] !== "]" || tests.length === 0) {
    if (next >= source.length) throw new PatternError(at, "'[' has no ']'");
    if (source[next] === "[")
      throw new PatternError(next, "a class inside a class is not evaluated; write \\[ for the character");
    if (source.startsWith("&&", next))
      throw new PatternError(
        next,
        "the intersection of classes (&&) is not evaluated; write the characters that are left",
      );
    const item = parseItem(source, next);
    tests.push(item.test);
    next = item.next;
  }
  return { test: (character) => tests.some((test) => test(character)) !== negated, next: next + 1 };
}

/** One item of a class: a character, a range, or a predefined class. */
function parseItem(source: string, at: number): Parsed<CharacterTest> {
  const first = parseLiteral(source, at);
  if (first === undefined) return parseEscape(source, at);
  const isRange = source[first.next] === "-" && source[first.next + 1] !== "]" && source[first.next + 1] !== undefined;
  if (!isRange) return { test: (character) => character === first.test, next: first.next };
  const last = source[first.next + 1] === "[" ? undefined : parseLiteral(source, first.next + 1);
  if (last === undefined)
    throw new PatternError(first.next, "a range needs a character on each side of '-'; write \\- for the character");
  const from = first.test.codePointAt(0)!;
  const to = last.test.codePointAt(0)!;
  if (to < from) throw new PatternError(at, `the range ${source.slice(at, last.next)} ends before it starts`);
  return { test: (character) => character.codePointAt(0)! >= from && character.codePointAt(0)! <= to, next: last.next };
}

/** A character that stands for itself, escaped or not; undefined for a class such as `\d`. */
function parseLiteral(source: string, at: number): Parsed<string> | undefined {
  if (source[at] === "\\") return parseEscapedCharacter(source, at);
  const test = String.fromCodePoint(source.codePointAt(at)!);
  return { test, next: at + test.length };
}

/** An escape that stands for one character; undefined for the others. */
function parseEscapedCharacter(source: string, at: number): Parsed<string> | undefined {
  const code = /^\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|x\{([0-9a-fA-F]{1,6})\}|0([0-3]?[0-7]{1,2}))/.exec(
    source.slice(at),
  );
  if (code !== null) {
    const value =
      code[4] === undefined ? Number.parseInt(code[1] ?? code[2] ?? code[3]!, 16) : Number.parseInt(code[4], 8);
    if (value > 0x10ffff) throw new PatternError(at, `${code[0]} is beyond Unicode`);
    return { test: String.fromCodePoint(value), next: at + code[0].length };
  }
  const point = source.codePointAt(at + 1);
  if (point === undefined) throw new PatternError(at, "a backslash must stand before a character");
  const character = String.fromCodePoint(point);
  if (Object.hasOwn(controls, character)) return { test: controls[character]!, next: at + 2 };
  // Java keeps escaped letters and digits for itself; anything else escaped is itself.
  return /[A-Za-z0-9]/.test(character) ? undefined : { test: character, next: at + 1 + character.length };
}

function parseProperty(source: string, at: number): Parsed<CharacterTest> {
  const name = /^\\[pP]\{(\w+)\}/.exec(source.slice(at));
  if (name === null || !Object.hasOwn(posix, name[1]!)) {
    throw new PatternError(
      at,
      `${name?.[0] ?? "\\p"} is not evaluated; of \\p{...} only ${Object.keys(posix).join(", ")} are`,
    );
  }
  return { test: holds(posix[name[1]!]!, source[at + 1] === "P"), next: at + name[0].length };
}

function holds(pattern: RegExp, negated: boolean): CharacterTest {
  return (character) => pattern.test(character) !== negated;
}
