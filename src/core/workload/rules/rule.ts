import type { ProblemCode, RefusalCode, WarningCode } from "../../base/codes/problem-codes.ts";
import { pathsMeet, type Path, type Problem } from "../../base/problem.ts";
import type { Workload } from "../schema.ts";
import type { JsonSchema } from "./fragments.ts";

/** What a rule finds wrong: a problem whose code is the rule's. */
export interface RuleFinding {
  readonly path: Path;
  readonly message: string;
  readonly hint?: string;
}

interface RuleBase {
  readonly code: ProblemCode;
  /** Every key that `check` reads: the rule is left out where one of them is wrong by itself. */
  readonly reads: readonly string[];
  check(workload: Workload): readonly RuleFinding[];
}

type WarningRule = RuleBase & { readonly code: WarningCode; readonly severity: "warning" };

/** What several keys of a workload say together, and may not. */
export type Rule =
  | (RuleBase & {
      readonly code: RefusalCode;
      readonly severity: "error";
      /** The same in the published JSON Schema, so that an editor says it too. */
      readonly jsonSchema: () => JsonSchema;
      /** What JSON Schema cannot say of it: it cannot compare two values of a document. */
      readonly beyondJsonSchema?: string;
    })
  | WarningRule;

/** A rule of one target: the published JSON Schema is for all of them, so it has no part of it. */
export type TargetRule = (RuleBase & { readonly code: RefusalCode; readonly severity: "error" }) | WarningRule;

/**
 * Runs the rules on a workload.
 *
 * @param broken Where values are wrong by themselves: no rule that reads there is run.
 */
export function runRules(
  rules: readonly TargetRule[],
  workload: Workload,
  broken: readonly Path[],
): readonly Problem[] {
  return rules
    .filter(({ reads }) => !reads.some((path) => broken.some((each) => pathsMeet(path.split("."), each))))
    .flatMap(({ code, severity, check }) =>
      check(workload).map((finding): Problem => ({ severity, code, ...finding })),
    );
}
