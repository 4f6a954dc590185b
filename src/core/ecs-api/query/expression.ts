/**
 * ECS's cluster query language as data.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html
 */

export type QuerySubject =
  | "agentConnected"
  | "agentVersion"
  | "ec2InstanceId"
  | "registeredAt"
  | "runningTasksCount"
  | "task:group"
  | `attribute:${string}`;

export type Operator = "==" | "!=" | ">" | ">=" | "<" | "<=" | "exists" | "!exists" | "in" | "!in" | "=~" | "!~";

/** One comparison: no argument for `exists`, one or more for `in`, else one. */
export interface Test {
  readonly kind: "test";
  readonly subject: QuerySubject;
  readonly operator: Operator;
  readonly args: readonly string[];
}

export interface Not {
  readonly kind: "not";
  readonly operand: Expression;
}

/** Two operands or more. */
export interface Junction {
  readonly kind: "and" | "or";
  readonly operands: readonly Expression[];
}

export type Expression = Test | Not | Junction;

/** How each operator may also be written. */
export const operatorWords: Readonly<Record<string, Operator>> = {
  equals: "==",
  not_equals: "!=",
  greater_than: ">",
  greater_than_equal: ">=",
  less_than: "<",
  less_than_equal: "<=",
  exists: "exists",
  not_exists: "!exists",
  in: "in",
  not_in: "!in",
  matches: "=~",
  not_matches: "!~",
};

/**
 * The most characters of an expression.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PlacementConstraint.html
 */
export const maxExpressionLength = 2000;

/** Of a task definition and its service or run together. */
export const mostConstraints = 10;

/** Characters that end a value outside quotes. `&&` and `||` end one as well; a single `&` or `|` does not. */
const delimiter = /[\s()[\],'"=!<>]|&&|\|\|/;

/**
 * An expression as text that parses to the same expression. Junctions inside junctions stand in parentheses, since AWS
 * does not say whether `and` or `or` binds tighter.
 */
export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case "test":
      return printTest(expression);
    case "not":
      return `not(${printExpression(expression.operand)})`;
    default:
      return expression.operands
        .map((each) =>
          each.kind === "and" || each.kind === "or" ? `(${printExpression(each)})` : printExpression(each),
        )
        .join(` ${expression.kind} `);
  }
}

/** One comparison as text. */
export function printTest({ subject, operator, args }: Test): string {
  if (operator === "exists" || operator === "!exists") return `${subject} ${operator}`;
  const values = args.map((value) => quoted(value, operator === "=~" || operator === "!~"));
  return `${subject} ${operator} ${operator === "in" || operator === "!in" ? `[${values.join(", ")}]` : values[0]}`;
}

/** Brackets, commas and comparison signs are a pattern's own. */
function quoted(value: string, isPattern: boolean): string {
  const needsQuotes = value === "" || (isPattern ? /[\s()'"]|&&|\|\|/ : delimiter).test(value);
  if (!needsQuotes) return value;
  return value.includes("'") ? `"${value}"` : `'${value}'`;
}
