import type { RegisteredTaskDefinition, TaskDefinition } from "../core/ecs-api/api.ts";
import type { Change } from "../core/ecs/diff.ts";
import { planRegistration } from "../core/plan/registrations.ts";
import type { EcsPort } from "../ports.ts";
import { readNewest } from "./describe-definitions.ts";
import type { Runtime } from "../context.ts";
import { lookAgainMs, surely } from "./uncertain.ts";

/** What registering came to. */
export interface Registered {
  readonly definition: RegisteredTaskDefinition;
  readonly action: "registered" | "unchanged";
  /** What differs from the latest revision; nothing for the first revision of a family. */
  readonly changes: readonly Change[];
}

/** Registers a definition unless the latest revision of its family says the same. */
export async function registerIfChanged(
  ecs: EcsPort,
  runtime: Runtime,
  definition: TaskDefinition,
  afterwards: EcsPort = ecs,
): Promise<Registered> {
  const newest = await readNewest(ecs, [definition.family]);
  const { action, changes } = planRegistration(definition, newest);
  const latest = newest.of(definition.family);
  return action === "keep" && latest !== undefined
    ? { definition: latest, action: "unchanged", changes }
    : { definition: await registerOnce(ecs, runtime, definition, afterwards), action: "registered", changes };
}

/**
 * Registers a definition that its family's latest revision differs from. The API takes no client token: where the
 * answer is lost, the family is looked at before it is asked again.
 *
 * @throws AiplatError with the detail `uncertain` where nobody knows whether it is registered.
 */
export async function registerOnce(
  ecs: EcsPort,
  runtime: Runtime,
  definition: TaskDefinition,
  afterwards: EcsPort = ecs,
): Promise<RegisteredTaskDefinition> {
  const startedAt = runtime.now();
  return surely(
    runtime,
    () => ecs.registerTaskDefinition(definition),
    () => lookFor(afterwards, runtime, definition, startedAt),
    { twiceIsTwo: true },
  );
}

/** Longer than elsewhere: no client token keeps ECS from registering twice what a list that is behind does not show. */
const looksMs: readonly number[] = [0, ...lookAgainMs, 12_000];

/** How far this machine's clock may be from AWS's. */
const clockSkewMs = 5 * 60_000;

/** As many revisions others may register while one answer is lost. */
const mostOlder = 10;

/**
 * The revision that says the same, as soon as it is shown: the newest, or where others have registered the family since,
 * one before it. Undefined where it is not there.
 */
async function lookFor(
  ecs: EcsPort,
  runtime: Runtime,
  definition: TaskDefinition,
  startedAt: number,
): Promise<RegisteredTaskDefinition | undefined> {
  for (const pauseMs of looksMs) {
    if (pauseMs > 0) await runtime.sleep(pauseMs);
    const newest = await readNewest(ecs, [definition.family]);
    let revision = newest.of(definition.family);
    for (let older = 0; revision !== undefined && older <= mostOlder; older++) {
      if (planRegistration(definition, newest, revision).taskDefinitionArn === revision.taskDefinitionArn)
        return revision;
      if (revision.revision === 1 || Number(revision.registeredAt ?? 0) < startedAt - clockSkewMs) break;
      revision = await ecs.describeTaskDefinition(`${definition.family}:${revision.revision - 1}`);
    }
  }
  return undefined;
}
