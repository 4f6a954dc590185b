/** Container instances on their way out of a cluster, whoever sends them. */
import { forgetRooms } from "./kept-rooms.ts";
import { stop } from "./lifecycle.ts";
import type { InstanceRecord } from "./records.ts";
import { wake } from "./scheduler.ts";
import type { World } from "./world.ts";

/** Whether no tasks are on it but those of DAEMON services, which have one on every instance. */
export function isEmpty({ tasks }: InstanceRecord): boolean {
  return [...tasks].every(({ service }) => service?.schedulingStrategy === "DAEMON");
}

/**
 * Nothing new starts there, and services replace what runs there. "Service tasks on the container instance that are in
 * the PENDING state are stopped immediately."
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateContainerInstancesState.html
 */
export function drainInstance(world: World, instance: InstanceRecord): void {
  instance.status = "DRAINING";
  forgetRooms(instance.cluster);
  for (const task of instance.tasks) {
    if (task.service !== undefined && task.lastStatus !== "RUNNING")
      stop(
        world,
        task,
        "ServiceSchedulerInitiated",
        `Scaling activity initiated by (deployment ${task.deployment!.id})`,
      );
  }
  wakeServices(world, instance);
}

/** Takes an instance that drained back into use. */
export function activateInstance(world: World, instance: InstanceRecord): void {
  instance.status = "ACTIVE";
  forgetRooms(instance.cluster);
  wakeServices(world, instance);
}

/** The instance is deregistered, and its tasks stop. */
export function leaveCluster(world: World, instance: InstanceRecord, stopCode: string, stoppedReason: string): void {
  for (const task of instance.tasks) stop(world, task, stopCode, stoppedReason);
  instance.status = "INACTIVE";
  instance.agentConnected = false;
  forgetRooms(instance.cluster);
  wakeServices(world, instance);
}

function wakeServices(world: World, { cluster }: InstanceRecord): void {
  for (const service of cluster.services.values()) wake(world, service);
}
