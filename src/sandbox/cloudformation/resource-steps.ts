/** How one resource of a stack is made, changed and removed, in the sandbox's time. */
import type { World } from "../model/world.ts";
import { AwsError } from "../wire/aws-error.ts";
import { checkInput } from "../wire/shape.ts";
import { resourceTypes } from "./resource-types.ts";
import { resolve } from "./references.ts";
import type { Made, HowFar, ResourceType } from "./resources/resource-type.ts";
import { handlerMessage, setResourceStatus } from "./stack-events.ts";
import type { StackRecord, StackResourceRecord } from "./stack-records.ts";
import type { TemplateResourceRecord } from "./template.ts";

/** How long CloudFormation waits for a resource: the sandbox's choice. */
const mostWaitMs = 60 * 60_000;

/** How often it looks at one that is under way: the sandbox's choice. */
const lookMs = 15_000;

/** Told how it ended: with nothing, or with why not. */
export type Done = (failure?: string) => void;

export function typeOf({ type }: { readonly type: string }): ResourceType {
  return resourceTypes.get(type)!;
}

/** Whether it is there, or may be. */
export function exists({ physicalId, status }: StackResourceRecord): boolean {
  return physicalId !== "" && status !== "DELETE_COMPLETE";
}

/** A value of the stack's template with what its resources are now. */
export function resolvedIn(world: World, stack: StackRecord, value: unknown): unknown {
  const pseudo: Readonly<Record<string, string>> = {
    "AWS::AccountId": world.account,
    "AWS::Partition": "aws",
    "AWS::Region": world.region,
    "AWS::StackId": stack.id,
    "AWS::StackName": stack.name,
    "AWS::URLSuffix": "amazonaws.com",
  };
  return resolve(value, {
    pseudo: (name) => (Object.hasOwn(pseudo, name) ? pseudo[name] : undefined),
    resource: ({ logicalId, attribute }) => {
      const resource = stack.resources.get(logicalId);
      if (resource === undefined || attribute === undefined) return resource?.physicalId;
      return resource.attributes[attribute];
    },
  });
}

/** The properties of a resource as they are now. @throws AwsError for properties that its type does not have. */
export function propertiesOf(
  world: World,
  stack: StackRecord,
  resource: TemplateResourceRecord,
): Readonly<Record<string, unknown>> {
  const type = typeOf(resource);
  const wrong = Object.keys(resource.properties).filter((name) => !Object.hasOwn(type.properties, name));
  const missing = type.required.filter((name) => resource.properties[name] === undefined);
  const problems = [
    ...wrong.map((name) => `#: extraneous key [${name}] is not permitted`),
    ...missing.map((name) => `#: required key [${name}] not found`),
  ];
  if (problems.length > 0)
    throw new AwsError(
      "ValidationError",
      `Properties validation failed for resource ${resource.logicalId} with message:\n${problems.join("\n")}`,
    );
  const properties = resolvedIn(world, stack, resource.properties) as Readonly<Record<string, unknown>>;
  checkInput(type.shape, properties);
  return properties;
}

/** Makes a resource; of a logical id that has one, it takes its place. */
export function makeResource(world: World, stack: StackRecord, template: TemplateResourceRecord, done: Done): void {
  const { logicalId, type } = template;
  const record: StackResourceRecord = {
    logicalId,
    type,
    physicalId: "",
    status: "",
    reason: undefined,
    updatedAt: world.now(),
    properties: {},
    attributes: {},
  };
  stack.resources.set(logicalId, record);
  setResourceStatus(world, stack, record, "CREATE_IN_PROGRESS");
  carryOut(world, stack, record, "CREATE", done, () => {
    record.properties = propertiesOf(world, stack, template);
    return typeOf(record).make(world, record.properties, { stackName: stack.name, logicalId });
  });
}

export function changeResource(
  world: World,
  stack: StackRecord,
  record: StackResourceRecord,
  template: TemplateResourceRecord,
  done: Done,
): void {
  setResourceStatus(world, stack, record, "UPDATE_IN_PROGRESS");
  carryOut(world, stack, record, "UPDATE", done, () => {
    const properties = propertiesOf(world, stack, template);
    const made = typeOf(record).change(world, record.physicalId, properties);
    record.properties = properties;
    return made;
  });
}

function carryOut(
  world: World,
  stack: StackRecord,
  record: StackResourceRecord,
  verb: "CREATE" | "UPDATE",
  done: Done,
  begin: () => Made,
): void {
  const end = (failure?: string) => {
    setResourceStatus(world, stack, record, failure === undefined ? `${verb}_COMPLETE` : `${verb}_FAILED`, failure);
    done(failure);
  };
  let made: Made;
  try {
    made = begin();
  } catch (error) {
    return whenStillRunning(world, stack, world.timings.resource, () => end(reasonOf(world, error)));
  }
  record.physicalId = made.physicalId;
  record.attributes = made.attributes;
  if (verb === "CREATE") setResourceStatus(world, stack, record, "CREATE_IN_PROGRESS", "Resource creation Initiated");
  waitFor(world, stack, () => typeOf(record).settles?.(world, record.physicalId) ?? "done", end);
}

export function removeResource(world: World, stack: StackRecord, record: StackResourceRecord, done: Done): void {
  setResourceStatus(world, stack, record, "DELETE_IN_PROGRESS");
  waitFor(
    world,
    stack,
    () => typeOf(record).remove(world, record.physicalId),
    (failure) => {
      setResourceStatus(world, stack, record, failure === undefined ? "DELETE_COMPLETE" : "DELETE_FAILED", failure);
      done(failure);
    },
  );
}

/** Looks until it is done, fails, or has taken too long. */
function waitFor(world: World, stack: StackRecord, look: () => HowFar, end: Done): void {
  const until = world.now() + mostWaitMs;
  const again = () => {
    let progress: HowFar;
    try {
      progress = look();
    } catch (error) {
      return end(reasonOf(world, error));
    }
    if (progress === "done") return end();
    if (progress !== "waits") return end(progress.failed);
    if (world.now() >= until) return end(handlerMessage(world, "Exceeded attempts to wait", "NotStabilized"));
    whenStillRunning(world, stack, lookMs, again);
  };
  whenStillRunning(world, stack, world.timings.resource, again);
}

/** Later, unless the stack is told to do something else in between. */
function whenStillRunning(world: World, stack: StackRecord, delay: number, run: () => void): void {
  const { turn } = stack;
  world.after(delay, () => {
    if (stack.turn === turn) run();
  });
}

function reasonOf(world: World, error: unknown): string {
  if (!(error instanceof AwsError)) throw error;
  return error.code === "ValidationError" && error.message.startsWith("Properties validation failed")
    ? error.message
    : handlerMessage(world, error.message, handlerCodes[error.code] ?? "InvalidRequest");
}

/** https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-test-contract-errors.html */
const handlerCodes: Readonly<Record<string, string>> = {
  AlreadyExists: "AlreadyExists",
  "InvalidLaunchTemplateName.AlreadyExistsException": "AlreadyExists",
};
