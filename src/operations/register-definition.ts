import type { RegisteredTaskDefinition, TaskDefinition } from "../core/ecs-api/api.ts";
import type { Change } from "../core/ecs/diff.ts";
import { planRegistration } from "../core/plan/registrations.ts";
import type { EcsPort } from "../ports.ts";
import { readNewest } from "./describe-definitions.ts";

/** What registering came to. */
export interface Registered {
  readonly definition: RegisteredTaskDefinition;
  readonly action: "registered" | "unchanged";
  /** What differs from the latest revision; nothing for the first revision of a family. */
  readonly changes: readonly Change[];
}

/** Registers a definition unless the latest revision of its family says the same. */
export async function registerIfChanged(ecs: EcsPort, definition: TaskDefinition): Promise<Registered> {
  const newest = await readNewest(ecs, [definition.family]);
  const { action, changes } = planRegistration(definition, newest);
  const latest = newest.of(definition.family);
  return action === "keep" && latest !== undefined
    ? { definition: latest, action: "unchanged", changes }
    : { definition: await ecs.registerTaskDefinition(definition), action: "registered", changes };
}
