import type { Context } from "../context.ts";
import type { TaskDefinition } from "../core/ecs-api/api.ts";
import { generateTaskDefinition, type GenerateSettings } from "../core/ecs/generate.ts";
import { ecsRules } from "../core/ecs/rules.ts";
import { listOr } from "../core/base/problem.ts";
import { everyVariantOf, resolveWorkload, variantsOf } from "../core/workload/resolve.ts";
import type { ResolvedWorkload, Variant } from "../core/workload/resolved.ts";
import { AiplatError } from "../errors.ts";
import { warn } from "../output/note.ts";
import type { Invocation, OptionSpec } from "./command.ts";
import { loadWorkload, type WorkloadOptions } from "./load-workload.ts";

/** A workload that ECS can run, with what its task definitions are generated with. */
export interface EcsWorkload {
  readonly resolved: ResolvedWorkload;
  readonly generate: GenerateSettings;
  /** The task definition of a variant; a refusal says where in the file or the flags. */
  definitionOf(variant: Variant): TaskDefinition;
  /** Runs what may refuse the workload, saying where in the file or the flags. */
  locating<T>(work: () => T): T;
}

/**
 * Reads a workload for ECS; its warnings go to stderr. The region is asked for only
 * where the log configuration names it.
 *
 * @param askRegion The region that the tasks run in; where it answers none, the definitions have no logs.
 */
export async function loadEcsWorkload(
  context: Context,
  invocation: Invocation<WorkloadOptions>,
  askRegion: () => Promise<string | undefined> = () => context.aws.region(),
): Promise<EcsWorkload> {
  const { workload, warnings, locating } = await loadWorkload(context, invocation, ecsRules);
  await warn(context, ...warnings);
  const resolved = resolveWorkload(workload);
  const region = workload.logs === undefined ? undefined : await askRegion();
  const generate = region === undefined ? {} : { region };
  return {
    resolved,
    generate,
    definitionOf: (variant) => locating(() => generateTaskDefinition(resolved, variant, generate)),
    locating,
  };
}

export const variantOption: OptionSpec = {
  flags: "--variant <name>",
  description: "the one variant (instance type and slot) of this name",
};

/** The variants a command acts on: the named one, else all. @throws AiplatError Usage naming the variants there are. */
export function chooseVariants({ resolved }: EcsWorkload, name: string | undefined): readonly Variant[] {
  if (name === undefined) return variantsOf(resolved);
  const all = everyVariantOf(resolved);
  const found = all.find((variant) => variant.name === name);
  if (found === undefined)
    throw new AiplatError("Usage", `--variant ${name}: there is no such variant`, {
      hint: `There ${all.length === 1 ? "is" : "are"} ${listOr(
        all.map((variant) => variant.name),
        "and",
      )}.`,
    });
  return [found];
}
