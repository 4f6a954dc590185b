import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { placedBy, type Requirements } from "../ecs/requirements.ts";
import { definitionsOf, type EcsVariant, type EcsWorkload } from "../ecs/resolve-for-ecs.ts";
import { freshInstances } from "../placement/fresh-instances.ts";
import { safePlacer } from "../placement/placer.ts";
import { instanceStatesOf, type InstanceState } from "../placement/instance-state.ts";
import type { RunRound, RunStep } from "./run-plan.ts";
import { mayStart, placementOptions, providersOf, runRequest, type RunSettings } from "./run-request.ts";
import { explainShortage } from "./shortage.ts";
import { agreeing } from "../base/counted.ts";
import { namesInShort, newMachines, notJudged } from "./placement-reason.ts";

/**
 * Plans replicas that ECS schedules by itself (GPUs, plain CPU): as many of each variant as have room, in the order of
 * the instance types, and for the rest the machines that a capacity provider starts. The machine is ECS's choice.
 */
export function planByInstanceState(
  ecs: EcsWorkload,
  settings: RunSettings,
  count: number,
  snapshot: ClusterSnapshot,
): RunRound {
  const instanceStates = instanceStatesOf(snapshot);
  const ec2Ids = new Map(snapshot.instances.map(({ arn, ec2InstanceId }) => [arn, ec2InstanceId]));
  let left = count;
  const placed = ecs.variants.map((variant) => {
    const requirements = placedBy(variant.requirements, placementOptions(settings));
    const arns = place(instanceStates, requirements, left);
    left -= arns.length;
    const chosen = new Set(arns);
    const names = [...chosen].map((arn) => ec2Ids.get(arn)!);
    const open = notJudged(
      requirements,
      instanceStates.filter(({ instance }) => chosen.has(instance.arn)),
    );
    return { variant, requirements, count: arns.length, names, open };
  });
  const steps = placed.flatMap(({ variant, requirements, count: there, names, open }, index): readonly RunStep[] => {
    // Of several types the first is the one that is wanted.
    const added =
      index === 0 && left > 0 ? placeOnNew(snapshot, requirements, settings, left) : { count: 0, machines: 0 };
    left -= added.count;
    const total = there + added.count;
    return total === 0 ? [] : [stepOf(variant, settings, total, { names, added, open })];
  });
  const shortage =
    left === 0 ? undefined : explainShortage(snapshot, definitionsOf(ecs), settings, { asked: count, missing: left });
  return { steps, unplaced: shortage === undefined ? [] : [shortage] };
}

/** @param open What is not judged of these machines. */
function stepOf(
  { definition }: EcsVariant,
  settings: RunSettings,
  count: number,
  {
    names,
    added,
    open,
  }: {
    readonly names: readonly string[];
    readonly added: { readonly machines: number; readonly instanceType?: string };
    readonly open: readonly string[];
  },
): RunStep {
  const have = agreeing(names.length + added.machines, "has", "have");
  const fresh = newMachines(added, providersOf(settings));
  const why = [`${namesInShort(names, fresh)} ${have} room`, "ECS chooses", ...open].join("; ");
  return { definition, count, request: runRequest(settings, definition), why };
}

/** The container instances that take the tasks, one each. */
export function place(
  instanceStates: readonly InstanceState[],
  requirements: Requirements,
  count: number,
): readonly string[] {
  return safePlacer(instanceStates, requirements)
    .place(count)
    .map(({ instanceState }) => instanceState.instance.arn);
}

/** How many tasks find room on machines that a provider would start, and on how many. */
export function placeOnNew(
  snapshot: ClusterSnapshot,
  requirements: Requirements,
  settings: RunSettings,
  count: number,
): { readonly count: number; readonly machines: number; readonly instanceType?: string } {
  const most = Math.min(count, mayStart(settings));
  const fresh = most === 0 ? undefined : freshInstances(snapshot, requirements, most);
  // Nobody knows what would be started: that is not held against it.
  if (fresh === undefined) return { count: most === 0 ? 0 : count, machines: 0 };
  const arns = place(fresh.instanceStates, requirements, count);
  return { count: arns.length, machines: new Set(arns).size, instanceType: fresh.instanceType };
}
