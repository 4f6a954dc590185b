import { findInstanceType } from "../catalog/instance-types/catalog.ts";
import { instanceTypeOf, type ContainerInstance } from "./snapshot.ts";

/** How many Neuron devices the instance's type has, 0 for a type without; undefined where the catalogue does not know the type. */
export function neuronCount(instance: ContainerInstance): number | undefined {
  const type = findInstanceType(instanceTypeOf(instance) ?? "");
  if (type === undefined) return undefined;
  return type.accelerator.kind === "neuron" ? type.accelerator.count : 0;
}
