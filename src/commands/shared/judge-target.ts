import { Refusal, samePath, type Problem } from "../../core/base/problem.ts";
import { resolveWorkload } from "../../core/workload/resolve.ts";
import type { TargetRule } from "../../core/workload/rules/rule.ts";
import type { Workload } from "../../core/workload/schema.ts";

/** Where a workload may run. */
export const targets = ["ecs", "eks"] as const;
export type Target = (typeof targets)[number];

const targetNames: Readonly<Record<Target, string>> = { ecs: "ECS", eks: "EKS" };

/** The rules of a target. */
export async function targetRules(target: Target): Promise<readonly TargetRule[]> {
  return target === "ecs"
    ? (await import("../../core/ecs/rules.ts")).ecsRules
    : (await import("../../core/kubernetes/rules.ts")).eksRules;
}

/** A target's rule where another target is named too: what it refuses is a warning with its name. */
export function aloneOn(target: Target): (rule: TargetRule) => TargetRule {
  return (rule) =>
    rule.severity === "warning"
      ? rule
      : ({
          ...rule,
          severity: "warning",
          check: (workload: Workload) =>
            rule.check(workload).map((finding) => ({ ...finding, message: alone(target, finding.message) })),
        } as unknown as TargetRule);
}

function alone(target: Target, message: string): string {
  return `${targetNames[target]} alone: ${message}`;
}

/**
 * What the target refuses of a workload that has passed its rules, and what it warns of: all that `taskdef generate` and
 * `eks generate` would say without a cluster, of every variant.
 */
export async function judgeForTarget(target: Target, workload: Workload): Promise<readonly Problem[]> {
  return target === "ecs" ? judgeForEcs(workload) : judgeForEks(workload);
}

async function judgeForEcs(workload: Workload): Promise<readonly Problem[]> {
  const [{ anyRegion, loadJudge, withoutLocks }, { resolveForEcs }] = await Promise.all([
    import("./load-ecs-workload.ts"),
    import("../../core/ecs/resolve-for-ecs.ts"),
  ]);
  const judgeHeldTo = await loadJudge(workload);
  return refusalOf(() => {
    const resolved = resolveWorkload(workload);
    // What is said of locks is mostly the echo of something else that is wrong.
    for (const judge of [judgeHeldTo(withoutLocks), judgeHeldTo()])
      resolveForEcs(resolved, { region: anyRegion }, judge);
    return [];
  });
}

async function judgeForEks(workload: Workload): Promise<readonly Problem[]> {
  const [{ generateManifests, resolveForKubernetes }, { podVariants }] = await Promise.all([
    import("../../core/kubernetes/generate.ts"),
    import("../../core/kubernetes/variants.ts"),
  ]);
  const found = refusalOf(() => {
    const target = resolveForKubernetes(workload);
    return podVariants(target.workload).flatMap(({ name }) =>
      refusalOf(() => generateManifests(target, { variant: name }).warnings),
    );
  });
  return withoutRepeats(found);
}

function refusalOf(work: () => readonly Problem[]): readonly Problem[] {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refusal) return error.problems;
    throw error;
  }
}

function isSame(one: Problem, other: Problem): boolean {
  return one.code === other.code && one.message === other.message && samePath(one.path ?? [], other.path ?? []);
}

function withoutRepeats(problems: readonly Problem[]): readonly Problem[] {
  return problems.filter((each, index) => problems.findIndex((other) => isSame(each, other)) === index);
}

/**
 * What several targets say together of one workload: what all of them refuse is an error, what one alone refuses a
 * warning with its name.
 */
export function joinTargets(found: ReadonlyMap<Target, readonly Problem[]>): readonly Problem[] {
  const errors = [...found].flatMap(([target, problems]) =>
    problems.filter(({ severity }) => severity === "error").map((problem) => ({ target, problem })),
  );
  const everywhere = (problem: Problem) =>
    [...found.values()].every((problems) => problems.some((each) => isSame(each, problem)));
  return withoutRepeats([
    ...errors.map(({ target, problem }) =>
      everywhere(problem)
        ? problem
        : { ...problem, severity: "warning" as const, message: alone(target, problem.message) },
    ),
    ...[...found.values()].flat().filter(({ severity }) => severity === "warning"),
  ]);
}
