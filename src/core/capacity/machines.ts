/** What the machines of a capacity are for. */
import { present } from "../base/present.ts";
import type { InstanceType } from "../catalog/instance-types/instance-type.ts";
import { isMachineMount, mountAttribute } from "../ecs/volumes.ts";
import type { EcsWorkload } from "../ecs/resolve-for-ecs.ts";
import { machinesNeeded } from "../placement/machines-needed.ts";
import type { ResolvedVolume } from "../workload/volumes.ts";

/** Machines of one instance type, and what they need beyond the type. */
export interface CapacityMachines {
  readonly type: InstanceType;
  /** EFA interfaces of each; 0 for an ordinary network. */
  readonly efaInterfaces: number;
  /** Machines that all replicas fill. */
  readonly count: number;
  /** The name of the workload that they are for, where there is one. */
  readonly workload?: string;
  /** What the placement constraints of the workload ask of a machine. */
  readonly attributes: Readonly<Record<string, string>>;
  /** The volumes that a machine mounts itself. */
  readonly mounts: readonly ResolvedVolume[];
  /** The number of the user that the workload runs as. */
  readonly user?: number;
  /** Whether every image of the workload is named by its digest, so that a copy on the machine is never an old one. */
  readonly imagesPinned: boolean;
  /** Whether a container of it is privileged. */
  readonly privileged: boolean;
  /** GiB of the empty volumes of all tasks that fill one machine. */
  readonly scratchGiB: number;
  /** The hard memory of all tasks that fill one machine. */
  readonly taskMemoryMiB?: number;
}

/** Attributes that ECS or its agent set themselves. */
const ownAttribute = /^(?:ecs\.|com\.amazonaws\.)/;

/** The machines that a workload needs, one item for each of its instance types. */
export function machinesOf(ecs: EcsWorkload): readonly CapacityMachines[] {
  const { workload } = ecs;
  const { name, replicas, volumes, user, shapes } = workload;
  const mounts = volumes.filter(isMachineMount);
  const mounted = new Set(mounts.map((mount) => mountAttribute(mount.name)));
  const containers = ecs.variants.flatMap(({ definition }) => definition.containerDefinitions);
  const imagesPinned = containers.every(({ image }) => image?.includes("@sha256:") === true);
  const privileged = containers.some((container) => container.privileged === true);
  const scratchMiB = volumes.reduce((sum, { source }) => sum + (source.kind === "scratch" ? source.sizeMiB : 0), 0);
  return machinesNeeded(ecs, replicas).flatMap(({ instanceType, count, attributes = {} }) => {
    const shape = shapes.find(({ instanceTypes }) => instanceTypes.some((each) => each.instanceType === instanceType));
    const type = shape?.instanceTypes.find((each) => each.instanceType === instanceType);
    if (shape === undefined || type === undefined) return [];
    const perMachine = Math.ceil(replicas / count);
    return [
      {
        type,
        efaInterfaces: shape.efaInterfaces,
        count,
        workload: name,
        attributes: Object.fromEntries(
          Object.entries(attributes).filter(([key]) => !ownAttribute.test(key) && !mounted.has(key)),
        ),
        mounts,
        imagesPinned,
        privileged,
        scratchGiB: Math.ceil((scratchMiB * perMachine) / 1024),
        ...present({
          user,
          taskMemoryMiB: shape.memoryMiB === undefined ? undefined : shape.memoryMiB * perMachine,
        }),
      },
    ];
  });
}

/** Machines of a type for whatever will run there. */
export function machinesOfType(type: InstanceType): CapacityMachines {
  return {
    type,
    efaInterfaces: 0,
    count: 1,
    attributes: {},
    mounts: [],
    imagesPinned: false,
    privileged: false,
    scratchGiB: 0,
  };
}

/** The machines with every EFA interface of their types. */
export function withEfa(fleets: readonly CapacityMachines[]): readonly CapacityMachines[] {
  return fleets.map((machines) => ({ ...machines, efaInterfaces: machines.type.efaInterfaces ?? 0 }));
}
