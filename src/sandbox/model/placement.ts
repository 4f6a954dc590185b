import { present } from "../../core/base/present.ts";
import type { Failure } from "../../core/ecs-api/api.ts";
import { placeIn } from "../../core/placement/place.ts";
import { refusalOfEcs } from "../../core/placement/refusal-of-ecs.ts";
import { instanceStatesOf, type InstanceState } from "../../core/placement/instance-state.ts";
import type { PlacementStrategy } from "../../core/ecs-api/placement-strategy.ts";
import { snapshotOf } from "./instances.ts";
import { launch } from "./lifecycle.ts";
import type { ClusterRecord, InstanceRecord, TaskRecord } from "./records.ts";
import { createTask, readRequirements, refusing, type RequirementsOptions, type TaskSpec } from "./tasks.ts";
import type { World } from "./world.ts";

export type PlaceSpec = Omit<TaskSpec, "requirements"> & RequirementsOptions;

export interface Placed {
  readonly tasks: readonly TaskRecord[];
  readonly failures: readonly Failure[];
  /** The exception of a cluster without a single instance to look at. */
  readonly exception?: string;
}

/**
 * Places up to `count` tasks as ECS does and starts them. @param only The instances
 * that come into question; all unless given.
 */
export function placeTasks(
  world: World,
  spec: PlaceSpec,
  count: number,
  placementStrategy: readonly PlacementStrategy[] | undefined,
  only?: (instance: InstanceRecord) => boolean,
): Placed {
  const requirements = readRequirements(spec.cluster, spec.definition, spec);
  const rooms = roomsIn(world, spec.cluster, only);
  const strategy = placementStrategy === undefined || placementStrategy.length === 0 ? {} : { placementStrategy };
  const { placements, failures, exception } = refusing(() =>
    placeIn(rooms, requirements, { count, ...strategy, random: world.random }),
  );
  const tasks = placements.map(({ instanceState, gpus }) => {
    const task = createTask(world, { ...spec, requirements });
    launch(world, task, instanceOf(spec.cluster, instanceState.instance.arn), gpus);
    return task;
  });
  return { tasks, failures, ...present({ exception }) };
}

/** Places a task that waits for its capacity provider; whether it could. */
export function placeWaiting(world: World, task: TaskRecord): boolean {
  const rooms = roomsIn(world, task.cluster);
  const strategy =
    task.placementStrategy === undefined || task.placementStrategy.length === 0
      ? {}
      : { placementStrategy: task.placementStrategy };
  const [placement] = placeIn(rooms, task.requirements, { count: 1, ...strategy, random: world.random }).placements;
  if (placement === undefined) return false;
  launch(world, task, instanceOf(task.cluster, placement.instanceState.instance.arn), placement.gpus);
  return true;
}

/** Starts a task on the instance that StartTask names; the reason where it cannot be there. */
export function placeOn(world: World, spec: PlaceSpec, instance: InstanceRecord): TaskRecord | string {
  const requirements = readRequirements(spec.cluster, spec.definition, spec);
  const [room] = roomsIn(world, spec.cluster, (each) => each === instance);
  if (instance.status === "INACTIVE") return "INACTIVE";
  const { placements, failures } = placeIn(
    [{ ...room!, instance: { ...room!.instance, status: "ACTIVE" } }],
    requirements,
    {
      count: 1,
      refuse: refusalOfEcs,
    },
  );
  if (placements[0] === undefined) return failures[0]?.reason ?? "ATTRIBUTE";
  const task = createTask(world, { ...spec, requirements });
  launch(world, task, instance, placements[0].gpus);
  return task;
}

/** The instances on which a task of a DAEMON service belongs, whether or not there is room. */
export function eligibleInstances(world: World, spec: PlaceSpec): readonly InstanceRecord[] {
  const requirements = readRequirements(spec.cluster, spec.definition, spec);
  const lasting = new Set(["ATTRIBUTE", "LOCATION", "MemberOf placement constraint unsatisfied."]);
  return roomsIn(world, spec.cluster)
    .filter(
      (room) =>
        room.instance.status === "ACTIVE" &&
        !lasting.has(
          refusalOfEcs({ ...requirements, cpu: 0, memoryMiB: 0, ports: [], locks: [], gpus: 0 }, room) ?? "",
        ),
    )
    .map((room) => instanceOf(spec.cluster, room.instance.arn));
}

/** The rooms in the order in which the instances were registered: of equals the first is taken. */
function roomsIn(
  world: World,
  cluster: ClusterRecord,
  only?: (instance: InstanceRecord) => boolean,
): readonly InstanceState[] {
  const rooms = instanceStatesOf(snapshotOf(world, cluster));
  return only === undefined ? rooms : rooms.filter(({ instance }) => only(instanceOf(cluster, instance.arn)));
}

function instanceOf(cluster: ClusterRecord, arn: string): InstanceRecord {
  return cluster.instances.get(arn.slice(arn.lastIndexOf("/") + 1))!;
}
