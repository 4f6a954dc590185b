import { present } from "../../base/present.ts";
import type { Facts, Finding, Known, Lint } from "./rule.ts";
import { rules } from "./rules.ts";
import { subjectOf } from "./subject-of.ts";
import type { Subject } from "./subject.ts";
import { readTypeConstraint } from "./type-constraint.ts";

/** What the rules say of a task definition. */
export function lintSubject(subject: Subject, known: Known = {}): readonly Finding[] {
  const constraint = readTypeConstraint(subject.constraints);
  const facts: Facts = { ...known, ...present({ constraint }) };
  return rules.flatMap(({ id, severity, check }) =>
    check(subject, facts).map((breach): Finding => ({ rule: id, severity, ...breach }) as Finding),
  );
}

/**
 * The linter for definitions without raw fields, whose values are of the kinds that the API has: it loads no schema of
 * the API. For any other there is `lintTaskDefinition`.
 */
export const lintGenerated: Lint = (definition, known) => lintSubject(subjectOf(definition), known);
