// Prints docs/workload-targets.md; scripts/build-targets-reference.mjs runs it.
import { listOr } from "../core/base/problem.ts";
import { outcomeOf, type Outcome, type WordTarget } from "./attempt.ts";
import { ecsTargets, eksTargets } from "./targets.ts";
import { words } from "./words.ts";

/** A word with what becomes of it, in the order of the targets. */
export interface Row {
  readonly path: string;
  readonly outcomes: readonly Outcome[];
}

export const targets: readonly WordTarget[] = [...ecsTargets, ...eksTargets];

/** Every word with what becomes of it on every target, found by resolving a small workload for each pair. */
export function everyRow(): readonly Row[] {
  return words.map((word) => ({ path: word.path, outcomes: targets.map((target) => outcomeOf(word, target)) }));
}

/** The rows to print: a word's inner words where they fare otherwise than it does. */
export function rowsToPrint(rows: readonly Row[]): readonly Row[] {
  const fate = ({ outcomes }: Row) => JSON.stringify(outcomes);
  const told = (row: Row): boolean => {
    const outer = outerOf(row, rows);
    return outer === undefined || fate(outer) !== fate(row);
  };
  const isShell = (row: Row) =>
    row.outcomes.every(({ verdict }) => verdict === "refused") && rows.some((each) => outerOf(each, rows) === row);
  return rows.filter((row) => told(row) && !isShell(row));
}

function outerOf({ path }: Row, rows: readonly Row[]): Row | undefined {
  const outer = path.split(".").slice(0, -1);
  if (outer.at(-1) === "*") outer.pop();
  return rows.find((each) => each.path === outer.join("."));
}

/** docs/workload-targets.md. */
export function targetsPage(): string {
  const notes = new Map<string, number>();
  const noteOf = (text: string) => {
    if (!notes.has(text)) notes.set(text, notes.size + 1);
    return notes.get(text)!;
  };
  const lines = rowsToPrint(everyRow()).map(({ path, outcomes }) => {
    const ecs = outcomes.slice(0, ecsTargets.length).map((outcome) => cell(outcome, noteOf));
    return [`\`${path.replaceAll(".*", "[]")}\``, ...ecs, eksCell(outcomes.slice(ecsTargets.length), noteOf)];
  });
  return [
    "# The words of the workload file on each target",
    "",
    "What becomes of every word on ECS and in each kind of Kubernetes resource. Nobody wrote this table: a small workload",
    "with the word was resolved for each target, beside the same without it. `yes`: it is carried, with what aiplat says of it",
    "where there is a number: of what it is not carried as, too, where a target refuses the examples of workload.md and takes",
    "others. `no`: it is refused by name, with the sentence of that number. `nothing`: it changes nothing",
    "there. Words within a word are rows of their own where they fare otherwise. What stands under `ecs` and `eks` is of the one target.",
    "What each word becomes is in [workload.md](workload.md).",
    "",
    `| word | ${ecsTargets.map(({ name }) => name).join(" | ")} | EKS |`,
    `|---|${"---|".repeat(ecsTargets.length + 1)}`,
    ...lines.map((cells) => `| ${cells.join(" | ")} |`),
    "",
    "## What is said",
    "",
    ...[...notes].map(([text, number]) => `${number}. ${text}`),
    "",
  ].join("\n");
}

type NoteOf = (text: string) => number;

function cell(outcome: Outcome, noteOf: NoteOf): string {
  switch (outcome.verdict) {
    case "carried":
      return "yes";
    case "unused":
      return "nothing";
    case "noted":
      return `yes (${outcome.said.map(noteOf).join(", ")})`;
    case "refused":
      return `no (${outcome.said.map(noteOf).join(", ")})`;
  }
}

/** One text where every kind fares alike; else the kinds by how they fare, and the rest together. */
function eksCell(outcomes: readonly Outcome[], noteOf: NoteOf): string {
  const byText = new Map<string, string[]>();
  outcomes.forEach((outcome, index) => {
    const { name } = eksTargets[index]!;
    const text = cell(ofAnyKind(outcome, name), noteOf);
    byText.set(text, [...(byText.get(text) ?? []), name]);
  });
  if (byText.size === 1) return [...byText.keys()][0]!;
  const groups = [...byText].sort(([, one], [, other]) => one.length - other.length);
  const [most] = groups.at(-1)!;
  return [
    ...groups.slice(0, -1).map(([text, names]) => `${listOr(names, "and")}: ${text}`),
    `all others: ${most}`,
  ].join("; ");
}

/** What is said, without the kind's name and the name of its container. */
function ofAnyKind(outcome: Outcome, kind: string): Outcome {
  if (!("said" in outcome)) return outcome;
  const said = outcome.said.map((text) =>
    text
      .replace(new RegExp(`^${kind} `), "It ")
      .replaceAll(new RegExp(`\\ban? ${kind}\\b`, "g"), "such a resource")
      .replaceAll(/\bcontainer [a-z-]+ (?=has|adds)/g, "the container "),
  );
  return { ...outcome, said };
}
