import { instanceTypes } from "../../catalog/catalog.ts";
import type { InstanceType } from "../../catalog/instance-type.ts";
import type { Expression, Test } from "../../placement/query/expression.ts";
import { compileJavaPattern } from "../../placement/query/java-match.ts";
import { parseJavaPattern, type JavaPattern } from "../../placement/query/java-pattern.ts";
import { parseExpression } from "../../placement/query.ts";
import { Refusal, type Path } from "../../problem.ts";
import type { SubjectConstraint } from "./subject.ts";

/** The instance types that placement constraints choose. */
export interface TypeConstraint {
  /** Types of the catalogue that pass every constraint. */
  readonly types: readonly InstanceType[];
  /** Names in the constraints that pass and that the catalogue lacks, in lower case. */
  readonly others: readonly string[];
  /** Names that the constraints spell out, in lower case: these types are meant, not only matched. */
  readonly named: readonly string[];
  /** Whether a pattern has a say. */
  readonly patterned: boolean;
  /** Whether a pattern may match types outside the catalogue's families. */
  readonly open: boolean;
  /** The expression that chooses. */
  readonly path: Path;
}

/**
 * What the constraints say of the instance type, every other attribute left open. Undefined where they choose no type:
 * there is no such constraint, it only excludes some, or one of them cannot be read.
 */
export function readTypeConstraint(constraints: readonly SubjectConstraint[]): TypeConstraint | undefined {
  const parsed: { readonly expression: Expression; readonly path: Path }[] = [];
  for (const { type, expression, path } of constraints) {
    if (type !== "memberOf") continue;
    const result = parseConstraint(expression);
    if ("problem" in result) return undefined;
    parsed.push({ expression: result.expression, path: [...path, "expression"] });
  }
  const choosing = parsed.find(({ expression }) => evaluate(expression, noType) === false);
  if (choosing === undefined) return undefined;
  const passes = (type: string) => parsed.every(({ expression }) => evaluate(expression, type) !== false);
  const tests = parsed.flatMap(({ expression }) => typeTests(expression));
  const named = [...new Set(tests.filter(isLiteral).flatMap(({ args }) => args.map((name) => name.toLowerCase())))];
  const known = new Set(instanceTypes.map((type) => type.instanceType));
  return {
    types: instanceTypes.filter((type) => passes(type.instanceType)),
    others: named.filter((name) => !known.has(name) && passes(name)),
    named,
    patterned: tests.some(isPattern),
    open: tests.some((test) => isPattern(test) && !(test.operator === "=~" && acceleratedPattern.test(test.args[0]!))),
    path: choosing.path,
  };
}

/** The types that the constraints choose where the catalogue knows them all; else none. */
export function settledTypes(constraint: TypeConstraint | undefined): readonly InstanceType[] {
  return constraint === undefined || constraint.open || constraint.others.length > 0 ? [] : constraint.types;
}

/** The attributes and other subjects that an expression looks at. */
export function subjectsOf(expression: Expression): readonly string[] {
  if (expression.kind === "test") return [expression.subject];
  return (expression.kind === "not" ? [expression.operand] : expression.operands).flatMap(subjectsOf);
}

/** Every instance type that an expression spells out, as it is written; none where it cannot be read. */
export function literalTypes(expression: string): readonly string[] {
  const parsed = parseConstraint(expression);
  return "problem" in parsed ? [] : typeTests(parsed.expression).filter(isLiteral).flatMap(({ args }) => args);
}

/** An expression as data, or what is wrong with it. */
export function parseConstraint(text: string): { readonly expression: Expression } | { readonly problem: string; readonly hint?: string } {
  try {
    return { expression: parseExpression(text) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const [first] = error.problems;
    // The first line says what is wrong; the next ones point at it in the expression.
    return { problem: first!.message.split("\n")[0]!, ...(first!.hint === undefined ? {} : { hint: first!.hint }) };
  }
}

/** The Neuron devices of one instance; 0 where it has others or none. */
export function neuronCount(type: InstanceType): number {
  return type.accelerator.kind === "neuron" ? type.accelerator.count : 0;
}

const subject = "attribute:ecs.instance-type";

/** A type that no instance has: an expression that is false for it chooses types. */
const noType = "none.none";

/** The value of an expression for one instance type; undefined where it depends on anything else. */
function evaluate(expression: Expression, type: string): boolean | undefined {
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

function typeTests(expression: Expression): readonly Test[] {
  if (expression.kind === "test") return expression.subject === subject ? [expression] : [];
  return (expression.kind === "not" ? [expression.operand] : expression.operands).flatMap(typeTests);
}

/** A pattern that starts with an accelerated family, all of which the catalogue has. */
const acceleratedPattern = /^\^?(?:dl|f|g|gr|inf|p|trn|vt)\d[^|]*$/;

function isPattern({ operator }: Test): boolean {
  return operator === "=~" || operator === "!~";
}

/** Whether a test spells types out and wants them. */
function isLiteral({ operator }: Test): boolean {
  return operator === "==" || operator === "in";
}
