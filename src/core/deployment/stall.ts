import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import type { Requirements } from "../ecs/requirements.ts";
import { toExplanation } from "../placement/explain.ts";
import { findNearestChange } from "../placement/nearest-change.ts";
import type { Room } from "../placement/room.ts";
import { closestTo, judge } from "../placement/verdict.ts";
import { whyNoRoom } from "../placement/why-no-room.ts";

/** What keeps the next task of a stalled deployment off the machines; empty where its percentages do. */
export interface Stall {
  /** Why no machine takes it, as a run says it. */
  readonly why?: string;
  /** What makes room without a further machine. */
  readonly nearest?: string;
}

/**
 * @param rooms The machines where nothing moves any more.
 * @param fresh Those that capacity providers may still start.
 */
export function stallOf(
  snapshot: ClusterSnapshot,
  rooms: readonly Room[],
  fresh: readonly Room[],
  needs: Requirements,
): Stall {
  const judged = rooms.map((room) => closestTo(room, [needs]));
  const instances = judged.map(toExplanation);
  if (instances.some(({ fits }) => fits) || fresh.some((room) => judge(needs, room).fits)) return {};
  const change = findNearestChange(snapshot, [needs], judged, 1);
  return {
    why: whyNoRoom(instances).text,
    // How many machines would do is worked out over the whole deployment.
    ...(change === undefined || change.kind === "add-instances" ? {} : { nearest: change.message }),
  };
}
