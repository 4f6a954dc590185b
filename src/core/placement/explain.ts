import { present } from "../base/present.ts";
import type { Cost } from "../catalog/instance-types/cost.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { devicesIn } from "../catalog/device-set.ts";
import { lockPortBaseOf } from "../cluster/lock-port-base.ts";
import type { TaskDefinition } from "../ecs-api/api.ts";
import { checkDevices } from "./check-devices.ts";
import type { Reason } from "./checks.ts";
import { findNearestChange, type NearestChange } from "./nearest-change.ts";
import { requirementsOf, type PlacementOptions, type Requirements } from "../ecs/requirements.ts";
import { instanceStatesOf, type InstanceState } from "./instance-state.ts";
import { costOfTasks } from "./task-cost.ts";
import { unjudgedOf } from "./unjudged.ts";
import { closestTo, countPlaceable, type Judged } from "./evaluate-fit.ts";

export interface InstanceExplanation {
  readonly containerInstanceArn: string;
  readonly ec2InstanceId: string;
  /** `unknown` where the instance does not say. */
  readonly instanceType: string;
  readonly fits: boolean;
  readonly reasons: readonly Reason[];
  /** What could not be judged, where something decides that nobody tells. */
  readonly unjudged?: readonly Reason[];
}

/** The data of a PlacementExplanation document. */
export interface PlacementExplanation {
  /** Whether all that is asked for can be placed now. */
  readonly placeable: boolean;
  readonly requested: number;
  /** How many of them can be placed now. */
  readonly possible: number;
  readonly instances: readonly InstanceExplanation[];
  readonly nearestChange?: NearestChange;
  /** Of all that are requested, by their shares of machines; left out where nobody can say. */
  readonly cost?: Cost;
}

export interface ExplainOptions extends PlacementOptions {
  /** Default 1. */
  readonly count?: number;
  /** What keeps the capacity providers from starting more machines. */
  readonly limit?: string;
}

/**
 * For each container instance whether one of the definitions fits and, if not, every reason; then the nearest change
 * that would make room.
 *
 * @param definitions The variants of one workload: any of them will do. In the order in which they are to be used.
 * @throws Refusal for a placement constraint that is no expression.
 */
export function explainPlacement(
  snapshot: ClusterSnapshot,
  definitions: readonly TaskDefinition[],
  options: ExplainOptions = {},
): PlacementExplanation {
  return explain(snapshot, definitions, options, instanceStatesOf(snapshot));
}

/** As explainPlacement, once what can be placed has been: why the rest has no place. */
export function explainRemainder(
  snapshot: ClusterSnapshot,
  definitions: readonly TaskDefinition[],
  options: ExplainOptions = {},
): PlacementExplanation {
  return explain(snapshot, definitions, options);
}

/** @param rooms What is judged; else the rooms as they are after placement. */
function explain(
  snapshot: ClusterSnapshot,
  definitions: readonly TaskDefinition[],
  options: ExplainOptions,
  instanceStates?: readonly InstanceState[],
): PlacementExplanation {
  const { count: requested = 1 } = options;
  const base = lockPortBaseOf(snapshot.tags);
  const variants = definitions.map((definition) => requirementsOf(definition, options, base));
  const filled = instanceStatesOf(snapshot);
  const possible = countPlaceable(filled, variants, requested);
  const judged = (instanceStates ?? filled).map((instanceState) => closestTo(instanceState, variants));
  const nearestChange =
    possible < requested
      ? findNearestChange(snapshot, variants, judged, requested - possible, options.limit)
      : undefined;
  return {
    placeable: possible === requested,
    requested,
    possible,
    instances: judged.map(toExplanation),
    ...present({ nearestChange, cost: costOfTasks([{ count: requested, variants }], snapshot) }),
  };
}

/** What is said of one instance. */
export function toExplanation({ instanceState, closest }: Judged): InstanceExplanation {
  const { instance, instanceType } = instanceState;
  const unjudged = uniqueReasons(closest.flatMap(({ requirements }) => unjudgedOf(requirements, instanceState)));
  return {
    containerInstanceArn: instance.arn,
    ec2InstanceId: instance.ec2InstanceId,
    instanceType: instanceType ?? "unknown",
    fits: closest.some(({ verdict }) => verdict.fits),
    reasons: reasonsOf(instanceState, closest),
    ...(unjudged.length === 0 ? {} : { unjudged }),
  };
}

/** What the variants that come closest say, once each. */
function reasonsOf(instanceState: InstanceState, closest: Judged["closest"]): readonly Reason[] {
  const reasons = uniqueReasons(closest.flatMap(({ verdict }) => verdict.reasons));
  const first = reasons.findIndex(({ code }) => code === "DEVICES");
  if (first < 0 || closest.length === 1) return reasons;
  const rest = reasons.filter(({ code }) => code !== "DEVICES");
  return rest.toSpliced(
    first,
    0,
    ...slotReasons(
      instanceState,
      closest.map(({ requirements }) => requirements),
    ),
  );
}

function uniqueReasons(reasons: readonly Reason[]): readonly Reason[] {
  return [...new Map(reasons.map((reason) => [`${reason.code} ${reason.message}`, reason])).values()];
}

/** Why none of several slots is free: each task in the way once, with all that it holds of them. */
function slotReasons(instanceState: InstanceState, variants: readonly Requirements[]): readonly Reason[] {
  const slots = variants.map(({ devices }) => devicesIn(devices, instanceState.neuronDevices ?? 0));
  const devices = [...new Set(slots.flat())].sort((one, other) => one - other);
  const locks = new Map(variants.flatMap((requirements) => requirements.locks.map((lock) => [lock.device, lock])));
  const requirements: Requirements = { ...variants[0]!, devices, locks: [...locks.values()] };
  const free = devices.filter(
    (device) =>
      checkDevices(
        { ...requirements, devices: [device], locks: requirements.locks.filter((lock) => lock.device === device) },
        instanceState,
      ).length === 0,
  );
  const scattered =
    free.length < slots[0]!.length
      ? []
      : [`${free.length} devices are free, and no slot of ${slots[0]!.length} among them`];
  return [...scattered, ...checkDevices(requirements, instanceState)].map((message) => ({ code: "DEVICES", message }));
}
