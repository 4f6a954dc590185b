import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { placedBy } from "../ecs/requirements.ts";
import { definitionsOf, type EcsWorkload } from "../ecs/resolve-for-ecs.ts";
import { placeIn } from "../placement/place.ts";
import { roomsOf } from "../placement/room.ts";
import { judge } from "../placement/verdict.ts";
import type { RunPlan, RunStep } from "./run-plan.ts";
import { placementOptions, runRequest, type RunSettings } from "./run-request.ts";
import { explainShortage } from "./shortage.ts";
import { namesInShort } from "./why-here.ts";

/**
 * Plans replicas that ECS schedules by itself (GPUs, plain CPU): as many of each variant as have room, in the order of
 * the instance types. The machine is ECS's choice.
 */
export function planByRoom(ecs: EcsWorkload, settings: RunSettings, count: number, snapshot: ClusterSnapshot): RunPlan {
  const rooms = roomsOf(snapshot);
  const ec2Ids = new Map(snapshot.instances.map(({ arn, ec2InstanceId }) => [arn, ec2InstanceId]));
  let left = count;
  const steps = ecs.variants.flatMap(({ definition, requirements }): readonly RunStep[] => {
    const needs = placedBy(requirements, placementOptions(settings));
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
  const shortage = left === 0 ? undefined : explainShortage(snapshot, definitionsOf(ecs), settings, { asked: count });
  return { steps, shortages: shortage === undefined ? [] : [shortage] };
}
