/** What happens to a stack, as its events tell it. */
import type { World } from "../model/world.ts";
import type { StackRecord, StackResourceRecord } from "./stack-records.ts";

export const stackType = "AWS::CloudFormation::Stack";

export function setStackStatus(world: World, stack: StackRecord, status: string, reason?: string): void {
  stack.status = status;
  stack.statusReason = reason;
  stack.updatedAt = world.now();
  const { name: logicalId, id: physicalId } = stack;
  logEvent(world, stack, { logicalId, physicalId, type: stackType, status, reason });
}

export function setResourceStatus(
  world: World,
  stack: StackRecord,
  resource: StackResourceRecord,
  status: string,
  reason?: string,
): void {
  resource.status = status;
  resource.reason = reason;
  resource.updatedAt = world.now();
  const { logicalId, physicalId, type } = resource;
  logEvent(world, stack, { logicalId, physicalId, type, status, reason });
}

function logEvent(
  world: World,
  { events, token }: StackRecord,
  event: Omit<StackRecord["events"][number], "id" | "at" | "token">,
): void {
  const id = event.type === stackType ? world.uuid() : `${event.logicalId}-${event.status}-${world.uuid()}`;
  events.push({ id, at: world.now(), token, ...event });
}

/** What went wrong with a resource, as CloudFormation hands on what a service said. */
export function handlerMessage(world: World, message: string, code: string): string {
  return `Resource handler returned message: "${message}" (RequestToken: ${world.uuid()}, HandlerErrorCode: ${code})`;
}
