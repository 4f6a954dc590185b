import { withoutRedacted } from "../cluster/redact.ts";
import type { RegisteredTaskDefinition, TaskDefinition } from "../ecs-api/api.ts";
import { diffTaskDefinitions, isOwnTag, type Change } from "../ecs/diff.ts";
import type { NewestRevisions } from "./newest-revisions.ts";

/** What becomes of one task definition. */
export interface Registration {
  /** The service that runs it, where it is a service's. */
  readonly service?: string;
  readonly family: string;
  readonly action: "register" | "keep";
  /** The revision that stays. */
  readonly taskDefinitionArn?: string;
  /** Field by field what differs from the revision that it follows; empty for a new family. */
  readonly changes: readonly Change[];
  /** Why nothing was compared, where the newest revision is not known. */
  readonly notCompared?: string;
}

/** Why a definition was compared with nothing. */
export const noRevisionKnown = "the snapshot has no revision of it";

/**
 * Whether a definition has to be registered: the one answer for plans, `--dry-run`, `taskdef diff` and `register`, runs
 * and deployments. One that lacks only aiplat's own tags is kept.
 *
 * @param running The revision that its service runs: it stays where it says the same, however many there are after it.
 */
export function planRegistration(
  definition: TaskDefinition,
  newest: NewestRevisions,
  running?: RegisteredTaskDefinition,
): Registration {
  const { family } = definition;
  const latest = newest.of(family);
  const compared = [...(running?.family === family ? [running] : []), ...(latest === undefined ? [] : [latest])].map(
    (revision) => ({ revision, changes: changesFrom(revision, definition, newest) }),
  );
  const same = compared.find(({ changes }) => changes.length === 0);
  if (same !== undefined)
    return { family, action: "keep", taskDefinitionArn: same.revision.taskDefinitionArn, changes: [] };
  return {
    family,
    action: "register",
    changes: compared[0]?.changes ?? [],
    ...(latest === undefined && newest.mayBeNewer(family) ? { notCompared: noRevisionKnown } : {}),
  };
}

/** What is to become of definitions, each once, whoever needs it: what they say tells them apart, not their family. */
export function planRegistrations(
  definitions: readonly TaskDefinition[],
  newest: NewestRevisions,
): readonly Registration[] {
  const different = new Map(definitions.map((definition) => [contentOf(definition), definition]));
  return [...different.values()].map((definition) => planRegistration(definition, newest));
}

/** What was planned for these definitions, each by what it says. */
export function registrationsByContent(
  definitions: readonly TaskDefinition[],
  registrations: readonly Registration[],
): ReadonlyMap<string, Registration> {
  const contents = [...new Set(definitions.map(contentOf))];
  return new Map(
    contents.flatMap((content, index) =>
      registrations[index] === undefined ? [] : [[content, registrations[index]] as const],
    ),
  );
}

/** By this a definition is registered once, and found again. */
export function contentOf(definition: TaskDefinition): string {
  return JSON.stringify(definition);
}

function changesFrom(
  revision: RegisteredTaskDefinition,
  definition: TaskDefinition,
  { redacted }: NewestRevisions,
): readonly Change[] {
  const comparable = redacted ? withoutRedacted : <T>(value: T) => value;
  return diffTaskDefinitions(comparable(definition), comparable(revision)).filter((change) => !isOwnTag(change));
}
