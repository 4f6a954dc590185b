/** What policies hold every pod of a namespace to, whoever wrote it: what aiplat's own pods keep by themselves. */
import { instanceTypes } from "../catalog/instance-types/catalog.ts";
import type { InstanceType } from "../catalog/instance-types/instance-type.ts";
import { coresPerDevice } from "../catalog/instance-types/neuron-cores.ts";
import { neuronCoreResource, neuronResource } from "./devices.ts";

/** What the rules say where a pod breaks them, whichever engine asks. */
export const ruleMessages = {
  scheduler:
    "two Neuron devices or cores, or more, and not all of an instance, have to be neighbours, which the default " +
    "scheduler does not know: name the Neuron scheduler extension in spec.schedulerName",
  removedResource: "aws.amazon.com/neurondevice was removed in Neuron 2.20: request aws.amazon.com/neuron",
  limits: "a container with devices has to request what it is limited to: devices and memory alike",
} as const;

const neuronTypes = instanceTypes.filter(({ accelerator }) => accelerator.kind === "neuron");

/**
 * How many devices, and how many cores, an instance of each type has: so many of them are all of it. Of cores that a
 * Trainium2 groups there are two numbers, and which one a node offers no pod says.
 */
export const wholeInstances: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>> = {
  [neuronResource]: Object.fromEntries(
    neuronTypes.map(({ instanceType, accelerator }) => [instanceType, [accelerator.count]]),
  ),
  [neuronCoreResource]: Object.fromEntries(neuronTypes.map((type) => [type.instanceType, coresOf(type)])),
};

function coresOf(type: InstanceType): readonly number[] {
  const cores = ([2, 1] as const).map((logical) => type.accelerator.count * (coresPerDevice(type, logical) ?? 0));
  return [...new Set(cores)];
}
