import { lintSubject } from "./lint-subject.ts";
import type { Lint } from "./rule.ts";
import { subjectOf } from "./subject-of.ts";

/**
 * The linter for definitions without raw fields, whose values are of the kinds that the API has: it loads no schema of
 * the API. For any other there is `lintTaskDefinition`.
 */
export const lintGenerated: Lint = (definition, known) => lintSubject(subjectOf(definition), known);
