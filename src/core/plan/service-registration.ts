import { withoutRedacted } from "../cluster/redact.ts";
import type { RegisteredTaskDefinition, TaskDefinition } from "../ecs-api/api.ts";
import type { Service } from "../ecs-api/service.ts";
import { diffTaskDefinitions, isOwnTag } from "../ecs/diff.ts";
import { newestRevisions, runningOf, type LiveServices } from "./live-services.ts";
import { noRevisionKnown } from "./newest-revisions.ts";
import type { ServiceRegistration } from "./service-plan.ts";

/** The revision that the service runs where it says the same, else the latest, else a new one. */
export function planRevision(
  service: string,
  definition: TaskDefinition,
  live: Service | undefined,
  known: LiveServices,
): ServiceRegistration {
  const { family } = definition;
  const comparable = known.redacted === true ? withoutRedacted : <T>(value: T) => value;
  const differences = (registered: RegisteredTaskDefinition) =>
    diffTaskDefinitions(comparable(definition), comparable(registered)).filter((change) => !isOwnTag(change));
  const running = live === undefined ? undefined : runningOf(known, live);
  const newest = newestRevisions(known);
  const latest = newest.of(family);
  const keep = [running, latest].find(
    (each) => each !== undefined && each.family === family && differences(each).length === 0,
  );
  if (keep !== undefined)
    return { service, family, action: "keep", taskDefinitionArn: keep.taskDefinitionArn, changes: [] };
  const before = running?.family === family ? running : latest;
  return {
    service,
    family,
    action: "register",
    changes: before === undefined ? [] : differences(before),
    ...(latest === undefined && newest.mayBeNewer(family) ? { notCompared: noRevisionKnown } : {}),
  };
}
