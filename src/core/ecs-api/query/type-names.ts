/** How expressions name instance types, which every instance has in lower case. */
import type { Path, Problem } from "../../base/problem.ts";
import { problem, Refusal } from "../../base/problem.ts";
import { printExpression, type Expression, type Operator, type Test } from "./expression.ts";
import { parseExpression } from "./parse.ts";

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-constraints.html */
const subject = "attribute:ecs.instance-type";

/** The operators whose arguments are whole values. */
const whole: ReadonlySet<Operator> = new Set(["==", "!=", "in", "!in"]);

/** The comparisons of an expression with the instance type. */
export function typeTests(expression: Expression): readonly Test[] {
  if (expression.kind === "test") return expression.subject === subject ? [expression] : [];
  return (expression.kind === "not" ? [expression.operand] : expression.operands).flatMap(typeTests);
}

/** Whether the arguments of a test are types, and not patterns of them. */
export function namesTypes({ operator }: Test): boolean {
  return whole.has(operator);
}

/** The instance types that an expression writes otherwise than in lower case: no instance has such a type. */
export function wrongCaseTypes(expression: Expression): readonly string[] {
  const named = typeTests(expression)
    .filter(namesTypes)
    .flatMap(({ args }) => args);
  return [...new Set(named.filter(isWrongCase))];
}

/** Whether an expression holds nowhere for the case of its instance types alone, whatever else it asks. */
export function holdsNowhere(expression: Expression): boolean {
  return valueOf(expression) === false;
}

/** The value that the case of the types decides; undefined where it decides none. */
function valueOf(expression: Expression): boolean | undefined {
  switch (expression.kind) {
    case "test": {
      if (expression.subject !== subject || !whole.has(expression.operator)) return undefined;
      return expression.args.every(isWrongCase) ? expression.operator.startsWith("!") : undefined;
    }
    case "not": {
      const value = valueOf(expression.operand);
      return value === undefined ? undefined : !value;
    }
    case "and":
    case "or": {
      const deciding = expression.kind === "or";
      const values = new Set(expression.operands.map(valueOf));
      if (values.has(deciding)) return deciding;
      return values.has(undefined) ? undefined : !deciding;
    }
  }
}

/** The expression with every instance type in lower case. */
export function withLowerTypes(expression: Expression): Expression {
  switch (expression.kind) {
    case "test":
      return expression.subject === subject && namesTypes(expression)
        ? { ...expression, args: expression.args.map((name) => name.toLowerCase()) }
        : expression;
    case "not":
      return { ...expression, operand: withLowerTypes(expression.operand) };
    default:
      return { ...expression, operands: expression.operands.map(withLowerTypes) };
  }
}

/**
 * What is wrong with an expression that somebody is about to use: it cannot be read, or it names instance types that no
 * instance has for their case. AWS takes the latter, as its own guide had it (`Inf1.xlarge`), and no task finds a
 * place.
 */
export function problemsOfExpression(text: string, path: Path): readonly Problem[] {
  let expression: Expression;
  try {
    expression = parseExpression(text, path);
  } catch (error) {
    if (error instanceof Refusal) return error.problems;
    throw error;
  }
  const names = wrongCaseTypes(expression);
  if (names.length === 0) return [];
  return [
    problem(
      "placement-expression",
      path,
      `${names.join(", ")}: no instance has a type of this case, as instance types are lower case`,
      `Write ${printExpression(withLowerTypes(expression))}.`,
    ),
  ];
}

function isWrongCase(name: string): boolean {
  return name !== name.toLowerCase();
}
