/** What policies hold every pod of a namespace to, whoever wrote it: what aiplat's own pods keep by themselves. */
import { instanceTypes } from "../catalog/instance-types/catalog.ts";

/** What the rules say where a pod breaks them, whichever engine asks. */
export const ruleMessages = {
  scheduler:
    "two Neuron devices or more, and not all of an instance, have to be neighbours, which the default scheduler does " +
    "not know: name the Neuron scheduler extension in spec.schedulerName",
  removedResource: "aws.amazon.com/neurondevice was removed in Neuron 2.20: request aws.amazon.com/neuron",
  limits: "a container with devices has to request what it is limited to: devices and memory alike",
} as const;

/** How many Neuron devices an instance of each type has: so many of them are all of it. */
export const wholeNeuronDevices: Readonly<Record<string, number>> = Object.fromEntries(
  instanceTypes
    .filter(({ accelerator }) => accelerator.kind === "neuron")
    .map(({ instanceType, accelerator }) => [instanceType, accelerator.count]),
);
