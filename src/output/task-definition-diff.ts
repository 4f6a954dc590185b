import type { RegisteredTaskDefinition, TaskDefinition } from "../core/ecs-api/api.ts";
import type { Change } from "../core/ecs/diff.ts";
import { toJson } from "./harmless.ts";
import { githubAnnotation } from "./annotations.ts";
import type { View } from "./print.ts";
import type { Style } from "./style.ts";

/** A declared task definition beside the latest registered one of its family. */
export interface ComparedDefinition {
  readonly declared: TaskDefinition;
  /** Undefined where the family has none. */
  readonly registered?: RegisteredTaskDefinition;
  readonly changes: readonly Change[];
}

/** What `taskdef diff` answers: unified like a text diff, for people and for pipes. */
export function taskDefinitionDiffView(compared: readonly ComparedDefinition[]): View {
  const rows = compared.flatMap(({ declared: { family }, registered, changes }) =>
    registered === undefined
      ? [[family, "new", "", "", ""]]
      : changes.map(({ path, kind, before, after, note }) => [
          family,
          kind,
          path,
          cell(before),
          note === undefined ? cell(after) : `${cell(after)} (${note})`,
        ]),
  );
  return {
    kind: "TaskDefinitionDiff",
    document: {
      items: compared.map(({ declared: { family }, registered, changes }) => ({
        family,
        status: statusOf(registered, changes),
        ...(registered === undefined
          ? {}
          : { revision: registered.revision, taskDefinitionArn: registered.taskDefinitionArn }),
        changes,
      })),
    },
    table: {
      columns: [
        { title: "FAMILY" },
        { title: "CHANGE", mark: markChange },
        { title: "FIELD" },
        { title: "REGISTERED" },
        { title: "DECLARED" },
      ],
      rows,
    },
    text: (style) => unified(compared, style),
    piped: (style) => unified(compared, style),
    github: rows
      .map(([family, kind, path, before, after]) =>
        githubAnnotation(
          "notice",
          { title: family },
          kind === "new"
            ? "not registered yet"
            : `${path} ${kind}: ${[before, after].filter((each) => each !== "").join(" -> ")}`,
        ),
      )
      .join(""),
  };
}

function statusOf(
  registered: RegisteredTaskDefinition | undefined,
  changes: readonly Change[],
): "new" | "changed" | "unchanged" {
  if (registered === undefined) return "new";
  return changes.length === 0 ? "unchanged" : "changed";
}

function unified(compared: readonly ComparedDefinition[], style: Style): string {
  return compared
    .filter(({ registered, changes }) => registered === undefined || changes.length > 0)
    .map(({ declared: { family }, registered, changes }) => {
      if (registered === undefined) return style.green(`+ ${family} is not registered yet\n`);
      const head = [
        style.bold(`--- ${family}:${registered.revision} registered`),
        style.bold(`+++ ${family} declared`),
      ];
      return `${[...head, ...changes.flatMap((change) => changeLines(change, style))].join("\n")}\n`;
    })
    .join("\n");
}

function changeLines({ path, before, after, note }: Change, style: Style): readonly string[] {
  const lines = (sign: string, value: unknown) =>
    value === undefined
      ? []
      : toJson(value, 2)
          .split("\n")
          .map((line) => `${sign}   ${line}`);
  return [
    `  ${path}${note === undefined ? "" : `  ${style.dim(`(${note})`)}`}`,
    ...lines("-", before).map(style.red),
    ...lines("+", after).map(style.green),
  ];
}

function markChange(text: string, style: Style): string {
  if (text === "removed") return style.red(text);
  return text === "changed" ? style.yellow(text) : style.green(text);
}

/** Text as it is, anything else as compact JSON. */
function cell(value: unknown): string {
  if (value === undefined) return "";
  return typeof value === "string" ? value : toJson(value);
}
