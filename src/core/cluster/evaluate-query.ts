import type { ContainerInstance } from "./snapshot.ts";
import { compareVersions, isVersion } from "../base/version.ts";
import type { Expression, Operator, QuerySubject, Test } from "../ecs-api/query/expression.ts";
import { parseInstant } from "../ecs-api/query/instant.ts";
import { compileJavaPattern } from "../ecs-api/query/java-match.ts";
import { parseJavaPattern } from "../ecs-api/query/java-pattern.ts";
import { parseDecimal } from "../ecs-api/query/subjects.ts";

/** What an expression is about: an instance and the groups of the tasks on it. */
export interface Candidate {
  readonly instance: ContainerInstance;
  /** Of the tasks whose desired status is not STOPPED, as for distinctInstance. */
  readonly groups: Pick<ReadonlySet<string>, "keys">;
}

export type Predicate = (candidate: Candidate) => boolean;

/** Whether the expression selects the candidate. For many candidates compile it once. */
export function evaluate(expression: Expression, candidate: Candidate): boolean {
  return compileExpression(expression)(candidate);
}

/** Makes a function of an expression: dates, versions and patterns are read once. */
export function compileExpression(expression: Expression): Predicate {
  if (expression.kind === "test") return compileTest(expression);
  if (expression.kind === "not") {
    const operand = compileExpression(expression.operand);
    return (candidate) => !operand(candidate);
  }
  const operands = expression.operands.map(compileExpression);
  return expression.kind === "and"
    ? (candidate) => operands.every((each) => each(candidate))
    : (candidate) => operands.some((each) => each(candidate));
}

/** The value that a comparison looks at, as text; undefined where the instance has none. */
export function valueOf(subject: QuerySubject, instance: ContainerInstance): string | undefined {
  switch (subject) {
    case "agentConnected":
      return String(instance.agentConnected);
    case "agentVersion":
      return instance.agentVersion;
    case "ec2InstanceId":
      return instance.ec2InstanceId;
    case "registeredAt":
      return instance.registeredAt === undefined ? undefined : new Date(instance.registeredAt).toISOString();
    case "runningTasksCount":
      return String(instance.runningTasksCount);
    case "task:group":
      return undefined;
    default: {
      const name = subject.slice("attribute:".length);
      return Object.hasOwn(instance.attributes, name) ? instance.attributes[name] : undefined;
    }
  }
}

function compileTest(test: Test): Predicate {
  const { subject, operator } = test;
  if (subject === "task:group") return compileGroups(test);
  if (operator === "exists") return ({ instance }) => valueOf(subject, instance) !== undefined;
  if (operator === "!exists") return ({ instance }) => valueOf(subject, instance) === undefined;
  const ordered = compileOrder(test);
  if (ordered !== undefined) return ({ instance }) => ordered(instance);
  const matches = compileText(test);
  // "attribute:stack != prod" selects only instances that have the attribute; the other negations are read the same
  // way.
  return ({ instance }) => {
    const value = valueOf(subject, instance);
    return value !== undefined && matches(value) !== isNegative(operator);
  };
}

/** An instance has a group for each of its tasks: a negation says that none of them is meant. AWS does not say. */
function compileGroups(test: Test): Predicate {
  const matches = test.operator === "exists" || test.operator === "!exists" ? () => true : compileText(test);
  const negative = isNegative(test.operator);
  return ({ groups }) => {
    for (const group of groups.keys()) if (matches(group)) return !negative;
    return negative;
  };
}

function isNegative(operator: Operator): boolean {
  return operator.startsWith("!");
}

/** Whether a text is what the comparison names, before its negation. */
function compileText({ operator, args }: Test): (value: string) => boolean {
  if (operator === "=~" || operator === "!~") return compileJavaPattern(parseJavaPattern(args[0]!));
  if (args.length === 1) return (value) => value === args[0];
  const values = new Set(args);
  return (value) => values.has(value);
}

/**
 * Comparisons of what has an order; undefined for comparisons of text. A value that cannot be compared is not selected.
 */
function compileOrder({ subject, operator, args }: Test): ((instance: ContainerInstance) => boolean) | undefined {
  const wanted = args[0]!;
  const compare = (distance: (instance: ContainerInstance) => number) => (instance: ContainerInstance) =>
    holds(operator, distance(instance));
  if (subject === "agentVersion")
    return compare(({ agentVersion = "" }) =>
      isVersion(agentVersion) ? compareVersions(agentVersion, wanted) : Number.NaN,
    );
  // Expressions have no fractions of a second, and registration times do.
  if (subject === "registeredAt")
    return compare(({ registeredAt }) => Math.floor((registeredAt ?? Number.NaN) / 1000) - parseInstant(wanted)!);
  if (subject === "runningTasksCount") return compare(({ runningTasksCount }) => runningTasksCount - Number(wanted));
  if (/^[<>]/.test(operator))
    return compare((instance) => parseDecimal(valueOf(subject, instance) ?? "") - parseDecimal(wanted));
  return undefined;
}

function holds(operator: Operator, distance: number): boolean {
  if (Number.isNaN(distance)) return false;
  switch (operator) {
    case "==":
      return distance === 0;
    case "!=":
      return distance !== 0;
    case ">":
      return distance > 0;
    case ">=":
      return distance >= 0;
    case "<":
      return distance < 0;
    default:
      return distance <= 0;
  }
}
