import type { Change } from "../core/ecs/diff.ts";
import type { PlannedRegistration } from "../core/plan/planned-run.ts";
import type { Style } from "./style.ts";

/** What becomes of a task definition, in rows of a plan: one for each field that changes. */
export function changeRows(family: string, { action, changes, taskDefinitionArn, notCompared }: Omit<PlannedRegistration, "family">): readonly (readonly string[])[] {
  if (action === "keep") return [["keep", taskDefinitionArn?.replace(/.*\//, "") ?? family, "says the same"]];
  if (notCompared !== undefined) return [["register", family, `${notCompared}: registered unless the newest says the same`]];
  return changes.length === 0 ? [["register", family, "the first revision"]] : changes.map((change) => ["register", family, changeText(change)]);
}

/** `desiredCount changed: 2 -> 3`. */
export function changeText({ path, kind, before, after }: Change): string {
  const values = [before, after].filter((each) => each !== undefined).map((each) => JSON.stringify(each));
  return `${path} ${kind}: ${values.join(" -> ")}`;
}

/** The colour of what is done. */
export function markAction(text: string, style: Style): string {
  if (text === "keep") return style.dim(text);
  return (text === "delete" || text === "stall" ? style.red : text === "update" ? style.yellow : style.green)(text);
}
