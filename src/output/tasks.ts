import { formatDuration } from "../core/duration.ts";
import { deviceNumber } from "../core/devices/slots.ts";
import { definitionNameOf, taskIdOf } from "../core/ecs/arn.ts";
import type { RunFailure, RunTaskResult, TaskResult } from "../core/plan/run-result.ts";
import type { View } from "./print.ts";
import type { Style } from "./style.ts";
import { alignedTable, type Column, type Table } from "./table.ts";

/** What run-task and `task wait` answer. */
export function runTaskResultView(result: RunTaskResult): View {
  return {
    kind: "RunTaskResult",
    document: { run: result.run, requested: result.requested, tasks: result.tasks, failures: result.failures },
    table: exactTable(result.tasks),
    text: async (style) => (result.tasks.length === 0 ? "" : alignedTable(runTable(result.tasks), style)),
  };
}

/** What `task list` and `task stop` answer. */
export function taskListView(tasks: readonly TaskResult[], now: number): View {
  return {
    kind: "TaskList",
    document: { tasks },
    table: exactTable(tasks),
    text: async (style) => (tasks.length === 0 ? "" : alignedTable(listTable(tasks, now), style)),
  };
}

/** One block for each different reason, with the tasks it is about and what to do. */
export function formatFailures(failures: readonly RunFailure[], style: Style): string {
  const groups = new Map<string, { readonly failure: RunFailure; readonly details: string[] }>();
  for (const failure of failures) {
    const key = `${failure.reason}\n${failure.hint}`;
    const group = groups.get(key) ?? { failure, details: [] };
    groups.set(key, group);
    if (failure.detail !== undefined) group.details.push(failure.detail);
  }
  return [...groups.values()].map(({ failure, details }) => `${style.red("failed:")} ${failure.reason}${about(details)}\n  ${failure.hint}\n`).join("");
}

/** `neuron0-3`, `neuron1,4`: device paths in short. */
export function deviceLabel(paths: readonly string[] | undefined): string {
  const numbers = (paths ?? []).flatMap((path) => deviceNumber(path) ?? []);
  if (numbers.length === 0) return "";
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else runs.push([number, number]);
  }
  return `neuron${runs.map(([first, end]) => (first === end ? `${first}` : `${first}-${end}`)).join(",")}`;
}

/** The colour of a task's status. */
export function markStatus(text: string, style: Style): string {
  if (text === "RUNNING") return style.green(text);
  return text === "STOPPED" ? style.dim(text) : style.yellow(text);
}

const status: Column = { title: "STATUS", mark: markStatus };
const exit: Column = { title: "EXIT", align: "right", mark: (text, style) => (text === "0" || text === "" ? text : style.red(text)) };

/** Everything, for pipes and pages: each value whole and one a cell. */
function exactTable(tasks: readonly TaskResult[]): Table {
  return {
    columns: [{ title: "TASK" }, status, { title: "RUN" }, { title: "TYPE" }, { title: "DEVICES" }, { title: "DEFINITION" }, exit, { title: "CREATED" }, { title: "REASON" }],
    rows: tasks.map((task) => [...common(task), task.run ?? "", ...place(task), exitOf(task), task.createdAt ?? "", reasonOf(task)]),
  };
}

function runTable(tasks: readonly TaskResult[]): Table {
  return trimmed({
    columns: [{ title: "TASK" }, status, { title: "TYPE" }, { title: "DEVICES" }, { title: "DEFINITION" }, exit, { title: "REASON" }],
    rows: tasks.map((task) => [...common(task), ...place(task), exitOf(task), reasonOf(task)]),
  });
}

function listTable(tasks: readonly TaskResult[], now: number): Table {
  return trimmed({
    columns: [{ title: "TASK" }, status, { title: "RUN" }, { title: "TYPE" }, { title: "DEVICES" }, { title: "DEFINITION" }, { title: "AGE", align: "right" }, exit, { title: "REASON" }],
    rows: tasks.map((task) => [...common(task), task.run ?? "", ...place(task), ageOf(task, now), exitOf(task), reasonOf(task)]),
  });
}

/** A terminal is narrow: columns where no task has anything are left out. */
function trimmed({ columns, rows }: Table): Table {
  const filled = columns.map((_, index) => rows.some((row) => row[index] !== ""));
  return { columns: columns.filter((_, index) => filled[index]), rows: rows.map((row) => row.filter((_, index) => filled[index])) };
}

const common = (task: TaskResult): readonly string[] => [taskIdOf(task.taskArn), task.lastStatus];
const place = (task: TaskResult): readonly string[] => [task.instanceType ?? "", deviceLabel(task.devices), definitionNameOf(task.taskDefinitionArn)];
const exitOf = (task: TaskResult): string => (task.exitCode === undefined ? "" : String(task.exitCode));
const reasonOf = (task: TaskResult): string => task.stoppedReason ?? task.stopCode ?? "";
const ageOf = (task: TaskResult, now: number): string => (task.createdAt === undefined ? "" : formatDuration(now - Date.parse(task.createdAt)));

function about(details: readonly string[]): string {
  if (details.length === 0) return "";
  const shown = details.slice(0, 4).map(taskIdOf).join(", ");
  return ` (${details.length <= 4 ? shown : `${shown} and ${details.length - 4} more`})`;
}
