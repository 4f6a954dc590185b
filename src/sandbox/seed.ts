import type { ClusterSnapshot } from "../core/cluster/snapshot.ts";
import { isShare, type GpuNeed } from "../core/devices/gpu-need.ts";
import { gpuIdsOf, releaseGpus } from "../core/devices/gpus.ts";
import type { Task } from "../core/ecs-api/api.ts";
import { takeOver } from "./model/auto-scaling-groups.ts";
import { forgetRooms } from "./model/kept-rooms.ts";
import { hasGroup } from "./model/managed-scaling-settings.ts";
import { createCluster } from "./model/clusters.ts";
import { hostPortsOfRequirements, registerInstance } from "./model/instances.ts";
import type { ClusterRecord, InstanceRecord, TaskRecord } from "./model/records.ts";
import { createTask, readRequirements } from "./model/tasks.ts";
import type { World } from "./model/world.ts";
import { seedProviders } from "./seed-providers.ts";
import { seedServices, serviceOf, wakeServices } from "./seed-services.ts";

/** Makes a cluster as a snapshot shows it: its instances, its services, its running tasks, their definitions. */
export function seedCluster(world: World, snapshot: ClusterSnapshot): ClusterRecord {
  const cluster = createCluster(world, snapshot.cluster, snapshot.clusterArn);
  cluster.tags = Object.entries(snapshot.tags).map(([key, value]) => ({ key, value }));
  seedProviders(world, cluster, snapshot);
  for (const definition of Object.values(snapshot.taskDefinitions)) {
    const { tags = [], ...rest } = definition;
    const records = [
      ...(world.families.get(definition.family) ?? []),
      {
        definition: rest,
        status: definition.status === "INACTIVE" ? ("INACTIVE" as const) : ("ACTIVE" as const),
        tags,
      },
    ];
    world.families.set(
      definition.family,
      records.sort((one, other) => one.definition.revision - other.definition.revision),
    );
  }
  seedServices(world, cluster, snapshot);
  const byArn = new Map(
    snapshot.instances.map((instance) => [instance.arn, registerInstance(world, cluster, instance)]),
  );
  for (const instance of byArn.values()) {
    const provider = world.capacityProviders.get(instance.capacityProvider ?? "");
    if (provider !== undefined && hasGroup(provider)) takeOver(provider, instance);
  }
  for (const task of snapshot.tasks) {
    const definition = snapshot.taskDefinitions[task.taskDefinitionArn];
    const instance = byArn.get(task.containerInstanceArn ?? "");
    if (
      definition === undefined ||
      instance === undefined ||
      task.lastStatus === "STOPPED" ||
      task.desiredStatus === "STOPPED"
    )
      continue;
    const requirements = readRequirements(cluster, definition, { group: task.group, overrides: task.overrides });
    const record = createTask(world, {
      cluster,
      definition,
      requirements,
      startedBy: task.startedBy,
      overrides: task.overrides,
      launchType: "EC2",
      tags: task.tags,
      ...serviceOf(cluster, task.group, task.taskDefinitionArn),
    });
    settle(world, record, instance, task);
  }
  wakeServices(world, cluster);
  return cluster;
}

/** The GPUs that a task has by its seed, else as many as it asks for of those that are gone. */
function gpusOfSeed(seed: Task, need: GpuNeed, { freeGpus }: InstanceRecord): readonly string[] {
  const named = gpuIdsOf(seed);
  if (named.length > 0 || isShare(need)) return named;
  const held = freeGpus.filter(({ mode }) => mode === "DEDICATED").map(({ id }) => id);
  return need === "all" ? held : held.slice(0, typeof need === "number" ? need : 1);
}

/** A task that runs already; what its instance has for tasks is what the snapshot says remains, and its share. */
function settle(world: World, task: TaskRecord, instance: InstanceRecord, seed: Task): void {
  const { startedAt = world.now() } = seed;
  const { cpu, memoryMiB, gpus: need } = task.requirements;
  const ports = hostPortsOfRequirements(task.requirements);
  const without = (all: readonly number[], protocol: string) =>
    all.filter((port) => !ports.some((each) => each.port === port && each.protocol === protocol));
  const free = instance.free;
  const gpus = gpusOfSeed(seed, need, instance);
  instance.freeGpus = releaseGpus(instance.freeGpus, need, gpus);
  instance.free = {
    cpu: free.cpu + cpu,
    memoryMiB: free.memoryMiB + memoryMiB,
    tcpPorts: without(free.tcpPorts, "tcp"),
    udpPorts: without(free.udpPorts, "udp"),
    gpus: instance.freeGpus.filter(({ mode }) => mode === "IDLE").map(({ id }) => id),
  };
  instance.tasks.add(task);
  forgetRooms(instance.cluster);
  task.instance = instance;
  task.gpus = gpus;
  task.admitted = true;
  task.lastStatus = "RUNNING";
  task.startedAt = startedAt;
  task.healthyAt = startedAt;
  for (const container of task.containers) {
    container.status = "RUNNING";
    container.runtimeId = world.hex(64);
    container.gpus = gpus;
  }
}
