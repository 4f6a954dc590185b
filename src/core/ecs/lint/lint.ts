import type { Raw } from "../../base/merge.ts";
import { readSubject } from "./read-subject.ts";
import type { Facts, Finding } from "./rule.ts";
import { rules } from "./rules.ts";
import { readTypeConstraint } from "./type-constraint.ts";

/** What is wrong with a task definition, whoever wrote it: a RegisterTaskDefinition input or what ECS describes. */
export function lintTaskDefinition(definition: Raw): readonly Finding[] {
  const subject = readSubject(definition);
  const constraint = readTypeConstraint(subject.constraints);
  const facts: Facts = constraint === undefined ? {} : { constraint };
  return rules.flatMap(({ id, severity, check }) =>
    check(subject, facts).map((breach) => ({ rule: id, severity, ...breach })),
  );
}
