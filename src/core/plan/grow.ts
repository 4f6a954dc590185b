import { isPacked } from "../catalog/slots.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { placedBy } from "../ecs/requirements.ts";
import type { EcsWorkload } from "../ecs/resolve-for-ecs.ts";
import type { InstanceState } from "../placement/instance-state.ts";
import type { Shape } from "../workload/resolved.ts";
import { instancesToExclude } from "./exclusion.ts";
import { freshHosts, type Host } from "./hosts.ts";
import type { PlacedSlot } from "./rivals.ts";
import { mayStart, placementOptions, type RunSettings } from "./run-request.ts";

/** What a plan with machines that a provider has to start is made from. */
export interface GrowingPlan {
  readonly ecs: EcsWorkload;
  readonly settings: RunSettings;
  readonly snapshot: ClusterSnapshot;
  readonly instanceStates: readonly InstanceState[];
  readonly hosts: readonly Host[];
}

/**
 * Slots for up to `count` replicas on the machines there are and those that a capacity provider starts, which come
 * empty. No constraint may name a machine then, so that ECS may put any slot on any machine where it is free. What is
 * planned has its place all the same: slots that somebody holds unseen by ECS anywhere are not used; those that are
 * used share no device, since an empty machine is cut up from device 0 on; and a machine counts where it has room for
 * all of them that are free there.
 */
export function assignGrowing(
  { ecs, settings, snapshot, instanceStates, hosts }: GrowingPlan,
  count: number,
): readonly PlacedSlot[] {
  const assigned: PlacedSlot[] = [];
  for (const [index, shape] of ecs.workload.shapes.entries()) {
    const left = count - assigned.length;
    const fresh = index === 0 ? freshHosts(ecs, settings, snapshot, Math.min(left, mayStart(settings))) : [];
    const slots = usableSlots(ecs, settings, instanceStates, shape).slice(0, fresh[0]?.room);
    const own = hosts.filter((host) => host.shape === shape);
    for (const host of [...own, ...fresh]) {
      const free = slots.filter((slot) => !slot.some((device) => host.taken.has(device)));
      if (free.length > host.room) continue;
      for (const slot of free.slice(0, count - assigned.length)) assigned.push({ slot, host });
    }
  }
  return assigned;
}

/** The slots that fill an empty machine, but for those that somebody holds unseen. */
function usableSlots(
  { everyVariant }: EcsWorkload,
  settings: RunSettings,
  instanceStates: readonly InstanceState[],
  shape: Shape,
) {
  return everyVariant.flatMap(({ shape: own, slot, requirements }) => {
    if (own !== shape || slot === undefined || !isPacked(slot)) return [];
    return instancesToExclude(placedBy(requirements, placementOptions(settings)), instanceStates).length === 0
      ? [slot]
      : [];
  });
}
