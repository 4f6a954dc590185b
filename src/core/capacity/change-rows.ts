import { listOr } from "../base/problem.ts";
import type { ResourceChange } from "./stack.ts";

/** A change of a stack's resource in a reader's words. */
export interface ChangeRow {
  readonly what: "add" | "change" | "replace" | "may replace" | "remove";
  readonly logicalId: string;
  readonly type: string;
  /** What is at work, empty for what comes and goes. */
  readonly why: string;
}

/** What a change set does: what is lost or made anew first, as that is what a reader must not miss. */
export function changeRows(changes: readonly ResourceChange[]): readonly ChangeRow[] {
  const rows = changes.map(toRow);
  const order: readonly ChangeRow["what"][] = ["remove", "replace", "may replace", "change", "add"];
  return rows.toSorted((one, other) => order.indexOf(one.what) - order.indexOf(other.what));
}

const replacements = { True: "replace", Conditional: "may replace" } as const;

function toRow({ action, logicalId, type, replacement, causes }: ResourceChange): ChangeRow {
  if (action === "Add" || action === "Import") return { what: "add", logicalId, type, why: "" };
  if (action === "Remove") return { what: "remove", logicalId, type, why: "" };
  const what = replacement === undefined ? "change" : replacements[replacement];
  const decisive = causes.filter(({ recreates }) => recreates !== "Never");
  const told = what !== "change" && decisive.length > 0 ? decisive : causes;
  const why = told.map(({ target, by }) => (by === undefined ? target : `${target} (by ${by})`));
  return { what, logicalId, type, why: listOr([...new Set(why)], "and") };
}
