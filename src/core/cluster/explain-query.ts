import type { ContainerInstance } from "./snapshot.ts";
import { valueOf } from "./evaluate-query.ts";
import type { Expression, QuerySubject } from "../ecs-api/query/expression.ts";

/** What an instance has of everything that an expression looks at: why it was not selected. */
export function explainFailure(expression: Expression, instance: ContainerInstance): string {
  return [...new Set(subjectsOf(expression))].map((subject) => describe(subject, instance)).join(", ");
}

/** The subjects of an expression's comparisons, in order. */
export function subjectsOf(expression: Expression): readonly QuerySubject[] {
  if (expression.kind === "test") return [expression.subject];
  return expression.kind === "not" ? subjectsOf(expression.operand) : expression.operands.flatMap(subjectsOf);
}

function describe(subject: QuerySubject, instance: ContainerInstance): string {
  if (subject === "task:group") return "by the tasks that are there";
  const name = subject.replace(/^attribute:/, "");
  const value = valueOf(subject, instance);
  if (value === undefined) return `the instance has no ${name}`;
  return value === "" ? `the instance has ${name} without a value` : `${name} is ${value}`;
}
