import { fairShare } from "../catalog/fair-share.ts";
import type { InstanceType } from "../catalog/instance-types/instance-type.ts";
import type { Assumption } from "./engines.ts";
import type { ModelShape } from "./shape.ts";
import { checkpointBytes } from "./weights.ts";

/** What a server and each of its workers take beside the weights. */
const serverMiB = 2048;
const workerMiB = 1024;

export interface HostMemory {
  /** What loading takes. */
  readonly neededMiB: number;
  /** The slot's fair share of the instance's memory. */
  readonly shareMiB: number;
}

/** Where the figures are from. */
export const hostAssumptions: readonly Assumption[] = [
  { what: "host memory of a server, and of each worker", value: "2048 MiB and 1024 MiB" },
  {
    what: "host memory on Neuron and for training",
    value: "the whole checkpoint besides: it is divided there before it is loaded",
  },
];

/**
 * Host memory to load a model into a slot of `devices`. GPU servers map the checkpoint and copy it tensor by tensor; NxD
 * Inference and trainers have it in memory whole.
 */
export function hostMemory(
  shape: ModelShape,
  type: InstanceType,
  devices: number,
  ranks: number,
  wholeCheckpoint: boolean,
): HostMemory {
  const checkpointMiB = wholeCheckpoint ? Math.ceil(checkpointBytes(shape) / 1024 ** 2) : 0;
  // One process drives all cores of a Neuron slot; GPUs have one each.
  const workers = type.accelerator.kind === "neuron" ? 1 : ranks;
  return {
    neededMiB: serverMiB + workers * workerMiB + checkpointMiB,
    shareMiB: fairShare(type, [devices, type.accelerator.count]).memoryMiB,
  };
}
