import type { InstanceType } from "./instance-type.ts";

let added: readonly InstanceType[] = [];
let isClosed = false;

/**
 * Adds types that are newer than the release. What is derived of the catalogue (the range of lock ports, the largest
 * vCPU figure) is worked out once, when the catalogue is loaded: they are added before.
 *
 * @throws Error where the catalogue has been loaded: a bug.
 */
export function addInstanceTypes(types: readonly InstanceType[]): void {
  if (isClosed) throw new Error("instance types are added before the catalogue is loaded");
  added = [...added, ...types];
}

/** The types that were added; from now on none can be. */
export function closeAddedTypes(): readonly InstanceType[] {
  isClosed = true;
  return added;
}
