import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { lockPortBaseOf } from "../cluster/lock-port-base.ts";
import { readTerms } from "../devices/terms.ts";
import type { RegisteredTaskDefinition, TaskDefinition } from "../ecs-api/api.ts";
import { requirementsOf, type Requirements } from "../ecs/requirements.ts";
import type { EcsWorkload } from "../ecs/resolve-for-ecs.ts";
import { roomsOf, type Room } from "../placement/room.ts";
import { freshRooms } from "../placement/fresh-rooms.ts";
import { countPlaceable, judge } from "../placement/verdict.ts";
import { barredRun } from "./barred-run.ts";
import { exposedRooms, keepAway } from "./exclusion.ts";
import { planByRoom } from "./plan-by-room.ts";
import { planSlots } from "./plan-slots.ts";
import type { RunRound, RunStep } from "./run-plan.ts";
import { explainShortage } from "./shortage.ts";
import { mayStart, placementOptions, providersOf, runRequest, type RunSettings } from "./run-request.ts";

/**
 * Plans the next round of a run: which definitions to register and which RunTask calls to make, as data.
 *
 * @param remaining How many tasks are still to start.
 * @param snapshot The cluster as it looks now: needed where `readsCluster` says so, else it shows what has room.
 * Without one ECS is asked for everything.
 * @param exhausted Families that ECS had no place for; the next shape is tried instead.
 */
export function planRun(
  ecs: EcsWorkload,
  settings: RunSettings,
  remaining: number,
  snapshot: ClusterSnapshot | undefined,
  exhausted: ReadonlySet<string>,
): RunRound {
  const definition = ecs.variants.find((each) => !exhausted.has(each.definition.family))?.definition;
  if (snapshot !== undefined && ecs.listedDevices.devices.length > 0) {
    if (definition === undefined) return { steps: [], unplaced: [] };
    return planListed(definition, settings, remaining, snapshot, {
      definition,
      taskDefinition: definition.family,
      why: "its raw fields list the devices",
    });
  }
  if (snapshot !== undefined) return (ecs.choosesDevices ? planSlots : planByRoom)(ecs, settings, remaining, snapshot);
  if (definition === undefined) return { steps: [], unplaced: [] };
  return {
    steps: [
      {
        definition,
        count: remaining,
        request: runRequest(settings, definition),
        why: "ECS chooses the devices and the machine",
      },
    ],
    unplaced: [],
  };
}

/** Plans a run of a definition that is registered already (--task-definition), as it is. */
export function planRegistered(
  definition: RegisteredTaskDefinition,
  settings: RunSettings,
  remaining: number,
  snapshot: ClusterSnapshot | undefined,
  exhausted: ReadonlySet<string>,
): RunRound {
  const taskDefinition = definition.taskDefinitionArn;
  if (exhausted.has(taskDefinition) || snapshot === undefined) return { steps: [], unplaced: [] };
  return planListed(definition, settings, remaining, snapshot, { taskDefinition, why: "as it is registered" });
}

/**
 * Plans tasks whose Neuron devices are their definition's own choice: machines where somebody holds one of them, unseen
 * by ECS, are excluded, and without lock ports no two of these tasks go on one machine.
 */
function planListed(
  definition: TaskDefinition,
  settings: RunSettings,
  remaining: number,
  snapshot: ClusterSnapshot,
  { taskDefinition, ...step }: Pick<RunStep, "definition" | "why"> & { readonly taskDefinition: string },
): RunRound {
  const base = lockPortBaseOf(snapshot.tags);
  const { devices, locked } = readTerms(definition, { lockPortBase: base });
  const needs = requirementsOf(definition, placementOptions(settings), base);
  const rooms = roomsOf(snapshot);
  const unseen = exposedRooms(needs, rooms);
  const free = rooms.filter((room) => judge(needs, room).fits);
  const distinct = devices.length > 0 && !locked ? [{ type: "distinctInstance" }] : [];
  const growth = growthFor(snapshot, needs, settings, remaining);
  const barred = growth.machines > 0 && unseen.length > 0;
  const asked = barred ? growth.there : remaining;
  const steps = keepAway(asked, ec2Ids(unseen), ec2Ids(free), providersOf(settings).length > 0).map(
    ({ count, constraints }) => ({
      ...step,
      count,
      request: runRequest(settings, definition, {
        taskDefinition,
        placementConstraints: [...distinct, ...constraints],
      }),
    }),
  );
  if (barred) return { steps, unplaced: [barredRun(needs, unseen, settings, remaining - growth.there)] };
  if (growth.there + growth.machines >= remaining) return { steps, unplaced: [] };
  // ECS is asked for all the same: of a definition that others wrote it may know better.
  const missing = remaining - growth.there - growth.machines;
  const shortage = explainShortage(snapshot, [definition], settings, { asked: remaining, missing });
  return { steps, unplaced: shortage === undefined ? [] : [shortage] };
}

/** How many of the tasks have room, and for how many of the rest capacity providers may start machines, one each. */
function growthFor(
  snapshot: ClusterSnapshot,
  needs: Requirements,
  settings: RunSettings,
  count: number,
): { readonly there: number; readonly machines: number } {
  const there = countPlaceable(roomsOf(snapshot), [needs], count);
  const most = Math.min(count - there, mayStart(settings));
  return { there, machines: most === 0 ? 0 : (freshRooms(snapshot, needs, most)?.rooms.length ?? most) };
}

function ec2Ids(rooms: readonly Room[]): readonly string[] {
  return rooms.map(({ instance }) => instance.ec2InstanceId);
}
