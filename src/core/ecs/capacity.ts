import { onManagedInstances } from "../workload/managed-instances.ts";
import type { ResolvedWorkload } from "../workload/resolved.ts";

/** What starts a workload's tasks, as its file says it; the cluster says which provider is meant where none is named. */
export type Capacity =
  | { readonly kind: "ec2" }
  | { readonly kind: "managed-instances"; readonly provider?: string }
  | { readonly kind: "provider"; readonly provider: string };

export function capacityOf(workload: Pick<ResolvedWorkload, "ecs">): Capacity {
  const { capacity } = workload.ecs;
  if (typeof capacity === "object" && "provider" in capacity) return { kind: "provider", provider: capacity.provider };
  if (!onManagedInstances(workload)) return { kind: "ec2" };
  return typeof capacity === "object"
    ? { kind: "managed-instances", provider: capacity.managedInstances }
    : { kind: "managed-instances" };
}
