import type { ServiceStep } from "../core/plan/service-plan.ts";
import type { AiplatError, ErrorCode } from "../errors.ts";
import type { EcsPort } from "../ports.ts";
import { listOr } from "../core/base/problem.ts";

/** The services that a replacement has made, in a plan whose old services still stand. */
export function successorsIn(steps: readonly ServiceStep[]): readonly ServiceStep[] {
  return steps.filter(({ replaces = [] }) => replaces.length > 0);
}

/** What ends the watching and not the deployment: the next call takes it up. */
const interruptions: ReadonlySet<ErrorCode> = new Set(["Timeout", "Interrupted", "Network", "NoCredentials"]);

/** Whether what ended a deployment early is a failure of it: ECS's word (no error), or a call that was refused. */
export function hasFailed(error: AiplatError | undefined): boolean {
  return error === undefined || !interruptions.has(error.code);
}

/**
 * Removes what a failed replacement has made, and answers their names: the services that it was to replace serve on as
 * before.
 */
export async function withdrawServices(
  ecs: Pick<EcsPort, "deleteService">,
  cluster: string,
  made: readonly ServiceStep[],
  onStep: (text: string) => void,
): Promise<readonly string[]> {
  const removed: string[] = [];
  const replaced = [...new Set(made.flatMap(({ replaces = [] }) => replaces))];
  for (const { service } of made) {
    await ecs.deleteService(cluster, service, { force: true });
    onStep(`removed ${service}, since the replacement failed`);
    removed.push(service);
  }
  if (removed.length > 0) onStep(`${listOr(replaced, "and")} ${replaced.length === 1 ? "serves" : "serve"} as before`);
  return removed;
}
