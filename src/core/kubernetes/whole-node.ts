import type { InstanceType } from "../catalog/instance-types/instance-type.ts";
import type { DeviceRequest, Shape } from "../workload/resolved.ts";

/** Everything that a node of the type has for pods to request. */
export function shapeOfNode(type: InstanceType): Pick<Shape, "request" | "efaInterfaces" | "instanceTypes"> {
  const { kind, count } = type.accelerator;
  const request: DeviceRequest =
    kind === "neuron"
      ? { kind, devices: count, whole: true }
      : { kind: "nvidia", gpus: count, whole: true, unsaid: true };
  return { request, efaInterfaces: type.efaInterfaces ?? 0, instanceTypes: [type] };
}
