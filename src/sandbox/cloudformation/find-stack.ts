import type { World } from "../model/world.ts";
import { AwsError } from "../wire/aws-error.ts";
import { invalidTemplate } from "./errors.ts";
import type { ChangeSetRecord, StackRecord } from "./stack-records.ts";

/** By its id, deleted ones too, or by its name. */
export function findStack(world: World, reference: string): StackRecord | undefined {
  return (
    world.stacks.get(reference) ??
    [...world.stacks.values()].find(({ name, deletedAt }) => name === reference && deletedAt === undefined)
  );
}

/** @throws AwsError in the words of the operation that asks. */
export function requireStack(world: World, reference = "", wording: "id" | "name" = "name"): StackRecord {
  const stack = findStack(world, reference);
  if (stack === undefined)
    throw invalidTemplate(
      wording === "id"
        ? `Stack with id ${short(reference)} does not exist`
        : `Stack [${short(reference)}] does not exist`,
    );
  return stack;
}

interface ChangeSetReference {
  readonly StackName?: string;
  readonly ChangeSetName?: string;
}

/** By its id, or by its name and its stack. @throws AwsError where there is none. */
export function requireChangeSet(
  world: World,
  { StackName, ChangeSetName = "" }: ChangeSetReference,
): { readonly stack: StackRecord; readonly changeSet: ChangeSetRecord } {
  const stacks = StackName === undefined ? [...world.stacks.values()] : [findStack(world, StackName)];
  for (const stack of stacks) {
    const changeSet = [...(stack?.changeSets.values() ?? [])].find(
      ({ id, name }) => id === ChangeSetName || (StackName !== undefined && name === ChangeSetName),
    );
    if (stack !== undefined && changeSet !== undefined) return { stack, changeSet };
  }
  throw new AwsError("ChangeSetNotFound", `ChangeSet [${short(ChangeSetName)}] does not exist`, { status: 404 });
}

function short(text: string): string {
  return text.slice(0, 300);
}
