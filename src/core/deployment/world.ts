import { groupBy } from "../base/groups.ts";
import { present } from "../base/present.ts";
import type { ClusterSnapshot, Resources } from "../cluster/snapshot.ts";
import type { Task } from "../ecs-api/api.ts";
import { groupOfService } from "../ecs-api/service.ts";
import { requirementsOf, type Requirements } from "../ecs/requirements.ts";
import type { FreshInstances } from "../placement/fresh-instances.ts";
import { copyInstanceStates, occupy, instanceStatesOf, type InstanceState } from "../placement/instance-state.ts";
import { heldGpus, withoutGpusOf, type OwnTask } from "./held-gpus.ts";

/** A task of an older deployment, in its room. */
interface OldTask {
  readonly instanceState: InstanceState;
  readonly requirements: Requirements;
  readonly gpus: readonly string[];
}

/** A cluster while deployments are played over it. */
export interface SimulatedCluster {
  readonly instanceStates: readonly InstanceState[];
  /** By service, in the order in which they are stopped. */
  readonly old: ReadonlyMap<string, readonly OldTask[]>;
  /** By service, the machines that capacity providers may start. */
  readonly fresh: ReadonlyMap<string, FreshInstances | undefined>;
}

/**
 * The cluster's rooms with the services' tasks told from the others. Tasks that are stopping have given up their room
 * already.
 */
export function worldOf(
  snapshot: ClusterSnapshot,
  services: readonly string[],
  lockPortBase: number,
): Pick<SimulatedCluster, "instanceStates" | "old"> {
  const groups = new Map(services.map((service) => [groupOfService(service), service]));
  const own = snapshot.tasks.filter(
    ({ group, desiredStatus, containerInstanceArn, lastStatus }) =>
      group !== undefined &&
      groups.has(group) &&
      desiredStatus !== "STOPPED" &&
      lastStatus !== "STOPPED" &&
      containerInstanceArn !== undefined,
  );
  const known = own.flatMap((task) => {
    const definition = snapshot.taskDefinitions[task.taskDefinitionArn];
    return definition === undefined
      ? []
      : [
          {
            task,
            requirements: requirementsOf(
              definition,
              { group: task.group!, ...present({ overrides: task.overrides }) },
              lockPortBase,
            ),
          },
        ];
  });
  const ofInstance = groupBy<OwnTask, string>(known, ({ task }) => task.containerInstanceArn!);
  const released = new Set(known.map(({ task }) => task));
  const held = new Map<Task, readonly string[]>();
  const tasksOn = groupBy(snapshot.tasks, ({ containerInstanceArn }) => containerInstanceArn);
  const instances = snapshot.instances.map((instance) => {
    const mine = ofInstance.get(instance.arn) ?? [];
    if (mine.length === 0) return instance;
    const gpus = heldGpus(instance, mine, tasksOn.get(instance.arn) ?? []);
    for (const [task, ids] of gpus) held.set(task, ids);
    const without = withoutGpusOf(instance, mine, gpus);
    return {
      ...without,
      remaining: mine.reduce((left, { requirements }) => giveBack(left, requirements), without.remaining),
    };
  });
  const others = snapshot.tasks.filter((task) => !released.has(task));
  const instanceStates = instanceStatesOf({ ...snapshot, tasks: others, instances }, "deployment");
  const byArn = new Map(instanceStates.map((instanceState) => [instanceState.instance.arn, instanceState]));
  const old = new Map<string, OldTask[]>(services.map((service) => [service, []]));
  for (const { task, requirements } of known) {
    const instanceState = byArn.get(task.containerInstanceArn!);
    if (instanceState === undefined) continue;
    old
      .get(groups.get(task.group!)!)!
      .push({ instanceState, requirements, gpus: occupy(instanceState, requirements, held.get(task)) });
  }
  return { instanceStates, old };
}

function giveBack(left: Resources, requirements: Requirements): Resources {
  const without = (ports: readonly number[], protocol: string) => {
    const mine = new Set(requirements.ports.filter((port) => port.protocol === protocol).map(({ port }) => port));
    if (protocol === "udp") for (const { port } of requirements.locks) mine.add(port);
    return ports.filter((port) => !mine.has(port));
  };
  return {
    ...left,
    cpu: left.cpu + requirements.cpu,
    memoryMiB: left.memoryMiB + requirements.memoryMiB,
    tcpPorts: without(left.tcpPorts, "tcp"),
    udpPorts: without(left.udpPorts, "udp"),
  };
}

export function copyWorld({ instanceStates, old, fresh }: SimulatedCluster): SimulatedCluster {
  const copies = copyInstanceStates(instanceStates);
  const copyOf = new Map(instanceStates.map((instanceState, index) => [instanceState, copies[index]!]));
  // Services that share new machines share them in the copy too.
  const pools = new Map([...new Set(fresh.values())].map((pool) => [pool, copyPool(pool)]));
  return {
    instanceStates: copies,
    fresh: new Map([...fresh].map(([service, pool]) => [service, pools.get(pool)])),
    old: new Map(
      [...old].map(([service, tasks]) => [
        service,
        tasks.map((task) => ({ ...task, instanceState: copyOf.get(task.instanceState)! })),
      ]),
    ),
  };
}

function copyPool(pool: FreshInstances | undefined): FreshInstances | undefined {
  return pool === undefined ? undefined : { ...pool, instanceStates: copyInstanceStates(pool.instanceStates) };
}
