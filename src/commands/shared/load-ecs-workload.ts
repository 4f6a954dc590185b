import { present } from "../../core/base/present.ts";
import type { Context } from "../../context.ts";
import { listOr, withoutRefused, type LocatedProblem } from "../../core/base/problem.ts";
import { lockPortBaseOf } from "../../core/cluster/lock-port-base.ts";
import type { Lint } from "../../core/ecs/lint/rule.ts";
import { needsLint } from "../../core/ecs/needs-lint.ts";
import {
  judgeMerge,
  resolveForEcs,
  type EcsTarget,
  type EcsVariant,
  type EcsWorkload,
  type Judge,
} from "../../core/ecs/resolve-for-ecs.ts";
import { ecsRules } from "../../core/ecs/rules.ts";
import { resolveWorkload } from "../../core/workload/resolve.ts";
import type { ResolvedWorkload } from "../../core/workload/resolved.ts";
import type { Workload } from "../../core/workload/schema.ts";
import { AiplatError, InvalidInput } from "../../errors.ts";
import { warn } from "../../output/note.ts";
import type { Invocation } from "../command.ts";
import type { OptionSpec } from "./option.ts";
import { loadWorkload, type WorkloadOptions } from "./load-workload.ts";

/** A workload that ECS can run, to be worked out for one cluster or for any. */
export interface LoadedEcsWorkload {
  readonly resolved: ResolvedWorkload;
  /** What it is on ECS before any cluster has said which ports are locks. */
  readonly anywhere: EcsWorkload;
  /** What it is on ECS; on a cluster, with what its tags say. A refusal says where in the file or the flags. */
  forCluster(cluster?: { readonly tags: Readonly<Record<string, string>> }): EcsWorkload;
  /** Runs what may refuse the workload, saying where in the file or the flags. */
  locating<T>(work: () => T): T;
}

/** Stands for the region where none is known yet: a log configuration names it. */
export const anyRegion = "us-east-1";

/**
 * What the definitions of a workload are held to: the API's own model too where raw fields are merged into them, and
 * nothing that has to be loaded where the linter has no word about what was written.
 *
 * @returns The judge by which of the linter's rules count; all where left out.
 */
export async function loadJudge(workload: Workload): Promise<(heldTo?: (lint: Lint) => Lint) => Judge> {
  if (!needsLint(workload)) return () => judgeMerge;
  const [{ judgeBy }, lint] = await Promise.all([
    import("../../core/ecs/judge.ts"),
    workload.ecs?.taskDefinition === undefined
      ? import("../../core/ecs/lint/lint-subject.ts").then(({ lintGenerated }) => lintGenerated)
      : import("../../core/ecs/lint/lint.ts").then(({ lintTaskDefinition }) => lintTaskDefinition),
  ]);
  const once = saidOnce(lint);
  return (heldTo = (each) => each) => judgeBy(heldTo(once));
}

/** A definition is judged before and after the cluster has said which ports are locks: mostly it is the same. */
function saidOnce(lint: Lint): Lint {
  const said = new Map<string, ReturnType<Lint>>();
  return (definition, known) => {
    const key = JSON.stringify([definition, known]);
    const findings = said.get(key) ?? lint(definition, known);
    said.set(key, findings);
    return findings;
  };
}

/** For where no cluster has said yet which ports are locks. */
export function withoutLocks(lint: Lint): Lint {
  const aboutLocks = new Set<string>(["lock-port-taken", "lock-port-tcp", "port-twice"]);
  return (definition, known) => lint(definition, known).filter(({ rule }) => !aboutLocks.has(rule));
}

/**
 * Reads a workload for ECS, and refuses what comes to no definition that ECS takes and the hardware carries, before any
 * call; its warnings go to stderr. The region is asked for only where the log configuration names it.
 *
 * @param askRegion The region that the tasks run in; where it answers none, the definitions have no logs.
 * @param heldTo Which of the linter's rules the definitions are held to; all where left out.
 */
export async function loadEcsWorkload(
  context: Context,
  invocation: Invocation<WorkloadOptions & { readonly count?: number }>,
  askRegion: () => Promise<string | undefined> = () => context.aws.region(),
  heldTo: (lint: Lint) => Lint = (lint) => lint,
): Promise<LoadedEcsWorkload> {
  const { workload, warnings, locating } = await loadWorkload(context, invocation, ecsRules);
  return warnedOf(context, warnings, async () => {
    const resolved = resolveWorkload(workload);
    const judgeHeldTo = await loadJudge(workload);
    const judge = judgeHeldTo(heldTo);
    const early = judgeHeldTo((lint) => withoutLocks(heldTo(lint)));
    const on = (target: EcsTarget, held: Judge | null = judge) => locating(() => resolveForEcs(resolved, target, held));
    // Which region it is makes no difference to what is wrong. Which ports are locks the cluster says, once it is asked.
    const inRegion = (name = anyRegion) => on({ region: name }, early);
    const region =
      workload.logs === undefined
        ? undefined
        : await askRegion().catch((error: unknown) => {
            inRegion();
            throw error;
          });
    const anywhere = inRegion(region);
    if (context.stockSandbox !== undefined) {
      const { machinesNeeded } = await import("../../core/placement/machines-needed.ts");
      const { count = resolved.replicas } = invocation.options;
      context.stockSandbox(machinesNeeded(anywhere, count));
    }
    return {
      resolved,
      anywhere,
      forCluster: (cluster) => {
        // Nothing that the cluster or the region could say differently, nor a word of the linter's about locks.
        if (cluster === undefined && workload.logs === undefined && judge === judgeMerge) return anywhere;
        return on(
          {
            ...present({ region }),
            ...(cluster === undefined ? {} : { lockPortBase: locating(() => lockPortBaseOf(cluster.tags)) }),
          },
          // Without a region the definitions do without logs.
          workload.logs !== undefined && region === undefined ? null : judge,
        );
      },
      locating,
    };
  });
}

/** The work's result, and the warnings on stderr: but for what refuses the work in the same words. */
async function warnedOf<T>(context: Context, warnings: readonly LocatedProblem[], work: () => Promise<T>): Promise<T> {
  try {
    const result = await work();
    await warn(context, ...warnings);
    return result;
  } catch (error) {
    await warn(context, ...withoutRefused(warnings, error instanceof InvalidInput ? error.problems : []));
    throw error;
  }
}

export const variantOption = {
  flags: "--variant <name>",
  description: "the one variant (instance type and slot) of this name",
} as const satisfies OptionSpec;

/** The variants a command acts on: the named one, else all. @throws AiplatError Usage naming the variants there are. */
export function chooseVariants(
  { variants, everyVariant }: EcsWorkload,
  name: string | undefined,
): readonly EcsVariant[] {
  if (name === undefined) return variants;
  const found = everyVariant.find((variant) => variant.name === name);
  if (found === undefined)
    throw new AiplatError("Usage", `--variant ${name}: there is no such variant`, {
      hint: `There ${everyVariant.length === 1 ? "is" : "are"} ${listOr(
        everyVariant.map((variant) => variant.name),
        "and",
      )}.`,
    });
  return [found];
}
