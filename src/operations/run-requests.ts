import type { RunTaskRequest, TaskDefinition } from "../core/ecs-api/api.ts";
import type { LogGroupStep } from "../core/plan/log-groups.ts";
import { contentOf, registrationsByContent } from "../core/plan/registrations.ts";
import { batches, tasksPerCall, withoutBase, type RunPlan } from "../core/plan/run-plan.ts";
import { batchToken } from "./tokens.ts";

/** One API request of a run, in the order it would be sent. */
export type RunRequest =
  | { readonly service: "logs"; readonly operation: "CreateLogGroup" | "PutRetentionPolicy"; readonly input: object }
  | { readonly service: "ecs"; readonly operation: "RegisterTaskDefinition"; readonly input: TaskDefinition }
  | { readonly service: "ecs"; readonly operation: "RunTask"; readonly input: RunTaskRequest };

/**
 * The requests that carrying out the plan would send. A revision that is still to be registered has no number yet: its
 * RunTask names the family, and so the newest revision.
 */
export function requestsOf({
  inputs: { settings, clientToken = settings.run },
  registrations,
  logGroups = [],
  steps,
}: Pick<RunPlan, "inputs" | "registrations" | "logGroups" | "steps">): readonly RunRequest[] {
  const definitions = new Map(
    steps.flatMap(({ definition }) => (definition === undefined ? [] : [[contentOf(definition), definition] as const])),
  );
  const registrationOf = registrationsByContent([...definitions.values()], registrations);
  const kept = (definition: TaskDefinition | undefined) =>
    definition === undefined ? undefined : registrationOf.get(contentOf(definition))?.taskDefinitionArn;
  return [
    ...(steps.length === 0 ? [] : logGroups.flatMap(requestsOfGroup)),
    ...[...definitions.values()]
      .filter((definition) => kept(definition) === undefined)
      .map((input): RunRequest => ({ service: "ecs", operation: "RegisterTaskDefinition", input })),
    ...steps.flatMap((step, index) => {
      const before = steps.slice(0, index).reduce((sum, { count }) => sum + count, 0);
      return batches(step.count).map((count, batch): RunRequest => {
        const request = index === 0 && batch === 0 ? step.request : withoutBase(step.request);
        const taskDefinition = kept(step.definition) ?? request.taskDefinition;
        const token = batchToken(clientToken, before + batch * tasksPerCall);
        const input = { ...request, taskDefinition, count, clientToken: token };
        return { service: "ecs", operation: "RunTask", input };
      });
    }),
  ];
}

function requestsOfGroup({ action, group, tags, retentionDays }: LogGroupStep): readonly RunRequest[] {
  if (action === "unknown") return [];
  const create = { service: "logs", operation: "CreateLogGroup", input: { logGroupName: group, tags } } as const;
  const input = { logGroupName: group, retentionInDays: retentionDays };
  return retentionDays === undefined ? [create] : [create, { service: "logs", operation: "PutRetentionPolicy", input }];
}
