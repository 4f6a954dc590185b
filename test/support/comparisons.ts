import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { factsOf, type Facts } from "./manifest-facts.ts";
import type { Raw } from "../../src/core/base/merge.ts";
import { factsOfDefinition } from "./definition-facts.ts";
import { ecsOf } from "./ecs.ts";
import { generate } from "./kubernetes-workloads.ts";
import type { KubernetesSettings } from "../../src/core/kubernetes/generate.ts";
import type { Workload } from "../../src/core/workload/schema.ts";
import { readDocument } from "./workload.ts";

const folder = join(import.meta.dirname, "../fixtures/comparisons");

/** Why a field is otherwise, or not there. */
export interface Reason {
  /** A pattern of the whole field. */
  readonly field: string;
  readonly why: string;
  /** For whom it matters all the same. */
  readonly matters?: string;
}

/** A public manifest beside what aiplat makes of the workload that is to be the same. */
export interface Comparison {
  readonly name: string;
  readonly source: { readonly repository: string; readonly commit: string; readonly path: string };
  readonly kind: string;
  /** Whose manifest it is, besides of Kubernetes or ECS. */
  readonly systems: readonly string[];
  readonly theirs: Facts;
  readonly ours: Facts;
}

/** A field of theirs that ours has otherwise, or not at all. */
export interface Difference {
  readonly field: string;
  readonly theirs: string;
  /** Undefined where ours lacks it. */
  readonly ours: string | undefined;
  readonly reason: Reason | undefined;
}

export const reasons = parse(readFileSync(join(folder, "reasons.yaml"), "utf8")) as readonly Reason[];

export const comparisons: readonly Comparison[] = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => {
    const {
      source,
      kind,
      systems = [],
      settings,
      facts,
    } = parse(readFileSync(join(folder, name, "theirs.yaml"), "utf8")) as {
      readonly source: Comparison["source"];
      readonly kind: string;
      readonly systems?: readonly string[];
      /** The options of `eks generate` that it takes. */
      readonly settings?: KubernetesSettings;
      readonly facts: Readonly<Record<string, string>>;
    };
    const workload = readDocument(join(folder, name, "aiplat.yaml")) as unknown as Workload;
    return {
      name,
      source,
      kind,
      systems,
      theirs: new Map(Object.entries(facts)),
      ours:
        kind === "TaskDefinition"
          ? factsOfDefinition(ecsOf(workload, { region: "us-east-1" }).variants[0]!.definition)
          : factsOf(JSON.parse(JSON.stringify(generate(workload, undefined, settings))) as readonly Raw[], kind),
    };
  });

/** Each system and how many of the manifests are its. */
export function systemsOf(all: readonly Comparison[]): readonly (readonly [system: string, manifests: number])[] {
  const named = all.flatMap(({ systems }) => systems);
  return [...new Set(named)].sort().map((system) => [system, named.filter((each) => each === system).length]);
}

/** What is not the same, in the order of theirs. */
export function differencesOf({ theirs, ours }: Comparison): readonly Difference[] {
  return [...theirs]
    .filter(([field, value]) => ours.get(field) !== value)
    .map(([field, value]) => ({ field, theirs: value, ours: ours.get(field), reason: reasonFor(field) }));
}

export function reasonFor(field: string): Reason | undefined {
  return reasons.find((reason) => new RegExp(`^(?:${reason.field})$`).test(field));
}

/** docs/comparisons.md. */
export function comparisonsPage(): string {
  const told = comparisons.map((each) => ({ ...each, differences: differencesOf(each) }));
  const lacking = (differences: readonly Difference[]) => differences.filter(({ ours }) => ours === undefined).length;
  const total = told.reduce((sum, { theirs }) => sum + theirs.size, 0);
  const otherwise = told.reduce((sum, { differences }) => sum + differences.length, 0);
  const summary = told.map(
    ({ source: { repository, commit, path }, kind, theirs, differences }) =>
      `| [${repository}: ${path.replace(/^.*\//, "")}](https://github.com/${repository}/blob/${commit}/${path}) | ${kind} ` +
      `| ${theirs.size} | ${theirs.size - differences.length} | ${differences.length - lacking(differences)} | ${lacking(differences)} |`,
  );
  const used = reasons.map((reason) => {
    const cases = told.flatMap(({ name, differences }) =>
      differences.filter((each) => each.reason === reason).map((each) => ({ name, ...each })),
    );
    const fields = [...new Set(cases.map(({ field }) => `\`${field}\``))];
    const shown =
      fields.length > 3 ? `${fields.slice(0, 3).join(", ")} and ${fields.length - 3} more` : fields.join(", ");
    const where = new Set(cases.map(({ name }) => name)).size;
    const matters = reason.matters === undefined ? "" : ` **Matters** ${reason.matters}.`;
    return `| ${shown} | ${where} | ${reason.why}${matters} |`;
  });
  const sections = told.map(({ name, differences, ours, theirs }) => {
    const rows = differences.map(
      (each) =>
        `| \`${each.field}\` | ${cell(each.theirs)} | ${each.ours === undefined ? "lacking" : cell(each.ours)} |`,
    );
    const beside = [...ours.keys()].filter((field) => !theirs.has(field)).map((field) => `\`${field}\``);
    return [
      `### ${name}`,
      "",
      `The workload: [aiplat.yaml](../test/fixtures/comparisons/${name}/aiplat.yaml).`,
      "",
      ...(rows.length === 0 ? ["Nothing is otherwise."] : ["| field | theirs | ours |", "|---|---|---|", ...rows]),
      "",
      `Ours beside: ${beside.join(", ")}.`,
      "",
    ].join("\n");
  });
  return `# Side by side with public manifests

${told.length} manifests and task definitions that others have published, field by field beside what \`aiplat eks generate\` or
\`aiplat taskdef generate\` writes for a workload that is to be the same. Of their ${total} fields ours has ${total - otherwise} with
the same value. What it has otherwise or not at all is below, each with its reason. Names, labels, images, commands and
the process's own variables are the workload's business and are not compared; of several pods the accelerated one is.

This page is written by \`npx vitest run test/conformance/comparisons.test.ts -u\`; that test finds a field which ours loses.

| theirs | kind | fields | the same | otherwise | lacking |
|---|---|---:|---:|---:|---:|
${summary.join("\n")}

Of each system: ${systemsOf(comparisons)
    .map(([system, manifests]) => `${system} ${manifests}`)
    .join(", ")}. One may be of two, as NIM in KServe.

## Why a field is otherwise, or lacking

| field | manifests | why |
|---|---:|---|
${used.join("\n")}

## One by one

${sections.join("\n")}`;
}

function cell(value: string): string {
  return value === "" ? "there" : `\`${value.replaceAll("|", "\\|")}\``;
}
