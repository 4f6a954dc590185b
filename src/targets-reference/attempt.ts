import { isRaw, mergeRaw, type Raw } from "../core/base/merge.ts";
import { pathsMeet, Refusal, type Problem } from "../core/base/problem.ts";
import { checkDocument } from "../core/workload/check.ts";
import { workloadRules } from "../core/workload/rules.ts";
import { runRules, type TargetRule } from "../core/workload/rules/rule.ts";
import type { Workload } from "../core/workload/schema.ts";
import { has, type Word } from "./words.ts";

/** A place where a workload can run. */
export interface WordTarget {
  readonly name: string;
  /** What no workload there can be without. */
  readonly base: Raw;
  /** What words may need beside them, tried in order where a word alone is refused. */
  readonly beside: readonly Raw[];
  /** Words as they are legal there, tried where all that docs/workload.md shows of one is refused. */
  readonly samples: readonly Raw[];
  readonly rules: readonly TargetRule[];
  /**
   * What is made of a workload there, to be compared.
   *
   * @throws Refusal where it cannot be.
   */
  make(workload: Workload): { readonly made: unknown; readonly warnings: readonly Problem[] };
}

/** What becomes of a word on a target. */
export type Outcome =
  | { readonly verdict: "carried" | "unused" }
  /** With what is said of it. */
  | { readonly verdict: "noted" | "refused"; readonly said: readonly string[] };

type Attempt =
  | { readonly problems: readonly Problem[] }
  | { readonly made: string; readonly warnings: readonly Problem[] };

/** Resolves the least workload of a target with a word and without it, as the commands do, and says what the word did. */
export function outcomeOf({ path, documents }: Word, target: WordTarget): Outcome {
  const tries = documents.flatMap((document) => [{}, ...target.beside].map((context) => ({ document, context })));
  const refusals: (readonly Problem[])[] = [];
  for (const { document, context } of tries) {
    const attempt = tryOn(mergeRaw(mergeRaw(target.base, context, {}), document, {}), target);
    if ("problems" in attempt) {
      refusals.push(attempt.problems);
      continue;
    }
    const others = mergeRaw(context, deletionOf(document, target.base), {});
    const without = tryOn(mergeRaw(target.base, others, {}), target);
    const before: readonly string[] = "warnings" in without ? without.warnings.map(textOf) : [];
    const said = attempt.warnings.map(textOf).filter((text) => !before.includes(text));
    if (said.length > 0) return { verdict: "noted", said };
    const isUnused = "made" in without && without.made === attempt.made;
    // What is refused alone, and changes nothing beside what stands in for it, is refused.
    if (isUnused && refusals.length > 0) continue;
    return { verdict: isUnused ? "unused" : "carried" };
  }
  const segments = path.split(".");
  const isTaken = target.samples.some(
    (sample) => has(sample, segments) && "made" in tryOn(mergeRaw(target.base, sample, {}), target),
  );
  return { verdict: isTaken ? "noted" : "refused", said: [reasonOf(refusals, segments)] };
}

/** Why a word was refused: what the kind cannot do first, which is so whatever stands beside the word. */
function reasonOf(refusals: readonly (readonly Problem[])[], segments: readonly string[]): string {
  const isOwn = (each: Problem) => each.path !== undefined && pathsMeet(segments.slice(0, 1), each.path);
  const all = refusals.flat();
  const [first] = refusals;
  const found = all.find((each) => isOwn(each) && each.code === "kind-limit") ?? first!.find(isOwn) ?? first![0]!;
  return textOf(found);
}

/** What speaks against the least workload of a target, without which no word could be tried. */
export function problemsOfBase(target: WordTarget): readonly string[] {
  const attempt = tryOn(target.base, target);
  return "problems" in attempt ? attempt.problems.map(textOf) : [];
}

/** Takes away what a context says of the word's own key. */
function deletionOf(document: Raw, base: Raw): Raw {
  return Object.fromEntries(
    Object.keys(document)
      .filter((key) => !Object.hasOwn(base, key) && !isRaw(document[key]))
      .map((key) => [key, null]),
  );
}

function tryOn(document: Raw, { rules, make }: WordTarget): Attempt {
  const { problems, broken, workload } = checkDocument(document, () => undefined);
  const judged = [...problems, ...runRules([...rules, ...workloadRules], workload, broken)];
  const errors = judged.filter(({ severity }) => severity === "error");
  if (errors.length > 0) return { problems: errors };
  try {
    const { made, warnings } = make(workload);
    return { made: JSON.stringify(made), warnings: [...judged, ...warnings] };
  } catch (error) {
    if (error instanceof Refusal) return { problems: error.problems.filter(({ severity }) => severity === "error") };
    throw error;
  }
}

/** Without which kinds can carry the word, which the table says. */
function textOf({ code, message, hint }: Problem): string {
  return hint === undefined || code === "kind-limit" ? sentence(message) : `${sentence(message)} ${hint}`;
}

function sentence(message: string): string {
  return message.endsWith(".") ? message : `${message}.`;
}
