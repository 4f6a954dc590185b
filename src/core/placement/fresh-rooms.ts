import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import type { Requirements } from "../ecs/requirements.ts";
import { emptyInstance, instanceTypesFor } from "./empty-instance.ts";
import { emptyRoom, type Room } from "./room.ts";
import { judge } from "./verdict.ts";

/** Machines that a capacity provider may start. */
export interface FreshRooms {
  readonly instanceType: string;
  readonly rooms: readonly Room[];
}

/**
 * So many new machines of the first type that takes such a task; none where no type does, and undefined where nobody
 * knows what would be started.
 */
export function freshRooms(snapshot: ClusterSnapshot, needs: Requirements, count: number): FreshRooms | undefined {
  const known = instanceTypesFor(snapshot, [needs]).flatMap((instanceType) => {
    const empty = emptyInstance(snapshot, instanceType, [needs])?.instance;
    return empty === undefined ? [] : [{ instanceType, empty }];
  });
  const fitting = known.find(({ empty }) => judge(needs, emptyRoom(empty)).fits);
  if (fitting === undefined)
    return known.length === 0 ? undefined : { instanceType: known[0]!.instanceType, rooms: [] };
  const { instanceType, empty } = fitting;
  return {
    instanceType,
    rooms: Array.from({ length: count }, (_, index) => emptyRoom({ ...empty, arn: `new-${instanceType}-${index}` })),
  };
}
