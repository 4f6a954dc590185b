import type { InstanceType, Topology } from "./instance-types/instance-type.ts";

const single: Topology = {
  slots: "single",
  wiring: "one device",
  source: "aws-neuron/aws-neuron-sdk @81ce03a deploy/infrastructure/scheduler.rst",
};

/** The topology of a Neuron instance type; undefined for every other accelerator, which ECS and Kubernetes schedule. */
export function topologyOf({ accelerator, topology }: InstanceType): Topology | undefined {
  if (accelerator.kind !== "neuron") return undefined;
  return accelerator.count === 1 ? single : topology;
}
