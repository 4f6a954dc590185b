/** What a pod takes of its node. */
import { isRaw, type Raw } from "../../base/merge.ts";
import { parseQuantity } from "../quantity.ts";
import { at, listAt } from "./read-object.ts";

/** Of each resource, in its unit: cores, bytes, pieces. */
export type ResourceAmounts = ReadonlyMap<string, number>;

/**
 * The requests that the scheduler counts: of all containers together, or of an init container beside the sidecars that
 * started before it, whichever is more.
 * https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#resource-sharing-within-containers
 */
export function requestsOf(spec: Raw): ResourceAmounts {
  const sidecars = new Map<string, number>();
  const peak = new Map<string, number>();
  for (const init of listAt(spec, "initContainers")) {
    const own = containerRequests(init);
    if (init["restartPolicy"] === "Always") add(sidecars, own);
    else for (const [name, amount] of own) raise(peak, name, amount + (sidecars.get(name) ?? 0));
  }
  const sum = new Map(sidecars);
  for (const container of listAt(spec, "containers")) add(sum, containerRequests(container));
  for (const [name, amount] of peak) raise(sum, name, amount);
  add(sum, amountsOf(at(spec, "overhead")));
  return sum;
}

/** A limit without a request is a request too. */
function containerRequests(container: Raw): ResourceAmounts {
  const { limits, requests } = at(container, "resources");
  return amountsOf({ ...(isRaw(limits) ? limits : {}), ...(isRaw(requests) ? requests : {}) });
}

export function amountsOf(quantities: Raw): ResourceAmounts {
  return new Map(Object.entries(quantities).map(([name, quantity]) => [name, parseQuantity(quantity)]));
}

function add(sum: Map<string, number>, amounts: ResourceAmounts): void {
  for (const [name, amount] of amounts) sum.set(name, (sum.get(name) ?? 0) + amount);
}

function raise(most: Map<string, number>, name: string, amount: number): void {
  most.set(name, Math.max(most.get(name) ?? 0, amount));
}
