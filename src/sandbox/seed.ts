import type { ClusterSnapshot } from "../core/cluster/snapshot.ts";
import { createCluster } from "./model/clusters.ts";
import { hostPortsOfNeeds, registerInstance } from "./model/instances.ts";
import type { ClusterRecord, InstanceRecord, TaskRecord } from "./model/records.ts";
import { createTask, readNeeds } from "./model/tasks.ts";
import type { World } from "./model/world.ts";
import { seedServices, serviceOf, wakeServices } from "./seed-services.ts";

/** Makes a cluster as a snapshot shows it: its instances, its services, its running tasks, their definitions. */
export function seedCluster(world: World, snapshot: ClusterSnapshot): ClusterRecord {
  const cluster = createCluster(world, snapshot.cluster, snapshot.clusterArn);
  cluster.tags = Object.entries(snapshot.tags).map(([key, value]) => ({ key, value }));
  const groups = `arn:aws:autoscaling:${world.region}:${world.account}`;
  for (const name of new Set([
    ...snapshot.capacityProviders,
    ...snapshot.instances.flatMap(({ capacityProvider }) => capacityProvider ?? []),
  ])) {
    world.capacityProviders.set(name, {
      arn: world.arn(`capacity-provider/${name}`),
      name,
      tags: [],
      settings: {
        autoScalingGroupProvider: {
          autoScalingGroupArn: `${groups}:autoScalingGroup:${world.uuid()}:autoScalingGroupName/${name}`,
        },
      },
    });
  }
  cluster.capacityProviders = snapshot.capacityProviders;
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
    const needs = readNeeds(cluster, definition, { group: task.group, overrides: task.overrides });
    const record = createTask(world, {
      cluster,
      definition,
      needs,
      startedBy: task.startedBy,
      overrides: task.overrides,
      launchType: "EC2",
      tags: task.tags,
      ...serviceOf(cluster, task.group, task.taskDefinitionArn),
    });
    settle(world, record, instance, task.startedAt);
  }
  wakeServices(world, cluster);
  return cluster;
}

/** A task that runs already; what its instance has for tasks is what the snapshot says remains, and its share. */
function settle(world: World, task: TaskRecord, instance: InstanceRecord, startedAt = world.now()): void {
  const { cpu, memoryMiB } = task.needs;
  const ports = hostPortsOfNeeds(task.needs);
  const without = (all: readonly number[], protocol: string) =>
    all.filter((port) => !ports.some((each) => each.port === port && each.protocol === protocol));
  const free = instance.free;
  const used = instance.registered.gpus.filter((gpu) => !free.gpus.includes(gpu));
  const gpus = typeof task.needs.gpus === "number" ? used.slice(0, task.needs.gpus) : [];
  instance.free = {
    cpu: free.cpu + cpu,
    memoryMiB: free.memoryMiB + memoryMiB,
    tcpPorts: without(free.tcpPorts, "tcp"),
    udpPorts: without(free.udpPorts, "udp"),
    gpus: [...free.gpus, ...gpus],
  };
  instance.tasks.add(task);
  task.instance = instance;
  task.gpus = gpus;
  task.admitted = true;
  task.lastStatus = "RUNNING";
  task.startedAt = startedAt;
  task.healthyAt = startedAt;
  for (const container of task.containers) {
    container.status = "RUNNING";
    container.runtimeId = world.hex(64);
  }
}
