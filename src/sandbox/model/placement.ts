import { nameOfArn } from "../../core/ecs-api/arn.ts";
import { present } from "../../core/base/present.ts";
import type { Failure } from "../../core/ecs-api/api.ts";
import { placeIn, placeWith } from "../../core/placement/place.ts";
import { refusalOfEcs } from "../../core/placement/refusal-of-ecs.ts";
import type { PlacementStrategy } from "../../core/ecs-api/placement-strategy.ts";
import { roomsOf } from "./kept-rooms.ts";
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
  const strategy = placementStrategy?.length === 0 ? undefined : placementStrategy;
  const { placements, failures, exception } = refusing(() => {
    if (only === undefined) return placeWith(roomsOf(world, spec.cluster).placer(requirements, strategy), count);
    const rooms = roomsOf(world, spec.cluster)
      .all()
      .filter(({ instance }) => only(instanceOf(spec.cluster, instance.arn)));
    return placeIn(rooms, requirements, { count, ...present({ placementStrategy: strategy }), random: world.random });
  });
  const tasks = placements.map(({ instanceState, gpus }) => {
    const instance = instanceOf(spec.cluster, instanceState.instance.arn);
    const provider = spec.capacityProviders === undefined ? undefined : instance.capacityProvider;
    const task = createTask(world, { ...spec, requirements, ...present({ capacityProvider: provider }) });
    launch(world, task, instance, gpus);
    return task;
  });
  return { tasks, failures, ...present({ exception }) };
}

/** Places a task that waits for its capacity provider; whether it could. */
export function placeWaiting(world: World, task: TaskRecord): boolean {
  const strategy = task.placementStrategy?.length === 0 ? undefined : task.placementStrategy;
  const [placement] = roomsOf(world, task.cluster).placer(task.requirements, strategy).place(1);
  if (placement === undefined) return false;
  launch(world, task, instanceOf(task.cluster, placement.instanceState.instance.arn), placement.gpus);
  return true;
}

/** Starts a task on the instance that StartTask names; the reason where it cannot be there. */
export function placeOn(world: World, spec: PlaceSpec, instance: InstanceRecord): TaskRecord | string {
  const requirements = readRequirements(spec.cluster, spec.definition, spec);
  const room = roomsOf(world, spec.cluster).of(instance);
  if (instance.status === "INACTIVE") return "INACTIVE";
  const { placements, failures } = placeIn(
    [{ ...room, instance: { ...room.instance, status: "ACTIVE" } }],
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
  return roomsOf(world, spec.cluster)
    .all()
    .filter(
      (room) =>
        room.instance.status === "ACTIVE" &&
        !lasting.has(
          refusalOfEcs({ ...requirements, cpu: 0, memoryMiB: 0, ports: [], locks: [], gpus: 0 }, room) ?? "",
        ),
    )
    .map((room) => instanceOf(spec.cluster, room.instance.arn));
}

function instanceOf(cluster: ClusterRecord, arn: string): InstanceRecord {
  return cluster.instances.get(nameOfArn(arn))!;
}
