import { listOr } from "../../base/problem.ts";
import { operatorWords, type Operator, type QuerySubject, type Test } from "./expression.ts";
import { PatternError } from "./java-character.ts";
import { parseJavaPattern } from "./java-pattern.ts";
import type { Scanner } from "./scanner.ts";
import { checkAttributeName, ruleOf, suggestSubject, type SubjectProblem } from "./subjects.ts";

/** Parses one comparison: `subject operator [argument]`. */
export function parseTest(scanner: Scanner): Test {
  const start = scanner.position;
  const subject = scanner.match(/(?:(?!&&|\|\|)[^\s()[\],'"=!<>~])+/y);
  if (subject === undefined)
    scanner.fail(
      start,
      scanner.atEnd
        ? "the expression ends where a comparison should start"
        : `a comparison cannot start with '${scanner.character}'`,
      suggestSubject(""),
    );
  const rule = ruleOf(subject);
  if (rule === undefined) scanner.fail(start, `'${subject}' is nothing that ECS compares`, suggestSubject(subject));
  if (subject.startsWith("attribute:"))
    noteProblem(scanner, start + "attribute:".length, checkAttributeName(subject.slice("attribute:".length)));
  scanner.skipSpace();
  const operatorAt = scanner.position;
  const operator = parseOperator(scanner, subject);
  const known = rule.operators.includes(operator);
  if (!known)
    scanner.note(operatorAt, `${subject} cannot be compared with ${operator}`, `It takes ${listOr(rule.operators)}.`);
  else doubtUnlisted(scanner, subject, operator, operatorAt);
  const comparison = {
    scanner,
    subject,
    operator,
    check: (argument: string) => (known ? rule.check(argument, operator) : undefined),
  };
  return { kind: "test", subject: subject as QuerySubject, operator, args: parseArguments(comparison) };
}

interface Comparison {
  readonly scanner: Scanner;
  readonly subject: string;
  readonly operator: Operator;
  readonly check: (argument: string) => SubjectProblem | undefined;
}

/** AWS lists no operators for groups and attributes. */
function doubtUnlisted(scanner: Scanner, subject: string, operator: Operator, at: number): void {
  if (subject === "task:group" && operator !== "==") {
    scanner.doubt(
      at,
      `AWS does not say what task:group ${operator} means; ` +
        "aiplat reads !=, !in and !~ as 'no such group is on the instance'",
      "Write not(task:group == NAME) for instances without the group.",
    );
  }
  if (subject.startsWith("attribute:") && /^[<>]/.test(operator))
    scanner.doubt(
      at,
      "AWS does not say how attributes are ordered; aiplat compares them as numbers",
      "Write == or in [..].",
    );
}

function parseOperator(scanner: Scanner, subject: string): Operator {
  const at = scanner.position;
  const sign = scanner.match(/==|!=|>=|<=|=~|!~|>|</y);
  if (sign !== undefined) return sign as Operator;
  if (scanner.atEnd)
    scanner.fail(
      at,
      `an operator is missing behind ${subject}`,
      `Write ${subject} exists, or compare it, as in ${subject} == VALUE.`,
    );
  const word = scanner.match(/!?[A-Za-z_]+/y);
  if (word === "!in" || word === "!exists") return word;
  if (word !== undefined && Object.hasOwn(operatorWords, word)) return operatorWords[word]!;
  return scanner.fail(
    at,
    `'${word ?? scanner.character}' is not an operator`,
    suggestOperator(word ?? scanner.character),
  );
}

function parseArguments(comparison: Comparison): readonly string[] {
  const { scanner, subject, operator } = comparison;
  if (operator === "exists" || operator === "!exists") return [];
  scanner.skipSpace();
  const at = scanner.position;
  const takesList = operator === "in" || operator === "!in";
  if (takesList) {
    if (!scanner.take("["))
      scanner.fail(at, `${operator} needs a list in brackets`, `Write ${subject} ${operator} [a, b].`);
    return parseList(comparison, at);
  }
  if ((operator === "==" || operator === "!=") && scanner.character === "[")
    scanner.fail(
      at,
      `${operator} compares one value, not a list`,
      `Write ${subject} ${operator === "!=" ? "!in" : "in"} [a, b].`,
    );
  return [parseArgument(comparison)];
}

function parseList(comparison: Comparison, opening: number): readonly string[] {
  const { scanner } = comparison;
  const values: string[] = [];
  do {
    scanner.skipSpace();
    if (scanner.character === "]")
      scanner.fail(scanner.position, values.length === 0 ? "the list is empty" : "a value is missing behind the comma");
    values.push(parseArgument(comparison));
    scanner.skipSpace();
  } while (scanner.take(","));
  if (scanner.atEnd) scanner.fail(opening, "'[' has no ']'");
  if (!scanner.take("]"))
    scanner.fail(
      scanner.position,
      "values in a list stand between commas",
      "A value with spaces stands in single quotes.",
    );
  return values;
}

function parseArgument({ subject, operator, check, ...comparison }: Comparison): string {
  const scanner: Scanner = comparison.scanner;
  const at = scanner.position;
  const isPattern = operator === "=~" || operator === "!~";
  const quoted = takeQuoted(scanner);
  const value =
    quoted ?? scanner.match(isPattern ? /(?:(?!&&|\|\|)[^\s()'"])+/y : /(?:(?!&&|\|\|)[^\s()[\],'"=!<>])+/y);
  if (quoted === undefined && scanner.character === "(") {
    scanner.fail(
      scanner.position,
      `a ${isPattern ? "pattern" : "comparison"} cannot contain parentheses`,
      isPattern ? parenthesisHint : `End the comparison ${subject} ${operator} first.`,
    );
  }
  if (value === undefined)
    scanner.fail(
      at,
      scanner.atEnd ? `a value is missing behind ${operator}` : `a value cannot start with '${scanner.character}'`,
    );
  if (isPattern) notePattern(scanner, value, quoted === undefined ? at : at + 1);
  else if (/[()]/.test(value)) scanner.note(at, "a comparison cannot contain parentheses, not even in quotes");
  else noteProblem(scanner, at, check(value));
  return value;
}

function takeQuoted(scanner: Scanner): string | undefined {
  const at = scanner.position;
  const quote = scanner.character;
  if (quote !== "'" && quote !== '"') return undefined;
  const end = scanner.text.indexOf(quote, at + 1);
  if (end < 0) scanner.fail(at, "the quoted value does not end");
  if (quote === '"') scanner.doubt(at, "AWS shows values in single quotes only", "Write single quotes.");
  scanner.position = end + 1;
  return scanner.text.slice(at + 1, end);
}

/** "A single expression can't contain parentheses", the page says. */
const parenthesisHint = "Write in [a, b] for whole values, or a comparison for each pattern, joined by or.";

function notePattern(scanner: Scanner, pattern: string, offset: number): void {
  const parenthesis = pattern.search(/[()]/);
  if (parenthesis >= 0)
    return scanner.note(offset + parenthesis, "a pattern cannot contain parentheses", parenthesisHint);
  try {
    parseJavaPattern(pattern);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    scanner.note(
      offset + error.offset,
      error.message,
      "Patterns are Java's: https://docs.oracle.com/javase/8/docs/api/java/util/regex/Pattern.html",
    );
  }
}

function noteProblem(scanner: Scanner, at: number, found: SubjectProblem | undefined): void {
  if (found !== undefined) scanner.note(at, found.what, found.hint);
}

function suggestOperator(word: string): string {
  if (word.startsWith("=")) return "Write == to compare, =~ for a pattern.";
  if (word.startsWith("~")) return "Write =~.";
  const lower = word.toLowerCase();
  if (Object.hasOwn(operatorWords, lower)) return `Write ${lower}.`;
  if (lower === "not") return "Write not_in, or not before the comparison.";
  return `Operators are ${listOr([...new Set(Object.values(operatorWords))])}.`;
}
