/** Tasks of a capacity provider that have no instance yet: they wait in PROVISIONING. */
import { stop } from "./lifecycle.ts";
import { placeWaiting, type PlaceSpec } from "./placement.ts";
import type { ClusterRecord, TaskRecord } from "./records.ts";
import { createTask, readRequirements } from "./tasks.ts";
import type { World } from "./world.ts";

/** How often a waiting task looks for an instance, and how often at most: the sandbox's choice. */
const lookMs = 15_000;
const mostLooks = 60;

/** With a capacity provider, tasks without room wait in PROVISIONING until an instance is there. */
export function waitForCapacity(world: World, spec: PlaceSpec, strategy: PlaceSpec["placementStrategy"]): TaskRecord {
  const task = createTask(world, {
    ...spec,
    requirements: readRequirements(spec.cluster, spec.definition, spec),
    placementStrategy: strategy,
  });
  let looks = 0;
  const look = () => {
    if (task.desiredStatus === "STOPPED" || task.instance !== undefined || placeWaiting(world, task)) return;
    if (++looks > mostLooks) return stop(world, task, "TaskFailedToStart", "EMPTY CAPACITY PROVIDER");
    world.after(lookMs, look);
  };
  world.after(lookMs, look);
  return task;
}

/** The tasks that wait for an instance of the provider. */
export function waitingTasks({ tasks }: ClusterRecord, capacityProvider: string): readonly TaskRecord[] {
  return [...tasks.values()].filter(
    (task) =>
      task.capacityProvider === capacityProvider && task.desiredStatus === "RUNNING" && task.instance === undefined,
  );
}
