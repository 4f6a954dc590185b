/** How a stack is created, updated and deleted: its resources one after the other. */
import type { World } from "../model/world.ts";
import { AwsError } from "../wire/aws-error.ts";
import { sameData } from "./changes.ts";
import {
  changeResource,
  exists,
  makeResource,
  propertiesOf,
  removeResource,
  resolvedIn,
  typeOf,
  type Done,
} from "./resource-steps.ts";
import { setResourceStatus, setStackStatus } from "./stack-events.ts";
import type { StackRecord, StackResourceRecord } from "./stack-records.ts";
import { dependenciesOf, type TemplateRecord, type TemplateResourceRecord } from "./template.ts";

/** The stack is told to do something: whatever it did before goes no further. */
function begin(world: World, stack: StackRecord, status: string, token: string | undefined): void {
  stack.turn += 1;
  stack.token = token;
  setStackStatus(world, stack, status, "User Initiated");
}

export function createStack(
  world: World,
  stack: StackRecord,
  template: TemplateRecord,
  token: string | undefined,
): void {
  stack.template = template;
  begin(world, stack, "CREATE_IN_PROGRESS", token);
  inTurn(
    template.resources,
    (resource, done) => makeResource(world, stack, resource, done),
    (failed) => {
      if (failed === undefined) return finish(world, stack, "CREATE_COMPLETE");
      const reason = `The following resource(s) failed to create: [${failed.logicalId}]. Rollback requested by user.`;
      setStackStatus(world, stack, "ROLLBACK_IN_PROGRESS", reason);
      removeAll(world, stack, (left) =>
        setStackStatus(world, stack, left.length === 0 ? "ROLLBACK_COMPLETE" : "ROLLBACK_FAILED", failedToDelete(left)),
      );
    },
  );
}

/** With a rollback to the template before where a resource fails. */
export function updateStack(
  world: World,
  stack: StackRecord,
  template: TemplateRecord,
  token: string | undefined,
): void {
  const before = stack.template!;
  begin(world, stack, "UPDATE_IN_PROGRESS", token);
  bringTo(world, stack, template, (failed, replaced) => {
    if (failed === undefined) {
      stack.template = template;
      setStackStatus(world, stack, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS");
      return removeSome(world, stack, [...replaced, ...without(stack, template)], () =>
        finish(world, stack, "UPDATE_COMPLETE"),
      );
    }
    const reason = `The following resource(s) failed to update: [${failed.logicalId}]. `;
    setStackStatus(world, stack, "UPDATE_ROLLBACK_IN_PROGRESS", reason);
    // What was replaced takes its place again, and what stood in for it goes.
    const standIns = replaced.flatMap(({ logicalId }) => stack.resources.get(logicalId) ?? []);
    for (const record of replaced) stack.resources.set(record.logicalId, record);
    bringTo(world, stack, before, (stuck, others) => {
      if (stuck !== undefined)
        return setStackStatus(
          world,
          stack,
          "UPDATE_ROLLBACK_FAILED",
          `The following resource(s) failed to update: [${stuck.logicalId}]. `,
        );
      setStackStatus(world, stack, "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS");
      removeSome(world, stack, [...others, ...standIns.filter(exists), ...without(stack, before)], () =>
        finish(world, stack, "UPDATE_ROLLBACK_COMPLETE"),
      );
    });
  });
}

export function deleteStack(world: World, stack: StackRecord, token: string | undefined): void {
  begin(world, stack, "DELETE_IN_PROGRESS", token);
  removeAll(world, stack, (left) => {
    setStackStatus(world, stack, left.length === 0 ? "DELETE_COMPLETE" : "DELETE_FAILED", failedToDelete(left));
    if (left.length === 0) stack.deletedAt = world.now();
  });
}

/** Makes what is missing and changes what is otherwise; what was replaced is for the clean-up. */
function bringTo(
  world: World,
  stack: StackRecord,
  template: TemplateRecord,
  end: (failed: TemplateResourceRecord | undefined, replaced: readonly StackResourceRecord[]) => void,
): void {
  const replaced: StackResourceRecord[] = [];
  inTurn(
    template.resources,
    (resource, done) => {
      const record = stack.resources.get(resource.logicalId);
      if (record === undefined || !exists(record)) return makeResource(world, stack, resource, done);
      const properties = current(world, stack, resource);
      if (properties !== undefined && sameData(properties, record.properties)) return done();
      const type = typeOf(record);
      const anew = Object.entries(type.properties).some(
        ([name, effect]) => effect === "replacement" && !sameData(properties?.[name], record.properties[name]),
      );
      if (properties === undefined || !anew) return changeResource(world, stack, record, resource, done);
      const ownName = type.name === undefined ? undefined : properties[type.name];
      if (ownName !== undefined && ownName === record.physicalId) return refuse(world, stack, record, done);
      replaced.push(record);
      return makeResource(world, stack, resource, done);
    },
    (failed) => end(failed, replaced),
  );
}

/** Undefined where the properties are not the type's: to change to them is what says so. */
function current(world: World, stack: StackRecord, resource: TemplateResourceRecord) {
  try {
    return propertiesOf(world, stack, resource);
  } catch (error) {
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}

function refuse(world: World, stack: StackRecord, record: StackResourceRecord, done: Done): void {
  const reason =
    "CloudFormation cannot update a stack when a custom-named resource requires replacing. " +
    `Rename ${record.physicalId} and update the stack again.`;
  setResourceStatus(world, stack, record, "UPDATE_FAILED", reason);
  done(reason);
}

/** Those that the template does not have. */
function without(stack: StackRecord, { resources }: TemplateRecord): readonly StackResourceRecord[] {
  const ids = new Set(resources.map(({ logicalId }) => logicalId));
  return [...stack.resources.values()].filter((record) => exists(record) && !ids.has(record.logicalId));
}

/** Everything, what depends on others first; what those need that fail stays. */
function removeAll(world: World, stack: StackRecord, end: (left: readonly StackResourceRecord[]) => void): void {
  removeSome(world, stack, [...stack.resources.values()].filter(exists), end);
}

function removeSome(
  world: World,
  stack: StackRecord,
  records: readonly StackResourceRecord[],
  end: (left: readonly StackResourceRecord[]) => void,
): void {
  const order = stack.template?.resources.map(({ logicalId }) => logicalId) ?? [];
  const first = records.toSorted((one, other) => order.indexOf(other.logicalId) - order.indexOf(one.logicalId));
  const failed: StackResourceRecord[] = [];
  const kept = new Set<string>();
  const next = (index: number): void => {
    const record = first[index];
    if (record === undefined) return end(failed);
    if (kept.has(record.logicalId)) {
      keepNeeds(stack, record.logicalId, kept);
      return next(index + 1);
    }
    removeResource(world, stack, record, (failure) => {
      if (failure !== undefined) {
        failed.push(record);
        keepNeeds(stack, record.logicalId, kept);
      }
      next(index + 1);
    });
  };
  next(0);
}

function keepNeeds(stack: StackRecord, logicalId: string, kept: Set<string>): void {
  const resource = stack.template?.resources.find((each) => each.logicalId === logicalId);
  for (const needed of resource === undefined ? [] : dependenciesOf(resource)) kept.add(needed);
}

function failedToDelete(left: readonly StackResourceRecord[]): string | undefined {
  const names = left.map(({ logicalId }) => logicalId).join(", ");
  return left.length === 0 ? undefined : `The following resource(s) failed to delete: [${names}]. `;
}

function finish(world: World, stack: StackRecord, status: string): void {
  stack.outputs = stack.template!.outputs.map(({ value, ...output }) => ({
    ...output,
    value: String(resolvedIn(world, stack, value)),
  }));
  setStackStatus(world, stack, status);
}

/** One after the other, as long as none fails. */
function inTurn<Item>(
  items: readonly Item[],
  step: (item: Item, done: Done) => void,
  end: (failed: Item | undefined) => void,
): void {
  const next = (index: number): void => {
    const item = items[index];
    if (item === undefined) return end(undefined);
    step(item, (failure) => (failure === undefined ? next(index + 1) : end(item)));
  };
  next(0);
}
