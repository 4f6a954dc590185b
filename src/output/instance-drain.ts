import type { DrainRow } from "../core/plan/drain-row.ts";
import type { DrainPlan } from "../core/plan/plan-drain.ts";
import type { View } from "./print.ts";
import { tabSeparated, type Table } from "./table.ts";

/** What `cluster drain` answers: a line a task, with where it goes. */
export function instanceDrainView(plan: DrainPlan, rows: readonly DrainRow[]): View {
  const table: Table = {
    columns: [{ title: "TASK" }, { title: "OF" }, { title: "DEVICES" }, { title: "GOES TO" }],
    rows: rows.map(({ id, of, devices, goesTo }) => [id, of, devices, goesTo]),
  };
  return { kind: "InstanceDrain", document: { ...plan }, table, piped: tabSeparated(table) };
}
