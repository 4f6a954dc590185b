import type { LintRuleWith } from "../../base/codes/lint-rules.ts";
import type { Raw } from "../../base/merge.ts";
import type { Edit } from "../../edit/edit.ts";
import type { Path } from "../../base/problem.ts";
import type { Subject } from "./subject.ts";
import type { TypeConstraint } from "./type-constraint.ts";

export type Severity = "error" | "warning";

/** One place where a task definition breaks a rule. */
export interface Breach {
  /** Keys and indices from the root of the task definition. */
  readonly path: Path;
  /** What is wrong, in one sentence, naming the offending value. */
  readonly message: string;
  /** What to write instead. */
  readonly fix: string;
  /** What carries the fix out, from the root of the task definition; only where there is one right answer. */
  readonly edits?: readonly Edit[];
}

/** A breach with the rule it breaks. */
export type Finding = Breach &
  (
    | { readonly rule: LintRuleWith<"error">; readonly severity: "error" }
    | { readonly rule: LintRuleWith<"warning">; readonly severity: "warning" }
  );

/** What is known of where the task definition is to run. */
export interface Known {
  /** The cluster's; where it is not known, the locks that the definition has for its devices say it. */
  readonly lockPortBase?: number;
}

/** What the rules know beside the task definition itself: what its constraints mean in the catalogue. */
export interface Facts extends Known {
  /** The instance types that the placement constraints choose; undefined where they choose none. */
  readonly constraint?: TypeConstraint;
}

/** How bad a breach is. `error`: ECS refuses it, or the task cannot work there. `warning`: it can work and may not. */
type Graded<Level extends Severity> = { readonly id: LintRuleWith<Level>; readonly severity: Level };

/**
 * A rule is data: its id and severity, which the registry explains (base/codes/lint-rules.ts), and the check. A check
 * that is not sure stays silent.
 */
export type LintRule = (Graded<"error"> | Graded<"warning">) & {
  readonly check: (subject: Subject, facts: Facts) => readonly Breach[];
};

/** What the linter says of a task definition. */
export type Lint = (definition: Raw, known: Known) => readonly Finding[];
