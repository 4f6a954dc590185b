import { groupBy } from "../base/groups.ts";
import { maxExpressionLength } from "../ecs-api/query/expression.ts";
import { placedBy, type Requirements } from "../ecs/requirements.ts";
import type { EcsWorkload } from "../ecs/resolve-for-ecs.ts";
import { placementOptions, providersOf, runningAs, type RunSettings } from "./run-request.ts";

/** What of a cluster a run's plan has to see. */
export interface RunReading {
  /** Which container instances may take a task of it, in the cluster query language; all of them unless given. */
  readonly filter?: string;
}

/**
 * What a run has to see that keeps to instances which it names: undefined for one of capacity providers, since with
 * managed scaling no constraint may name an instance to go to.
 *
 * @param variants What each of the run's definitions needs; a task has one of them.
 */
export function readingOf(settings: RunSettings, variants: readonly Requirements[]): RunReading | undefined {
  if (providersOf(settings).length > 0) return undefined;
  const texts = variants.map(({ constraints }) => constraints.map(({ text }) => text).filter(isLasting));
  if (texts.some((each) => each.length === 0)) return {};
  const filter = joined([...groupBy(texts, (each) => joined(each, "and")).keys()], "or");
  return filter.length > maxExpressionLength ? {} : { filter };
}

/** The same of a workload's definitions. */
export function readingOfWorkload(settings: RunSettings, ecs: EcsWorkload): RunReading | undefined {
  const { everyVariant } = runningAs(ecs, settings);
  return readingOf(
    settings,
    everyVariant.map(({ requirements }) => placedBy(requirements, placementOptions(settings))),
  );
}

function joined(texts: readonly string[], operator: "and" | "or"): string {
  return texts.length === 1 ? texts[0]! : texts.map((text) => `(${text})`).join(` ${operator} `);
}

/** Whether it is about what an instance is, and not about who is there. */
function isLasting(text: string): boolean {
  return !/task:group|runningTasksCount/i.test(text);
}
