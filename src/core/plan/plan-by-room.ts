import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { lockPortBaseOf } from "../devices/claims.ts";
import { generateTaskDefinition, type GenerateSettings } from "../ecs/generate.ts";
import { placeIn } from "../placement/place.ts";
import { requirementsOf } from "../placement/requirements.ts";
import { roomsOf } from "../placement/room.ts";
import { judge } from "../placement/verdict.ts";
import { variantsOf } from "../workload/resolve.ts";
import type { ResolvedWorkload } from "../workload/resolved.ts";
import { definitionsOf } from "./plan-slots.ts";
import type { RunPlan, RunStep } from "./run-plan.ts";
import { placementOptions, runRequest, type RunSettings } from "./run-request.ts";
import { explainShortage } from "./shortage.ts";
import { namesInShort } from "./why-here.ts";

/**
 * Plans replicas that ECS schedules by itself (GPUs, plain CPU): as many of each variant as have room, in the order of
 * the instance types. The machine is ECS's choice.
 */
export function planByRoom(
  workload: ResolvedWorkload,
  settings: RunSettings,
  generate: GenerateSettings,
  count: number,
  snapshot: ClusterSnapshot,
): RunPlan {
  const base = lockPortBaseOf(snapshot.tags);
  const rooms = roomsOf(snapshot);
  const ec2Ids = new Map(snapshot.instances.map(({ arn, ec2InstanceId }) => [arn, ec2InstanceId]));
  let left = count;
  const steps = variantsOf(workload).flatMap((variant): readonly RunStep[] => {
    const definition = generateTaskDefinition(workload, variant, generate);
    const needs = requirementsOf(definition, placementOptions(settings), base);
    const { placements } = placeIn(rooms, needs, {
      count: left,
      refuse: (each, room) => judge(each, room).reasons[0]?.code,
    });
    left -= placements.length;
    const names = [...new Set(placements.map(({ containerInstanceArn }) => ec2Ids.get(containerInstanceArn)!))];
    const why = `${namesInShort(names)} ${names.length === 1 ? "has" : "have"} room; ECS chooses`;
    return placements.length === 0
      ? []
      : [{ definition, count: placements.length, request: runRequest(settings, definition), why }];
  });
  const shortage =
    left === 0 ? undefined : explainShortage(snapshot, definitionsOf(workload, generate), settings, { asked: count });
  return { steps, shortages: shortage === undefined ? [] : [shortage] };
}
