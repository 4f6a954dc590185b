import type { ContainerInstance } from "../cluster/snapshot.ts";
import { isShare } from "../devices/gpu-need.ts";
import { gpuIdsOf, gpusOf, releaseGpus, toGpuDevices } from "../devices/gpus.ts";
import type { Task } from "../ecs-api/api.ts";
import type { Requirements } from "../ecs/requirements.ts";

/** A task on the instance, and what it needs. */
export interface OwnTask {
  readonly task: Task;
  readonly requirements: Requirements;
}

/**
 * The GPUs that each of the tasks has on the instance: by ECS's word, else as many as it asks for of those that are
 * gone and that no task names. A share of which nobody knows where it is is left out.
 *
 * @param all Every task on the instance.
 */
export function heldGpus(
  { registered, remaining }: ContainerInstance,
  own: readonly OwnTask[],
  all: readonly Task[],
): ReadonlyMap<Task, readonly string[]> {
  const known = new Set([...remaining.gpus, ...all.flatMap(gpuIdsOf)]);
  const unnamed = registered.gpus.filter((id) => !known.has(id));
  return new Map(
    own.flatMap(({ task, requirements: { gpus } }): readonly (readonly [Task, readonly string[]])[] => {
      const named = gpuIdsOf(task);
      if (named.length > 0 || gpus === 0) return [[task, named]];
      if (isShare(gpus)) return [];
      if (gpus === "all") return [[task, registered.gpus]];
      return [[task, unnamed.splice(0, typeof gpus === "number" ? gpus : 1)]];
    }),
  );
}

/** What ECS would say of the instance's GPUs, once these tasks had given theirs back. */
export function withoutGpusOf(
  instance: ContainerInstance,
  own: readonly OwnTask[],
  held: ReadonlyMap<Task, readonly string[]>,
): ContainerInstance {
  const { gpuDevices, remaining } = instance;
  const whole = own.flatMap(({ task, requirements }) => (isShare(requirements.gpus) ? [] : (held.get(task) ?? [])));
  const gpus = [...new Set([...remaining.gpus, ...whole])];
  const given = { ...instance, remaining: { ...remaining, gpus } };
  if (gpuDevices === undefined) return given;
  const left = own.reduce(
    (state, { task, requirements }) => releaseGpus(state, requirements.gpus, held.get(task) ?? []),
    gpusOf(instance, [], {}),
  );
  return { ...given, gpuDevices: toGpuDevices(left) };
}
