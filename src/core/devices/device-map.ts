import { present } from "../base/present.ts";
import { findInstanceType } from "../catalog/instance-types/catalog.ts";
import { instanceTypeOf, regionOf, type ClusterSnapshot } from "../cluster/snapshot.ts";
import { definitionNameOf, taskIdOf } from "../ecs-api/arn.ts";
import type { Task } from "../ecs-api/api.ts";
import { workloadTag } from "../ecs-api/service.ts";
import type { MissingGpus } from "./missing-gpus.ts";
import { identifyInstance, type InstanceIdentity } from "./identify-instance.ts";
import { costOfInstance, costOfInstances, type DevicesCost, type InstanceCost } from "./device-cost.ts";
import { fragmentation, replicasThatFit } from "./allocate.ts";
import { mapGpus } from "./gpu-map.ts";
import { occupancyOf, type DeviceState, type InstanceDevices } from "./occupancy.ts";
import { devicePath, legalSizes, rowLengthOf } from "../catalog/slots.ts";

/** One accelerator device and the tasks that hold it. */
export interface MappedDevice {
  /** `/dev/neuron0`, or a GPU's id. */
  readonly path: string;
  /** `shared`: tasks have shares of a GPU's memory. */
  readonly state: DeviceState["state"] | "shared";
  /** Task ARNs. */
  readonly claimedBy: readonly string[];
  /** Of a GPU that is shared. */
  readonly sharing?: GpuSharing;
}

/** How tasks share a GPU by NVIDIA MPS. */
export interface GpuSharing {
  /** Left out where nobody says it. */
  readonly memoryMiB?: number;
  readonly freeMiB?: number;
  readonly shares: readonly { readonly taskArn: string; readonly memoryMiB: number }[];
}

/** What it costs is left out where the list of prices does not have its type. */
export interface MappedInstance extends InstanceIdentity, Partial<InstanceCost> {
  readonly devices: readonly MappedDevice[];
  /** How many devices stand in one row of the type's wiring. Of Neuron types with several rows. */
  readonly rowLength?: number;
  /** Tasks that could open every device here though they say nothing of them (`privileged`): task ARNs. */
  readonly reach?: readonly string[];
  /** GPUs that its type has and its agent did not register. */
  readonly missing?: MissingGpus;
  /** How many replicas of each size find a slot of their own; sizes of which none does are left out. Neuron only. */
  readonly freeSlots: Readonly<Record<string, number>>;
  /** 0 where the free devices form the largest slot they could, towards 1 the more they are scattered. */
  readonly fragmentation: number;
}

export interface DeviceConflict {
  readonly containerInstanceArn: string;
  readonly path: string;
  readonly tasks: readonly string[];
}

/** A task on the map, in the words of a legend. */
export interface MappedTask {
  readonly taskArn: string;
  readonly id: string;
  /** The workload of aiplat that it runs. */
  readonly workload?: string;
  readonly definition: string;
  readonly status: string;
  readonly stopping: boolean;
}

/** The data of a `ClusterDevices` document. */
export interface ClusterDevices {
  readonly cluster: string;
  /** When the cluster was read: ISO 8601. */
  readonly observedAt: string;
  readonly instances: readonly MappedInstance[];
  readonly conflicts: readonly DeviceConflict[];
  /** One task is stopping and its successor waits: no conflict. */
  readonly handOvers: readonly DeviceConflict[];
  readonly tasks: readonly MappedTask[];
  /** Left out where there is no accelerated instance. */
  readonly cost?: DevicesCost;
}

/**
 * The map of every accelerator device in the cluster: Neuron devices by what tasks say that they use, GPUs as ECS
 * assigns them.
 */
export function mapDevices(snapshot: ClusterSnapshot): ClusterDevices {
  const neuron = new Map(occupancyOf(snapshot).map((each) => [each.instance.arn, mapNeuron(each)]));
  const gpus = mapGpus(snapshot);
  const instances = snapshot.instances
    .flatMap((instance) => neuron.get(instance.arn) ?? gpus.get(instance.arn) ?? [])
    .map((mapped): MappedInstance => ({ ...mapped, ...costOfInstance(mapped) }));
  const inState = (state: MappedDevice["state"]) =>
    instances.flatMap(({ containerInstanceArn, devices }) =>
      devices
        .filter((device) => device.state === state)
        .map(({ path, claimedBy }): DeviceConflict => ({ containerInstanceArn, path, tasks: claimedBy })),
    );
  const holding = new Set(
    instances.flatMap(({ devices, reach = [] }) => [...devices.flatMap(({ claimedBy }) => claimedBy), ...reach]),
  );
  return {
    cluster: snapshot.cluster,
    observedAt: new Date(snapshot.observedAt).toISOString(),
    instances,
    conflicts: inState("conflict"),
    handOvers: inState("hand-over"),
    tasks: snapshot.tasks.filter(({ taskArn }) => holding.has(taskArn)).map((task) => toMappedTask(task, snapshot)),
    ...(instances.length === 0 ? {} : { cost: costOfInstances(instances, regionOf(snapshot)) }),
  };
}

function mapNeuron({ instance, devices, reach }: InstanceDevices): MappedInstance {
  const type = findInstanceType(instanceTypeOf(instance)!)!;
  const taken = new Set(devices.filter(({ state }) => state !== "free").map(({ device }) => device));
  return {
    ...identifyInstance(instance),
    ...present({ rowLength: rowLengthOf(type) }),
    devices: devices.map(({ device, state, holders }) => ({
      path: devicePath(device),
      state,
      claimedBy: holders.map(({ taskArn }) => taskArn),
    })),
    ...(reach.length === 0 ? {} : { reach: reach.map(({ taskArn }) => taskArn) }),
    freeSlots: Object.fromEntries(
      legalSizes(type)
        .map((size) => [size, replicasThatFit(type, taken, size)])
        .filter(([, count]) => count !== 0),
    ),
    fragmentation: Math.round(fragmentation(type, taken) * 100) / 100,
  };
}

function toMappedTask(task: Task, { taskDefinitions }: ClusterSnapshot): MappedTask {
  const { taskArn, taskDefinitionArn, lastStatus, desiredStatus } = task;
  return {
    taskArn,
    id: taskIdOf(taskArn),
    ...present({ workload: workloadOf(task.tags) ?? workloadOf(taskDefinitions[taskDefinitionArn]?.tags) }),
    definition: definitionNameOf(taskDefinitionArn),
    status: lastStatus,
    stopping: desiredStatus === "STOPPED",
  };
}

function workloadOf(tags: Task["tags"]): string | undefined {
  return tags?.find(({ key }) => key === workloadTag)?.value;
}
