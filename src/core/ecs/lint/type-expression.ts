import { compileJavaPattern } from "../../ecs-api/query/java-match.ts";
import { parseJavaPattern, type JavaPattern } from "../../ecs-api/query/java-pattern.ts";
import type { Expression, Test } from "../../ecs-api/query/expression.ts";
import { parseExpression } from "../../ecs-api/query/parse.ts";
import { namesTypes, typeTests } from "../../ecs-api/query/type-names.ts";
import { Refusal } from "../../base/problem.ts";

/** An expression as data, or what is wrong with it. */
export function parseConstraint(
  text: string,
): { readonly expression: Expression } | { readonly problem: string; readonly hint?: string } {
  try {
    return { expression: parseExpression(text) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const [first] = error.problems;
    // The first line says what is wrong; the next ones point at it in the expression.
    return { problem: first!.message.split("\n")[0]!, ...(first!.hint === undefined ? {} : { hint: first!.hint }) };
  }
}

/** The attributes and other subjects that an expression looks at. */
export function subjectsOf(expression: Expression): readonly string[] {
  if (expression.kind === "test") return [expression.subject];
  return (expression.kind === "not" ? [expression.operand] : expression.operands).flatMap(subjectsOf);
}

/**
 * Every instance type that an expression spells out, as it is written; none where it cannot be read.
 *
 * @param which Those that it wants, unless told otherwise.
 */
export function literalTypes(expression: string, which: (test: Test) => boolean = isLiteral): readonly string[] {
  const parsed = parseConstraint(expression);
  return "problem" in parsed
    ? []
    : typeTests(parsed.expression)
        .filter(which)
        .flatMap(({ args }) => args);
}

/** The expression with one instance type in lower case, and not another attribute's value that reads the same. */
export function lowerType(expression: string, name: string): string | undefined {
  const before = literalTypes(expression, namesTypes);
  const lower = name.toLowerCase();
  for (let at = expression.indexOf(name); at >= 0; at = expression.indexOf(name, at + 1)) {
    const lowered = expression.slice(0, at) + lower + expression.slice(at + name.length);
    const after = literalTypes(lowered, namesTypes);
    const changed = before.filter((each, index) => each !== after[index]);
    if (
      after.length === before.length &&
      changed.length === 1 &&
      changed[0] === name &&
      after.filter((each) => each === lower).length === before.filter((each) => each === lower).length + 1
    )
      return lowered;
  }
  return undefined;
}

const subject = "attribute:ecs.instance-type";

/** A type that no instance has: an expression that is false for it chooses types. */
export const noType = "none.none";

/** The value of an expression for one instance type; undefined where it depends on anything else. */
export function evaluate(expression: Expression, type: string): boolean | undefined {
  switch (expression.kind) {
    case "test":
      return expression.subject === subject ? evaluateTest(expression, type) : undefined;
    case "not":
      return negate(evaluate(expression.operand, type));
    case "and":
    case "or": {
      const deciding = expression.kind === "or";
      const values = new Set(expression.operands.map((each) => evaluate(each, type)));
      if (values.has(deciding)) return deciding;
      return values.has(undefined) ? undefined : !deciding;
    }
  }
}

/** Letter case is a rule of its own: here `Inf1.xlarge` is the type that was meant. */
function evaluateTest({ operator, args }: Test, type: string): boolean | undefined {
  const listed = args.some((name) => name.toLowerCase() === type);
  switch (operator) {
    case "==":
    case "in":
      return listed;
    case "!=":
    case "!in":
      return !listed;
    case "exists":
      return true;
    case "!exists":
      return false;
    case "=~":
      return matches(args[0]!, type);
    case "!~":
      return negate(matches(args[0]!, type));
    default:
      return undefined;
  }
}

/** AWS does not say whether the whole value must match or a part of it: where that differs, nobody knows. */
function matches(source: string, type: string): boolean | undefined {
  const pattern = parseJavaPattern(source);
  const anything = { test: () => true, min: 0, max: Infinity };
  const whole = compileJavaPattern(pattern)(type);
  const part = compileJavaPattern(pattern.map((steps) => [anything, ...steps, anything]) satisfies JavaPattern)(type);
  return whole === part ? whole : undefined;
}

function negate(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value;
}

/** Whether a test spells types out and wants them. */
export function isLiteral({ operator }: Test): boolean {
  return operator === "==" || operator === "in";
}
