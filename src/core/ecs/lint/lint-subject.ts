import { present } from "../../base/present.ts";
import type { Facts, Finding, Known } from "./rule.ts";
import { rules } from "./rules.ts";
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
