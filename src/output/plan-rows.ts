import type { Cost } from "../core/catalog/instance-types/cost.ts";
import type { Change } from "../core/ecs/diff.ts";
import type { LogGroupStep } from "../core/plan/log-groups.ts";
import type { Registration } from "../core/plan/registrations.ts";
import { amountText, basisText } from "./cost.ts";
import { toJson } from "./harmless.ts";
import type { View } from "./print.ts";
import type { Style } from "./style.ts";
import { tabSeparated } from "./table.ts";
import { wrapAfter } from "./wrap.ts";

/** What becomes of a task definition, in rows of a plan: one for each field that changes. */
export function changeRows({
  family,
  action,
  changes,
  taskDefinitionArn,
  notCompared,
}: Registration): readonly (readonly string[])[] {
  if (action === "keep") return [["keep", taskDefinitionArn?.replace(/.*\//, "") ?? family, "says the same"]];
  if (notCompared !== undefined)
    return [["register", family, `${notCompared}: registered unless the newest says the same`]];
  return changes.length === 0
    ? [["register", family, "the first revision"]]
    : changes.map((change) => ["register", family, changeText(change)]);
}

/** A log group that is made; of one that nobody knows of the plan's warnings say it. */
export function logGroupRows({ action, group, why }: LogGroupStep): readonly (readonly string[])[] {
  return action === "create" ? [["create", `log group ${group}`, why]] : [];
}

/** A plan as a table, with what its tasks cost below it. */
export function planTables(
  rows: readonly (readonly string[])[],
  cost: Cost | undefined,
): Required<Pick<View, "piped" | "table">> {
  const columns = [{ title: "ACTION", mark: markAction }, { title: "WHAT" }, { title: "WHY" }];
  return {
    piped: tabSeparated({ columns, rows }),
    table: { columns, rows: [...rows, ...costRows(cost)] },
  };
}

/** What the tasks cost; no row of a pipe, whose lines are what is done. */
export function costRows(cost: Cost | undefined): readonly (readonly string[])[] {
  return cost === undefined ? [] : [["cost", amountText(cost), basisText(cost)]];
}

/** A plan as a person reads it on a terminal: what is done to what, and below it each reason, however long. */
export function planText(title: string, rows: readonly (readonly string[])[], style: Style, columns: number): string {
  const lines = [style.bold(title)];
  let last = "";
  for (const [action = "", what = "", why = ""] of rows) {
    if (last !== `${action} ${what}`) lines.push(`${markAction(action.padEnd(indent - 2), style)}  ${what}`);
    last = `${action} ${what}`;
    lines.push(`${" ".repeat(indent)}${style.dim(wrapAfter(indent, why, columns))}`);
  }
  return `${lines.join("\n")}\n`;
}

/** As wide as the longest action and two spaces. */
const indent = "register".length + 2;

/** `desiredCount changed: 2 -> 3`. */
export function changeText({ path, kind, before, after, note }: Change): string {
  const values = [before, after].filter((each) => each !== undefined).map((each) => toJson(each));
  return `${path} ${kind}: ${values.join(" -> ")}${note === undefined ? "" : ` (${note})`}`;
}

/** The colour of what is done. */
export function markAction(text: string, style: Style): string {
  const action = text.trim();
  if (action === "keep" || action === "cost") return style.dim(text);
  if (action === "delete" || action === "stall") return style.red(text);
  return action === "update" ? style.yellow(text) : style.green(text);
}
