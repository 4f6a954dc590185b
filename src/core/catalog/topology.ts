import type { InstanceType } from "./instance-types/instance-type.ts";

/**
 * How the Neuron devices of an instance type are wired, and so which sets of them one workload may hold.
 *
 * - `single`: one device.
 * - `run`: any ascending contiguous run, never wrapping from the last device to the first. "It will never allocate
 *   non-contiguous devices to the same container" (aws-neuron-sdk, deploy/infrastructure/scheduler.rst, Inf1 and Inf2).
 * - `rows`: 1, 4, 8 or 16 devices in aligned rows of the 4x4 torus. "The scheduler enforces that containers request
 *   1, 4, 8, or all 16 devices" (scheduler.rst; for Trn2, deploy/eks/dra.rst).
 */
export interface Topology {
  readonly slots: "single" | "run" | "rows";
  readonly wiring: string;
  readonly note?: string;
  readonly source: string;
}

const driver = "aws-neuron/aws-neuron-driver @fca19f7";
const sdk = "aws-neuron/aws-neuron-sdk @81ce03a";

const trn1: Topology = {
  slots: "rows",
  wiring: "2D torus 4x4",
  source: `${driver} v2/neuron_dhal_v2.c; ${sdk} deploy/infrastructure/scheduler.rst`,
};
const trn2: Topology = {
  slots: "rows",
  wiring: "2D torus 4x4",
  note: "that the sets of 8 are devices 0-7 and 8-15 is inferred from Trn1",
  source: `${driver} v3/neuron_dhal_v3.c; ${sdk} deploy/eks/dra.rst`,
};
const single: Topology = {
  slots: "single",
  wiring: "one device",
  source: `${sdk} deploy/infrastructure/scheduler.rst`,
};
const inf1 = (devices: number): Topology => ({
  slots: "run",
  wiring: `ring of ${devices}`,
  source: `${sdk} deploy/infrastructure/scheduler.rst; ${driver} v1/neuron_dhal_v1.c`,
});

const byType: Readonly<Record<string, Topology>> = {
  "inf1.6xlarge": inf1(4),
  "inf1.24xlarge": inf1(16),
  "inf2.24xlarge": {
    slots: "run",
    wiring: "line of 6",
    note: "scheduler.rst calls every Inf2 a ring; the driver has no link between devices 5 and 0",
    source: `${driver} v2/neuron_dhal_v2.c inf2_24xl_neighbor_ids`,
  },
  "inf2.48xlarge": {
    slots: "run",
    wiring: "ring of 12",
    note: "devices 11 and 0 are linked, but the Neuron runtime wants ascending device numbers, so no set wraps",
    source: `${driver} v2/neuron_dhal_v2.c inf2_48xl_neighbor_ids`,
  },
  "trn1.32xlarge": trn1,
  "trn1n.32xlarge": trn1,
  "trn2.48xlarge": trn2,
  "trn2u.48xlarge": {
    ...trn2,
    wiring: "2D torus 4x4; chips of the same place in the 4 nodes of an UltraServer form a ring",
  },
};

/**
 * The topology of a Neuron instance type; undefined for every other accelerator, which ECS and Kubernetes schedule.
 *
 * @throws Error when a multi-device Neuron type has no topology: a row was added to the catalogue without one.
 */
export function topologyOf(type: InstanceType): Topology | undefined {
  if (type.accelerator.kind !== "neuron") return undefined;
  if (type.accelerator.count === 1) return single;
  const topology = byType[type.instanceType];
  if (topology === undefined) throw new Error(`no topology for ${type.instanceType} in core/catalog/topology.ts`);
  return topology;
}
