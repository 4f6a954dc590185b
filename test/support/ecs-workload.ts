import { judgeBy } from "../../src/core/ecs/judge.ts";
import type { ContainerDefinition } from "../../src/core/ecs-api/api.ts";
import { lintTaskDefinition } from "../../src/core/ecs/lint/lint.ts";
import { resolveForEcs, type EcsTarget, type EcsWorkload } from "../../src/core/ecs/resolve-for-ecs.ts";
import { Refusal } from "../../src/core/base/problem.ts";
import { resolveWorkload } from "../../src/core/workload/resolve.ts";
import type { Workload } from "../../src/core/workload/schema.ts";

/** A workload named bert as ECS has it, in region us-east-1 unless the target says otherwise. */
export function ecsWorkload(change: Partial<Workload>, target: EcsTarget = { region: "us-east-1" }): EcsWorkload {
  return resolveForEcs(
    resolveWorkload({ name: "bert", image: "repo/bert:1", ...change }),
    target,
    judgeBy(lintTaskDefinition),
  );
}

/** The workload's own container in its first definition. */
export function ownContainer(change: Partial<Workload>, target?: EcsTarget): ContainerDefinition {
  return ecsWorkload(change, target).variants[0]!.definition.containerDefinitions.find(({ name }) => name === "bert")!;
}

/** `code path` of each problem that refuses the work; none where it goes through. */
export function refusals(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return error.problems.map(({ code, path = [] }) => `${code} ${path.join(".")}`);
    throw error;
  }
  return [];
}
