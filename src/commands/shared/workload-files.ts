import type { Context } from "../../context.ts";
import { Refusal, type LocatedProblem, type Path, type Problem } from "../../core/base/problem.ts";
import { podLists } from "../../core/kubernetes/raw-merge.ts";
import { taskDefinitionLists } from "../../core/ecs/task-definition-lists.ts";
import {
  harvest,
  layerOf,
  mergeLayers,
  type Harvest,
  type RawSection,
  type LayerReading,
} from "../../core/workload/layers.ts";
import { parseWorkloadText, readPlainWord, type SourceDocument } from "../../core/workload/parse.ts";
import { readSetText, setFlag, setValue } from "../../core/workload/set-values.ts";
import { AiplatError } from "../../errors.ts";
import { nameOfFile, readTexts } from "../../files/read.ts";

/** What files and `--set` come to. */
export interface WorkloadText extends Omit<Harvest, "problems"> {
  /** Everything that is wrong with the texts themselves, with its place. */
  readonly problems: readonly LocatedProblem[];
  /** Where a reference cannot be filled in: no rule may read it. */
  readonly broken: readonly Path[];
  /** What `--set` has set. */
  readonly set: readonly Path[];
}

/** The sections whose fields are ECS's and Kubernetes' own. */
const rawSections: readonly RawSection[] = [
  ...["taskDefinition", "service", "task"].map((name) => ({ path: ["ecs", name], lists: taskDefinitionLists })),
  ...["pod", "resource", "companions", "spark", "experiment"].map((name) => ({
    path: ["eks", name],
    lists: podLists,
  })),
];

/**
 * Reads workload files, each over those before it, fills in what they name of the environment, and sets what `--set`
 * says.
 *
 * @param paths Standard input is `-`; none where `--set` and flags alone make the workload.
 * @throws Refusal where a text is not readable at all.
 */
export async function readWorkloadFiles(
  context: Pick<Context, "cwd" | "env" | "readStdin" | "signal">,
  paths: readonly string[],
  sets: readonly string[],
): Promise<WorkloadText> {
  if (paths.filter((path) => path === "-").length > 1)
    throw new AiplatError("Usage", "standard input is named twice: it can be read once");
  const reading: LayerReading = { variables: context.env, raw: rawSections, read: readPlainWord };
  const texts = await readTexts(context, paths);
  const sources = parseAll(texts.map((text, index) => ({ text, name: nameOfFile(paths[index]!) })));
  const layers = sources.map((source) => layerOf(source, source.value, reading));
  const nothing = { placeOf: () => ({ flag: setFlag }), writtenAt: () => undefined };
  const merged =
    layers.length === 0
      ? layerOf(nothing, {}, reading)
      : layers.reduce((under, over) => mergeLayers(under, over, rawSections));
  const values = sets.map((text) => readSetText(text));
  const whole = values.reduce((layer, each) => setValue(layer, each, reading), merged);
  const { problems, ...found } = harvest(whole);
  return {
    ...found,
    problems: [
      ...sources.flatMap((source) => source.problems),
      ...problems.map((each) => ({ ...each, ...found.placeOf(each) })),
    ],
    broken: problems.map(({ path = [] }) => path),
    set: values.map(({ path }) => path),
  };
}

/** @throws Refusal with what is wrong with every text that cannot be parsed. */
function parseAll(files: readonly { readonly text: string; readonly name: string }[]): readonly SourceDocument[] {
  const told: Problem[] = [];
  let unread = false;
  const parsed = files.flatMap(({ text, name }) => {
    try {
      const source = parseWorkloadText(text, name);
      told.push(...source.problems);
      return source;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      told.push(...error.problems);
      unread = true;
      return [];
    }
  });
  if (unread) throw new Refusal(told);
  return parsed;
}
