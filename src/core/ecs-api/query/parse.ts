import { Refusal, type Path } from "../../base/problem.ts";
import { parseTest } from "./comparison.ts";
import { maxExpressionLength, type Expression } from "./expression.ts";
import { Scanner, type ExpressionProblem } from "./scanner.ts";

export interface ParsedExpression {
  readonly expression: Expression;
  /** Warnings where AWS does not say how it reads what is written. */
  readonly doubts: readonly ExpressionProblem[];
}

/** No expression of 2,000 characters that means anything is nested deeper. */
const maxDepth = 100;

/**
 * Parses an expression of the cluster query language.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html
 *
 * @param path Where the expression stands, for the problems.
 * @throws Refusal whose problems (ExpressionProblem) point into the expression.
 */
export function parseExpression(text: string, path: Path = []): Expression {
  return readExpression(text, path).expression;
}

/** As parseExpression, with what AWS leaves open. */
export function readExpression(text: string, path: Path = []): ParsedExpression {
  const parser = new Parser(new Scanner(text, path));
  return parser.parse();
}

class Parser {
  private readonly scanner: Scanner;
  private readonly parenthesised = new Set<Expression>();
  private depth = 0;

  constructor(scanner: Scanner) {
    this.scanner = scanner;
  }

  parse(): ParsedExpression {
    const scanner: Scanner = this.scanner;
    const { length } = scanner.text;
    if (length > maxExpressionLength)
      scanner.fail(
        maxExpressionLength,
        `the expression has ${length} characters, and ECS takes ${maxExpressionLength}`,
        "Write in [..] instead of many comparisons, or give several constraints: all of them must hold.",
      );
    const expression = this.parseOr();
    scanner.skipSpace();
    if (!scanner.atEnd) this.failAfterComparison();
    if (scanner.problems.length > 0) throw new Refusal(scanner.problems);
    return { expression, doubts: scanner.doubts };
  }

  /** `and` binds tighter than `or` here, as in nearly every language; AWS does not say, so mixing them is a doubt. */
  private parseOr(): Expression {
    const operands = [this.parseAnd()];
    let or: number | undefined;
    for (
      let at = this.takeJunction(/or(?![^\s()!])|\|\|/y);
      at !== undefined;
      at = this.takeJunction(/or(?![^\s()!])|\|\|/y)
    ) {
      or ??= at;
      operands.push(this.parseAnd());
    }
    if (or === undefined) return operands[0]!;
    if (operands.some((each) => each.kind === "and" && !this.parenthesised.has(each))) {
      this.scanner.doubt(
        or,
        "AWS does not say whether 'and' or 'or' binds tighter; aiplat reads 'and' as tighter",
        "Put what belongs together in parentheses.",
      );
    }
    return { kind: "or", operands };
  }

  private parseAnd(): Expression {
    const operands = [this.parseUnary()];
    while (this.takeJunction(/and(?![^\s()!])|&&/y) !== undefined) operands.push(this.parseUnary());
    return operands.length === 1 ? operands[0]! : { kind: "and", operands };
  }

  /** Takes `and` or `or`; gives back where it stood. */
  private takeJunction(pattern: RegExp): number | undefined {
    this.scanner.skipSpace();
    const at = this.scanner.position;
    return this.scanner.match(pattern) === undefined ? undefined : at;
  }

  private parseUnary(): Expression {
    const scanner: Scanner = this.scanner;
    scanner.skipSpace();
    const start = scanner.position;
    if (this.depth === maxDepth) scanner.fail(start, `the expression is nested more than ${maxDepth} deep`);
    this.depth++;
    try {
      if (scanner.match(/not(?![^\s()!])|!(?!=|~)/y) !== undefined) return { kind: "not", operand: this.parseUnary() };
      if (!scanner.take("(")) return parseTest(scanner);
      const inner = this.parseOr();
      scanner.skipSpace();
      if (scanner.atEnd) scanner.fail(start, "'(' has no ')'");
      if (!scanner.take(")")) this.failAfterComparison();
      this.parenthesised.add(inner);
      return inner;
    } finally {
      this.depth--;
    }
  }

  private failAfterComparison(): never {
    const scanner: Scanner = this.scanner;
    const at = scanner.position;
    if (scanner.character === ")") scanner.fail(at, "')' closes nothing");
    const word = scanner.match(/[^\s()]+/y) ?? scanner.character;
    if (/^(?:and|or)$/i.test(word)) scanner.fail(at, `'${word}' is not an operator`, `Write ${word.toLowerCase()}.`);
    scanner.fail(
      at,
      `'and', 'or' or the end should stand here, not '${word}'`,
      "A value with spaces stands in single quotes.",
    );
  }
}
