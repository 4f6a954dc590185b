import { readFileSync } from "node:fs";
import { Refusal, type LocatedProblem, type Problem } from "../../src/core/base/problem.ts";
import { checkDocument } from "../../src/core/workload/check.ts";
import type { Raw } from "../../src/core/base/merge.ts";
import { parseWorkloadText } from "../../src/core/workload/parse.ts";
import { runRules, type TargetRule } from "../../src/core/workload/rules/rule.ts";
import { workloadRules } from "../../src/core/workload/rules.ts";

/** A legal workload, as text, for tests to change. */
export const minimal = { name: "bert", image: "bert:1", accelerator: { instanceTypes: ["inf2.xlarge"] } } as const;

/** Everything validate finds in a document. */
export function problemsOf(document: unknown, rules: readonly TargetRule[] = workloadRules): readonly Problem[] {
  const { problems, broken, workload } = checkDocument(document as Raw, () => undefined);
  return [...problems, ...runRules(rules, workload, broken)];
}

/** The codes of what validate finds wrong in a document, warnings left out. */
export function errorCodes(document: unknown): readonly string[] {
  return problemsOf(document).flatMap(({ severity, code }) => (severity === "error" ? [code] : []));
}

/** The problems that a text is refused for; undefined where it can be read. */
export function refusalOf(text: string): readonly LocatedProblem[] | undefined {
  try {
    const { problems } = parseWorkloadText(text, "w.yaml");
    return problems.length === 0 ? undefined : problems;
  } catch (error) {
    if (error instanceof Refusal) return error.problems;
    throw error;
  }
}

/** A workload file as a plain document. */
export function readDocument(path: string): Raw {
  return parseWorkloadText(readFileSync(path, "utf8"), path).value;
}
