import { findInstanceType } from "../catalog/instance-types/catalog.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { lockPortBaseOf, readTerms } from "../devices/claims.ts";
import { lockPortCount } from "../catalog/lock-ports.ts";
import type { RegisteredTaskDefinition, TaskDefinition } from "../ecs-api/api.ts";
import { onManagedInstances } from "../workload/managed-instances.ts";
import { generateTaskDefinition, type GenerateSettings } from "../ecs/generate.ts";
import { rawDevicesOf } from "../ecs/raw-devices.ts";
import { isHeldUnseen } from "../placement/check-devices.ts";
import { requirementsOf } from "../placement/requirements.ts";
import { roomsOf, type Room } from "../placement/room.ts";
import { judge } from "../placement/verdict.ts";
import { variantsOf } from "../workload/resolve.ts";
import type { ResolvedWorkload } from "../workload/resolved.ts";
import { keepAway } from "./exclusion.ts";
import { planByRoom } from "./plan-by-room.ts";
import { planSlots } from "./plan-slots.ts";
import type { RunPlan, RunStep } from "./run-plan.ts";
import { explainShortage } from "./shortage.ts";
import { placementOptions, runRequest, type RunSettings } from "./run-request.ts";

/** Whether aiplat chooses the devices, and so has to read the cluster: ECS schedules all others itself. */
export function choosesDevices(workload: ResolvedWorkload): boolean {
  return workload.shapes.some((shape) => shape.request.kind === "neuron") && !onManagedInstances(workload);
}

/** Whether a plan of the workload has to see the cluster: for the devices that aiplat chooses, or those that raw fields list. */
export function readsCluster(workload: ResolvedWorkload): boolean {
  return choosesDevices(workload) || rawDevicesOf(workload).devices.length > 0;
}

/**
 * Plans the next round of a run: which definitions to register and which RunTask calls to make, as data.
 *
 * @param remaining How many tasks are still to start.
 * @param snapshot The cluster as it looks now: needed where `readsCluster` says so, else it shows what has room. Without
 * one ECS is asked for everything.
 * @param exhausted Families that ECS had no place for; the next shape is tried instead.
 */
export function planRun(
  workload: ResolvedWorkload,
  settings: RunSettings,
  generate: GenerateSettings,
  remaining: number,
  snapshot: ClusterSnapshot | undefined,
  exhausted: ReadonlySet<string>,
): RunPlan {
  const variant = variantsOf(workload).find((each) => !exhausted.has(each.name));
  if (snapshot !== undefined && rawDevicesOf(workload).devices.length > 0) {
    if (variant === undefined) return { steps: [], shortages: [] };
    const definition = generateTaskDefinition(workload, variant, generate);
    return planListed(definition, settings, remaining, snapshot, {
      definition,
      taskDefinition: definition.family,
      why: "its raw fields list the devices",
    });
  }
  if (snapshot !== undefined)
    return (choosesDevices(workload) ? planSlots : planByRoom)(workload, settings, generate, remaining, snapshot);
  if (variant === undefined) return { steps: [], shortages: [] };
  const definition = generateTaskDefinition(workload, variant, generate);
  return {
    steps: [
      {
        definition,
        count: remaining,
        request: runRequest(settings, definition),
        why: "ECS chooses the devices and the machine",
      },
    ],
    shortages: [],
  };
}

/** Plans a run of a definition that is registered already (--task-definition), as it is. */
export function planRegistered(
  definition: RegisteredTaskDefinition,
  settings: RunSettings,
  remaining: number,
  snapshot: ClusterSnapshot | undefined,
  exhausted: ReadonlySet<string>,
): RunPlan {
  const taskDefinition = definition.taskDefinitionArn;
  if (exhausted.has(taskDefinition) || snapshot === undefined) return { steps: [], shortages: [] };
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
): RunPlan {
  const base = lockPortBaseOf(snapshot.tags);
  const { devices, locked } = readTerms(definition, base);
  const needs = requirementsOf(definition, placementOptions(settings), base);
  const rooms = roomsOf(snapshot);
  const unseen = rooms.filter((room) => isHeldUnseen(needs, room, isKnown(room) ? room.neuronDevices : lockPortCount));
  const free = rooms.filter((room) => judge(needs, room).fits);
  const distinct = devices.length > 0 && !locked ? [{ type: "distinctInstance" }] : [];
  const steps = keepAway(remaining, ec2Ids(unseen), ec2Ids(free)).map(({ count, constraints }) => ({
    ...step,
    count,
    request: runRequest(settings, definition, { taskDefinition, placementConstraints: [...distinct, ...constraints] }),
  }));
  // ECS is asked for all the same: of a definition that others wrote it may know better.
  const shortage = explainShortage(snapshot, [definition], settings, { asked: remaining });
  return { steps, shortages: shortage === undefined ? [] : [shortage] };
}

/** Whether the catalogue knows the instance's type, and so its devices. */
function isKnown({ instanceType }: Room): boolean {
  return findInstanceType(instanceType ?? "") !== undefined;
}

function ec2Ids(rooms: readonly Room[]): readonly string[] {
  return rooms.map(({ instance }) => instance.ec2InstanceId);
}
