import { present } from "../base/present.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { lockPortBaseOf } from "../cluster/lock-port-base.ts";
import { emptyInstance } from "../placement/empty-instance.ts";
import { explainPlacement } from "../placement/explain.ts";
import { isOfService } from "../ecs-api/service.ts";
import { definitionsOf, resolveForEcs } from "../ecs/resolve-for-ecs.ts";
import type { Patient } from "./diagnose.ts";
import type { ResolvedWorkload } from "../workload/resolved.ts";

/** What the cluster has no room for now. */
export interface MachineShortage {
  /** Replicas that do not run yet. */
  readonly asked: number;
  /** How many of them have a place. */
  readonly possible: number;
  readonly nearestChange?: string;
  /** How many more instances of a type would hold the rest. */
  instancesOf(type: string): number;
}

/**
 * How many of a workload's replicas the cluster has room for, beside those that run.
 *
 * @param providers The capacity providers that start the tasks; undefined for plain EC2.
 */
export function findMachineShortages(
  { ecs, region }: Pick<Patient, "ecs" | "region">,
  snapshot: ClusterSnapshot,
  providers: readonly string[] | undefined,
): MachineShortage {
  const { workload } = ecs;
  const target = { ...present({ region }), lockPortBase: lockPortBaseOf(snapshot.tags) };
  const definitions = definitionsOf(resolveForEcs(workload, target, null));
  const options = present({ capacityProviders: providers });
  const asked = Math.max(0, workload.replicas - runningOf(workload, snapshot));
  const { possible, nearestChange } = explainPlacement(snapshot, definitions, { ...options, count: asked });
  const missing = asked - possible;
  const heldByOne = (type: string) => {
    const empty = emptyInstance(snapshot, type, [])?.instance;
    const instances = empty === undefined ? [] : [{ ...empty, ...present({ capacityProvider: providers?.[0] }) }];
    return explainPlacement({ ...snapshot, tasks: [], instances }, definitions, { ...options, count: missing })
      .possible;
  };
  return {
    asked,
    possible,
    ...(nearestChange === undefined ? {} : { nearestChange: nearestChange.message }),
    instancesOf: (type) => (missing === 0 ? 0 : Math.ceil(missing / Math.max(1, heldByOne(type)))),
  };
}

/** Tasks of the service that run already; a job's replicas come beside those of earlier runs. */
function runningOf({ name, kind }: ResolvedWorkload, { tasks }: ClusterSnapshot): number {
  return kind === "job"
    ? 0
    : tasks.filter((task) => task.desiredStatus !== "STOPPED" && isOfService(task, name)).length;
}
