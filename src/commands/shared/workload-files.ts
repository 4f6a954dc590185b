import type { Context } from "../../context.ts";
import type { LocatedProblem, Path } from "../../core/base/problem.ts";
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
import { parseWorkloadText, readPlainWord } from "../../core/workload/parse.ts";
import { readSetText, setFlag, setValue } from "../../core/workload/set-values.ts";
import { AiplatError } from "../../errors.ts";
import { nameOfFile, readText } from "../../files/read.ts";

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
  const texts = await Promise.all(paths.map((path) => readText(context, path)));
  const sources = texts.map((text, index) => parseWorkloadText(text, nameOfFile(paths[index]!)));
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
