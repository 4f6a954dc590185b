import { findInstanceType } from "../catalog/instance-types/catalog.ts";
import { instanceTypeOf, type ContainerInstance } from "./snapshot.ts";

/**
 * Families of Neuron instances, those of tomorrow too.
 * https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
 */
const neuronFamily = /^(?:inf|trn)\d/;

/**
 * How many Neuron devices the instance's type has, 0 for a type without; undefined where nobody knows: the instance
 * does not say its type, or it is of a Neuron family and the catalogue does not have it.
 */
export function neuronCount(instance: ContainerInstance): number | undefined {
  const name = instanceTypeOf(instance);
  const type = findInstanceType(name ?? "");
  if (type === undefined) return name === undefined || neuronFamily.test(name) ? undefined : 0;
  return type.accelerator.kind === "neuron" ? type.accelerator.count : 0;
}
