import type { RunTaskRequest, TaskDefinition } from "../core/ecs-api/api.ts";
import { batches, withoutBase, type RunStep } from "../core/plan/run-plan.ts";
import { planRegistration } from "./register-definition.ts";
import type { EcsPort } from "../ports.ts";
import { batchToken, roundToken } from "./tokens.ts";

/** One API request of a run, in the order it would be sent. */
export type RunRequest =
  | { readonly service: "ecs"; readonly operation: "RegisterTaskDefinition"; readonly input: TaskDefinition }
  | { readonly service: "ecs"; readonly operation: "RunTask"; readonly input: RunTaskRequest };

/**
 * The requests that the first round of a run would send. It reads the latest revisions and changes nothing. A revision
 * that is still to be registered has no number yet: its RunTask names the family, and so the newest revision.
 */
export async function planRequests(
  ecs: Pick<EcsPort, "describeTaskDefinition">,
  steps: readonly RunStep[],
  token: string,
): Promise<readonly RunRequest[]> {
  const perStep = await Promise.all(
    steps.map(async (step, index): Promise<readonly RunRequest[]> => {
      const { definition } = step;
      const registration = definition === undefined ? undefined : await planRegistration(ecs, definition);
      const taskDefinition =
        registration?.needed === false ? registration.latest!.taskDefinitionArn : step.request.taskDefinition;
      const runs = batches(step.count).map((count, batch): RunRequest => {
        const request = index === 0 && batch === 0 ? step.request : withoutBase(step.request);
        const clientToken = batchToken(roundToken(token, 0, 0), step.request.taskDefinition, index, batch);
        return { service: "ecs", operation: "RunTask", input: { ...request, taskDefinition, count, clientToken } };
      });
      return registration?.needed === true
        ? [{ service: "ecs", operation: "RegisterTaskDefinition", input: definition! }, ...runs]
        : runs;
    }),
  );
  const all = perStep.flat();
  return [
    ...all.filter(({ operation }) => operation === "RegisterTaskDefinition"),
    ...all.filter(({ operation }) => operation === "RunTask"),
  ];
}
