import { present } from "../core/base/present.ts";
import type { RegisteredTaskDefinition, TaskDefinition } from "../core/ecs-api/api.ts";
import { diffTaskDefinitions, isOwnTag, type Change } from "../core/ecs/diff.ts";
import type { EcsPort } from "../ports.ts";

/** What registering came to. */
export interface Registration {
  readonly definition: RegisteredTaskDefinition;
  readonly action: "registered" | "unchanged";
  /** What differs from the latest revision; undefined for the first revision of a family. */
  readonly changes?: readonly Change[];
}

/** What registering would come to: the latest revision where it says the same already. */
export interface RegistrationPlan {
  readonly latest?: RegisteredTaskDefinition;
  readonly changes?: readonly Change[];
  readonly needed: boolean;
}

/** Compares a definition with its family's latest ACTIVE revision. */
export async function planRegistration(
  ecs: Pick<EcsPort, "describeTaskDefinition">,
  definition: TaskDefinition,
): Promise<RegistrationPlan> {
  const latest = await ecs.describeTaskDefinition(definition.family);
  if (latest === undefined) return { needed: true };
  const changes = diffTaskDefinitions(definition, latest).filter((change) => !isOwnTag(change));
  return { latest, changes, needed: changes.length > 0 };
}

/** Registers a definition unless the latest revision of its family says the same. */
export async function registerIfChanged(ecs: EcsPort, definition: TaskDefinition): Promise<Registration> {
  const { latest, changes, needed } = await planRegistration(ecs, definition);
  if (!needed && latest !== undefined) return { definition: latest, action: "unchanged", changes: [] };
  const registered = await ecs.registerTaskDefinition(definition);
  return { definition: registered, action: "registered", ...present({ changes }) };
}
