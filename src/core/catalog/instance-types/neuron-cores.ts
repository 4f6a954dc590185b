/**
 * https://awsdocs-neuron.readthedocs-hosted.com/en/latest/about-neuron/arch/neuron-features/logical-neuroncore-config.html
 */
import type { InstanceType } from "./instance-type.ts";

/** How many physical cores of a Trainium2 the environment groups into one. */
export function logicalCoreSize(valueOf: (variable: string) => string | undefined): 1 | 2 {
  return (valueOf("NEURON_LOGICAL_NC_CONFIG") ?? valueOf("NEURON_RT_VIRTUAL_CORE_SIZE")) === "1" ? 1 : 2;
}

/** The cores of one Neuron device as the runtime counts them: Trainium2 groups `logical` physical ones into one. */
export function coresPerDevice(type: InstanceType, logical: 1 | 2): number | undefined {
  const { kind, coresPerDevice } = type.accelerator;
  if (kind !== "neuron" || coresPerDevice === undefined) return undefined;
  return type.family.startsWith("trn2") ? coresPerDevice / logical : coresPerDevice;
}
