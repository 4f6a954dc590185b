import type { ContainerDefinition, RegisteredTaskDefinition } from "../ecs-api/api.ts";
import { workloadTag, type Service } from "../ecs-api/service.ts";
import { deviceNumber } from "../catalog/slots.ts";
import { devicesOf } from "../ecs/merged.ts";
import { isRaw } from "../base/merge.ts";

/** A service with the revision that it runs, or a task definition alone. */
export interface ImportedPart {
  readonly definition: RegisteredTaskDefinition;
  readonly service?: Service;
}

/** What a workload file is written from. */
export interface ImportSource {
  /** One, or all the slots of one workload: what was asked for is the first. */
  readonly parts: readonly [ImportedPart, ...ImportedPart[]];
  readonly cluster?: string;
  /** What to call the service of a task definition that has none; the workload's name where left out. */
  readonly serviceName?: string;
  /** The cluster's own lock port base, where it has one. */
  readonly lockPortBase?: number;
}

/**
 * The container that has the devices, that the load balancer sends to, or the first that the task cannot be without.
 */
export function mainContainer({ definition: { containerDefinitions }, service }: ImportedPart): ContainerDefinition {
  const balancers = service?.["loadBalancers"];
  const target = Array.isArray(balancers) && isRaw(balancers[0]) ? balancers[0]["containerName"] : undefined;
  return (
    containerDefinitions.find(hasDevices) ??
    containerDefinitions.find(({ name }) => name === target) ??
    containerDefinitions.find(({ essential }) => essential !== false) ??
    containerDefinitions[0]!
  );
}

function hasDevices(container: ContainerDefinition): boolean {
  return (container.resourceRequirements ?? []).length > 0 || neuronDevicesOf(container).length > 0;
}

/** Whether a file of this workload finds the service by its tag: it then keeps its name and its family unsaid. */
export function isFoundByTag({ service }: ImportedPart, workload: string): boolean {
  return service?.tags?.some(({ key, value }) => key === workloadTag && value === workload) === true;
}

/** The numbers of the Neuron devices that a container lists, ascending. */
export function neuronDevicesOf(container: ContainerDefinition): readonly number[] {
  return devicesOf(container)
    .flatMap(({ hostPath }) => deviceNumber(hostPath) ?? [])
    .sort((one, other) => one - other);
}

/** Whether the definition is for Managed Instances and nothing else. */
export function isForManagedInstances({ definition: { requiresCompatibilities = [] } }: ImportedPart): boolean {
  return requiresCompatibilities.length > 0 && requiresCompatibilities.every((each) => each === "MANAGED_INSTANCES");
}
