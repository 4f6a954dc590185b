import { present } from "../base/present.ts";
import { refuseErrors, type Problem } from "../base/problem.ts";
import { lockPortBase as defaultLockPortBase } from "../catalog/lock-ports.ts";
import type { Slot } from "../catalog/slots.ts";
import type { PlacementStrategyItem, TaskDefinition } from "../ecs-api/api.ts";
import { networkModeFor, type NetworkMode } from "../workload/network-mode.ts";
import type { ResolvedWorkload, Shape } from "../workload/resolved.ts";
import { capacityOf, type Capacity } from "./capacity.ts";
import { generateTaskDefinition, type GeneratedDefinition } from "./generate.ts";
import { rawDevicesOf, type RawDevices } from "./raw-devices.ts";
import { requirementsOf, type Requirements } from "./requirements.ts";
import { earlySuccessors } from "./successor.ts";
import { everyVariantOf, variantsOf, type Variant } from "./variants.ts";

/** What of a cluster, and of its region, the task definitions of a workload depend on. */
export interface EcsTarget {
  /** The region of the log group; needed where the workload has logs. */
  readonly region?: string;
  /** The cluster's lock port base, where it has one of its own. */
  readonly lockPortBase?: number;
}

/** A variant with what it comes to on ECS. */
export interface EcsVariant extends Variant {
  readonly definition: TaskDefinition;
  /** What one task of it needs of a container instance, before a run or a service adds to that. */
  readonly requirements: Requirements;
}

/** A workload with everything worked out that ECS needs to know, once: nobody works it out again. */
export interface EcsWorkload {
  readonly workload: ResolvedWorkload;
  readonly networkMode: NetworkMode;
  readonly capacity: Capacity;
  readonly lockPortBase: number;
  /** Where its tasks run, as far as that is known. */
  readonly region?: string;
  /** Whether aiplat chooses the devices, since ECS on EC2 does not schedule Neuron devices. */
  readonly choosesDevices: boolean;
  /** The Neuron devices that raw fields list by hand. */
  readonly listedDevices: RawDevices;
  /** How ECS chooses among the instances that will do, where the file says so. */
  readonly placementStrategy?: readonly PlacementStrategyItem[];
  /** The variants on empty instances, in the order of the file's instance types: what a reviewer sees. */
  readonly variants: readonly EcsVariant[];
  /** As `variants`, with every legal slot: what may ever be placed. */
  readonly everyVariant: readonly EcsVariant[];
}

/** What is known of a workload when its definitions are judged. */
export interface JudgeFacts {
  readonly capacity: Capacity;
  readonly lockPortBase: number;
}

/** What speaks against the definitions that a workload comes to. */
export type Judge = (
  workload: ResolvedWorkload,
  generated: readonly GeneratedDefinition[],
  facts: JudgeFacts,
) => readonly Problem[];

/** What the merge of raw fields itself found: all there is to say where nothing was written that lint has rules about. */
export const judgeMerge: Judge = (_, generated) => generated.flatMap(({ problems }) => problems);

/**
 * Works out what a workload is on ECS, for one cluster.
 *
 * @param judge What its definitions are held to: `judgeBy` the linter, or `judgeMerge` where that has no word about them;
 *   null where they have been judged, or are what runs.
 * @throws Refusal when raw fields take a device or a lock of a slot away, claim a device beyond it, or make what the
 *   linter calls an error, and for a service that nothing would keep off devices that are still held.
 */
export function resolveForEcs(workload: ResolvedWorkload, target: EcsTarget, judge: Judge | null): EcsWorkload {
  const capacity = capacityOf(workload);
  const networkMode = networkModeFor(
    workload,
    workload.shapes.some(({ efaInterfaces }) => efaInterfaces > 0),
  );
  const lockPortBase = target.lockPortBase ?? defaultLockPortBase;
  const common = { networkMode, capacity, lockPortBase, ...target };
  const generated = everyVariantOf(workload).map((variant) => ({
    variant,
    ...generateTaskDefinition(workload, variant, common),
  }));
  refuseErrors((judge ?? judgeMerge)(workload, generated, { capacity, lockPortBase }));
  const made = new Map(
    generated.map(({ variant, definition }) => [
      variant.name,
      { ...variant, definition, requirements: requirementsOf(definition, {}, lockPortBase) },
    ]),
  );
  const everyVariant = [...made.values()];
  if (judge !== null) refuseErrors(earlySuccessors(workload, everyVariant));
  return {
    workload,
    networkMode,
    capacity,
    lockPortBase,
    ...present({ region: target.region }),
    choosesDevices:
      capacity.kind !== "managed-instances" && workload.shapes.some(({ request }) => request.kind === "neuron"),
    listedDevices: rawDevicesOf(workload),
    ...present({
      placementStrategy: workload.ecs.placement?.strategy?.map(({ type, field }) => ({ type, ...present({ field }) })),
    }),
    variants: variantsOf(workload).map(({ name }) => made.get(name)!),
    everyVariant,
  };
}

/** The variant of one legal slot of a shape. */
export function variantFor({ everyVariant }: EcsWorkload, shape: Shape, slot: Slot): EcsVariant {
  return everyVariant.find(
    (each) => each.shape === shape && each.slot?.[0] === slot[0] && each.slot?.length === slot.length,
  )!;
}

/**
 * Whether a plan of the workload has to see the cluster: for the devices that aiplat chooses, or those that raw fields
 * list.
 */
export function readsCluster({ choosesDevices, listedDevices }: EcsWorkload): boolean {
  return choosesDevices || listedDevices.devices.length > 0;
}

/** The definitions that any task of the workload may have. */
export function definitionsOf({ everyVariant }: EcsWorkload): readonly TaskDefinition[] {
  return everyVariant.map(({ definition }) => definition);
}
