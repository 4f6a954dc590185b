import { judgeBy } from "../../src/core/ecs/judge.ts";
import { lintTaskDefinition } from "../../src/core/ecs/lint/lint.ts";
import type { Lint } from "../../src/core/ecs/lint/rule.ts";
import { resolveForEcs, type EcsTarget, type EcsWorkload } from "../../src/core/ecs/resolve-for-ecs.ts";
import { resolveWorkload } from "../../src/core/workload/resolve.ts";
import type { Workload } from "../../src/core/workload/schema.ts";

/** What a workload file is on ECS. */
export function ecsOf(workload: Workload, target: EcsTarget = {}, lint: Lint = lintTaskDefinition): EcsWorkload {
  return resolveForEcs(resolveWorkload(workload), target, judgeBy(lint));
}
