import type { RunFailure } from "../core/plan/run-result.ts";
import type { View } from "./print.ts";

/** What becomes of one task definition. */
export interface PlannedRegistration {
  readonly family: string;
  readonly action: "register" | "keep";
  /** The revision that stays. */
  readonly taskDefinitionArn?: string;
  /** Field by field what differs from the latest revision; empty for a new family. */
  readonly changes: readonly { readonly path: string; readonly kind: string; readonly before?: unknown; readonly after?: unknown }[];
}

export interface Plan {
  readonly cluster: string;
  readonly requested: number;
  readonly registrations: readonly PlannedRegistration[];
  readonly placements: readonly { readonly taskDefinition: string; readonly count: number; readonly why: string }[];
  readonly failures: readonly RunFailure[];
}

/** What `plan` answers. */
export function planView(plan: Plan): View {
  const registered = plan.registrations.flatMap(({ family, action, changes }) =>
    action === "keep" ? [["keep", family, "the latest revision says the same"]] : changes.length === 0 ? [["register", family, "the first revision"]] : changes.map(({ path, kind, before, after }) => ["register", family, `${path} ${kind}: ${[before, after].filter((each) => each !== undefined).map((each) => JSON.stringify(each)).join(" -> ")}`]),
  );
  const placed = plan.placements.map(({ taskDefinition, count, why }) => ["place", `${count} x ${taskDefinition.replace(/.*\//, "")}`, why]);
  return {
    kind: "Plan",
    document: { ...plan },
    table: {
      columns: [{ title: "ACTION", mark: (text, style) => (text === "keep" ? style.dim(text) : style.green(text)) }, { title: "WHAT" }, { title: "WHY" }],
      rows: [...registered, ...placed],
    },
  };
}
