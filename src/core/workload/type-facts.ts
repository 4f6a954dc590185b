import { byKindFamilyAndSize, instanceTypes } from "../catalog/instance-types/catalog.ts";
import type { InstanceType } from "../catalog/instance-types/instance-type.ts";
import { priceOf } from "../catalog/instance-types/price.ts";

/** Every accelerated instance type with a sentence of facts, for an editor's list of what may stand there. */
export function typeFacts(): readonly { readonly const: string; readonly description: string }[] {
  return instanceTypes
    .toSorted(byKindFamilyAndSize)
    .map((type) => ({ const: type.instanceType, description: factsOf(type) }));
}

function factsOf(type: InstanceType): string {
  const { accelerator, vcpus, memoryMiB, efaInterfaces, topology, status } = type;
  const { count, name, fraction, memoryMiBPerDevice } = accelerator;
  const devices = fraction === undefined ? `${count} ${name}` : `${fraction} of one ${name}`;
  const price = priceOf(type);
  return [
    `${devices} with ${gibibytes(memoryMiBPerDevice)} each, ${vcpus} vCPU, ${gibibytes(memoryMiB)}`,
    ...(topology?.sizes === undefined ? [] : [`a replica has ${topology.sizes.join(", ")} of its devices`]),
    ...(efaInterfaces === null || efaInterfaces === 0 ? [] : [`EFA interfaces: ${efaInterfaces}`]),
    ...(price === undefined ? [] : [price.text]),
    ...(status === "current" ? [] : [status]),
  ].join("; ");
}

function gibibytes(mebibytes: number): string {
  return `${Number((mebibytes / 1024).toFixed(1))} GiB`;
}
