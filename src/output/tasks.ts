import { idOf } from "./device-summary.ts";
import type { Context } from "../context.ts";
import type { RunFailure, RunTaskResult, TaskResult } from "../core/plan/run-result.ts";
import type { TaskRow } from "../core/plan/task-row.ts";
import type { View } from "./print.ts";
import { styleFor, type Style } from "./style.ts";
import { columnsOf, wrapLines } from "./wrap.ts";
import { alignedTable, filledColumns, type Column, type Table } from "./table.ts";

/** What run-task and `task wait` answer. */
export function runTaskResultView(result: RunTaskResult, rows: readonly TaskRow[]): View {
  return {
    kind: "RunTaskResult",
    document: { run: result.run, requested: result.requested, tasks: result.tasks, failures: result.failures },
    table: toTable(everything, rows),
    text: async (style, columns) => terminalText(ofRun, rows, style, columns),
  };
}

/** What `task list` and `task stop` answer. */
export function taskListView(tasks: readonly TaskResult[], rows: readonly TaskRow[]): View {
  return {
    kind: "TaskList",
    document: { tasks },
    table: toTable(everything, rows),
    text: async (style, columns) => terminalText(ofList, rows, style, columns),
  };
}

/** On a terminal the first part of an id does: every command takes it. */
async function terminalText(
  keys: readonly (keyof TaskRow)[],
  rows: readonly TaskRow[],
  style: Style,
  columns: number,
): Promise<string> {
  if (rows.length === 0) return "";
  const short = rows.map((row) => ({ ...row, id: row.id.slice(0, 8) }));
  return alignedTable(filledColumns(toTable(narrow(keys, rows), short)), style, columns);
}

/** One block for each different reason, with the tasks it is about and what to do. */
export function formatFailures(
  failures: readonly RunFailure[],
  style: Style,
  columns = Number.POSITIVE_INFINITY,
): string {
  const groups = new Map<string, { readonly failure: RunFailure; readonly details: string[] }>();
  for (const failure of failures) {
    const key = `${failure.reason}\n${failure.hint}`;
    const group = groups.get(key) ?? { failure, details: [] };
    groups.set(key, group);
    if (failure.detail !== undefined) group.details.push(failure.detail);
  }
  return [...groups.values()]
    .map(({ failure, details }) => {
      const lines = wrapLines(`${failed} ${failure.reason}${about(details)}\n  ${failure.hint}`, columns, "  ");
      return `${style.red(failed)}${lines.slice(failed.length)}\n`;
    })
    .join("");
}

const failed = "failed:";

/** The colour of a task's status. */
function markStatus(text: string, style: Style): string {
  if (text === "RUNNING") return style.green(text);
  return text === "STOPPED" ? style.dim(text) : style.yellow(text);
}

const status: Column = { title: "STATUS", mark: markStatus };
const exit: Column = {
  title: "EXIT",
  align: "right",
  mark: (text, style) => (text === "0" || text === "" ? text : style.red(text)),
};

/** The columns there are, by what they show. */
const columns: Readonly<Record<keyof TaskRow, Column>> = {
  id: { title: "TASK" },
  status,
  run: { title: "RUN" },
  type: { title: "TYPE" },
  devices: { title: "DEVICES" },
  definition: { title: "DEFINITION" },
  exit,
  created: { title: "CREATED" },
  age: { title: "AGE", align: "right" },
  reason: { title: "REASON" },
  answers: { title: "ANSWERS AT" },
};

/** For pipes and pages: each value whole and one a cell. */
const everything = [
  "id",
  "status",
  "run",
  "type",
  "devices",
  "definition",
  "exit",
  "created",
  "reason",
  "answers",
] as const;
const ofRun = ["id", "status", "type", "devices", "definition", "exit", "reason"] as const;
const ofList = ["id", "status", "run", "type", "devices", "definition", "age", "exit", "answers", "reason"] as const;

function toTable(keys: readonly (keyof TaskRow)[], rows: readonly TaskRow[]): Table {
  return { columns: keys.map((key) => columns[key]), rows: rows.map((row) => keys.map((key) => row[key])) };
}

/** Where type and devices of every task are told, the definition's name says no more: 80 columns hold the rest. */
function narrow(keys: readonly (keyof TaskRow)[], rows: readonly TaskRow[]): readonly (keyof TaskRow)[] {
  return rows.every(({ type, devices }) => type !== "" && devices !== "")
    ? keys.filter((key) => key !== "definition")
    : keys;
}

function about(details: readonly string[]): string {
  if (details.length === 0) return "";
  const shown = details.slice(0, 4).map((detail) => (detail.startsWith("arn:") ? idOf(detail) : detail));
  const more = details.length - shown.length;
  // Sentences each have a line of their own; names stand in a row.
  if (shown.some((detail) => detail.includes(" ")))
    return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].map((line) => `\n  ${line}`).join("");
  return ` (${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""})`;
}

/** Says on stderr what failed and what to do; under json and yaml the result's document has it. */
export async function printFailures(context: Context, failures: readonly RunFailure[]): Promise<void> {
  const { format, color } = context.options;
  if (failures.length === 0 || format === "json" || format === "yaml") return;
  context.stderr.write(
    formatFailures(failures, await styleFor(color, context.env, context.stderr), columnsOf(context.stderr)),
  );
}
