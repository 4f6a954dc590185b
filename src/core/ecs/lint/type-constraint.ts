import { findInstanceType, instanceTypes } from "../../catalog/instance-types/catalog.ts";
import type { InstanceType } from "../../catalog/instance-types/instance-type.ts";
import type { Expression, Test } from "../../ecs-api/query/expression.ts";
import { namesTypes, typeTests } from "../../ecs-api/query/type-names.ts";
import type { Path } from "../../base/problem.ts";
import type { SubjectConstraint } from "./subject.ts";
import { evaluate, isLiteral, noType, parseConstraint } from "./type-expression.ts";

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
  // Where nothing but whole names decides, no type passes that is not among them: `noType`, which is not either, fails.
  const spelled = new Set(tests.flatMap(({ args }) => args.map((name) => name.toLowerCase())));
  const bySpelling = tests.every(namesTypes) && !spelled.has(noType);
  return {
    types: instanceTypes.filter((type) => (!bySpelling || spelled.has(type.instanceType)) && passes(type.instanceType)),
    others: named.filter((name) => findInstanceType(name) === undefined && passes(name)),
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

/** The Neuron devices of one instance; 0 where it has others or none. */
export function neuronCount(type: InstanceType): number {
  return type.accelerator.kind === "neuron" ? type.accelerator.count : 0;
}

/** A pattern that starts with an accelerated family, all of which the catalogue has. */
const acceleratedPattern = /^\^?(?:dl|f|g|gr|inf|p|trn|vt)\d[^|]*$/;

function isPattern({ operator }: Test): boolean {
  return operator === "=~" || operator === "!~";
}
