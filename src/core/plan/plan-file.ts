import { parseJson } from "../base/json.ts";
import type * as z from "zod/mini";
import { safeParse } from "zod/mini";
import { mismatchesOf, type Mismatch } from "../base/document-issues.ts";
import { isRaw, type Raw } from "../base/merge.ts";
import { pathText, problem, Refusal, type Path } from "../base/problem.ts";

/**
 * Reads what `aiplat plan -o json` printed.
 *
 * @param name What the file is called in messages.
 * @throws Refusal where it is something else.
 */
export function readPlan(json: string, name: string): Raw {
  let document: unknown;
  try {
    document = parseJson(json);
  } catch (error) {
    throw planRefusal(name, `is no JSON: ${(error as Error).message}`, again);
  }
  if (!isRaw(document) || document["kind"] !== "Plan" || document["apiVersion"] !== "aiplat/v1")
    throw planRefusal(name, "is not a plan of aiplat", again);
  return document;
}

const again = "Write one with: aiplat plan -o json > plan.json";

export function planRefusal(name: string, what: string, hint: string): Refusal {
  return new Refusal([problem("not-a-plan", [], `${name} ${what}`, hint)]);
}

/** How many problems are told: a document that is something else has one for each field. */
const told = 10;

/**
 * The document, where it has the shape; what it has beyond that stays in it.
 *
 * @throws Refusal with everything that is wrong.
 */
export function checkShape<Schema extends z.ZodMiniType>(schema: Schema, document: Raw, name: string): z.infer<Schema> {
  const result = safeParse(schema, document);
  if (!result.success) refuseAll(name, mismatchesOf(result.error.issues, document));
  return document as z.infer<Schema>;
}

/** @throws Refusal where there are any. */
export function refuseAll(name: string, mismatches: readonly Mismatch[]): void {
  if (mismatches.length === 0) return;
  const shown = mismatches.slice(0, told);
  const more = mismatches.length > told ? ` ${mismatches.length - told} more problems are not shown.` : "";
  // One hint for all of them.
  throw new Refusal(
    shown.map(({ path, message }, index) =>
      problem(
        "broken-plan",
        path,
        `${name}: ${pathText(path) || "the document"} ${message}`,
        index === shown.length - 1
          ? `A plan is carried out as it was printed: plan again rather than edit it.${more}`
          : undefined,
      ),
    ),
  );
}

/** That a part of the plan says something else than the plan does; nothing where it does not. */
export function differ(path: Path, value: unknown, other: unknown, what: string): readonly Mismatch[] {
  return value === other
    ? []
    : [{ path, message: `${JSON.stringify(value) ?? "nothing"} is not the plan's ${what}, ${JSON.stringify(other)}` }];
}
