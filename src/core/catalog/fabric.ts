/** What a container on Elastic Fabric Adapter interfaces needs besides the interfaces, on every orchestrator. */
import type { InstanceType } from "./instance-types/instance-type.ts";

/**
 * Families whose EFA interfaces read and write the accelerator's memory themselves. Neuron asks for
 * FI_EFA_USE_DEVICE_RDMA on all of its own (aws-neuron-sdk @81ce03a, frameworks/torch/torch-neuronx/
 * setup-trn1-multi-node-execution.rst). On NVIDIA it is needed by libfabric before 1.18 and "not harmful" on P4 and P5
 * (awsome-distributed-training @7217859, 1.architectures/efa-cheatsheet.md). On an interface that cannot do it,
 * libfabric aborts: every other type is left to libfabric's own choice.
 */
const rdmaFamilies = new Set(["trn1", "trn1n", "trn2", "trn2u", "p4d", "p4de", "p5", "p5e", "p5en"]);

/**
 * The environment of the fabric. FI_EFA_FORK_SAFE is not in it: only kernels before 5.15 need it
 * (aws-neuron-sdk @81ce03a, neuron-runtime/nrt-troubleshoot.rst), and the current AMIs have newer ones.
 */
export function fabricEnvironment(
  types: readonly InstanceType[],
  efaInterfaces: number,
): Readonly<Record<string, string>> {
  if (efaInterfaces === 0) return {};
  const rdma = types.length > 0 && types.every((type) => rdmaFamilies.has(type.family));
  return { FI_PROVIDER: "efa", ...(rdma ? { FI_EFA_USE_DEVICE_RDMA: "1" } : {}) };
}
