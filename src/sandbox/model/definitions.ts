import { clientError, type AwsError } from "../wire/aws-error.ts";
import { lastPart } from "./clusters.ts";
import type { DefinitionRecord, World } from "./world.ts";

/** The record of `family`, `family:revision` or an ARN; a family alone is its newest ACTIVE revision. */
export function findDefinition(world: World, reference: string): DefinitionRecord | undefined {
  const [family = "", revision, ...rest] = lastPart(reference).split(":");
  const revisions = world.families.get(family) ?? [];
  if (revision === undefined) return revisions.findLast(({ status }) => status === "ACTIVE");
  const found =
    rest.length === 0 && /^\d{1,9}$/.test(revision)
      ? revisions.find(({ definition }) => definition.revision === Number(revision))
      : undefined;
  return found !== undefined && reference.startsWith("arn:") && found.definition.taskDefinitionArn !== reference
    ? undefined
    : found;
}

/** A definition that tasks may start from. @throws AwsError as RunTask and CreateService answer. */
export function requireDefinition(
  world: World,
  reference: string | undefined,
  missing: (message: string) => AwsError = clientError,
): DefinitionRecord {
  if (reference === undefined || reference === "") throw missing("TaskDefinition can not be blank.");
  const found = findDefinition(world, reference);
  if (found === undefined) throw missing("TaskDefinition not found.");
  if (found.status !== "ACTIVE") throw missing("TaskDefinition is inactive");
  return found;
}
