import type { ContainerDefinition, RegisteredTaskDefinition } from "../ecs-api/api.ts";
import { workloadTag, type Service } from "../ecs-api/service.ts";
import { deviceNumber } from "../catalog/slots.ts";
import { devicesOf } from "../ecs/merged.ts";
import { isRaw } from "../base/merge.ts";
import { present } from "../base/present.ts";
import type { EcsTarget } from "../ecs/resolve-for-ecs.ts";

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
 * The container that has the devices, that the load balancer sends to, or the first that the task cannot be without:
 * never a helper, but where there is nothing else.
 */
export function mainContainer({ definition, service }: ImportedPart): ContainerDefinition {
  const { containerDefinitions } = definition;
  const candidates = containerDefinitions.filter((each) => !isHelper(each, definition));
  const balancers = service?.["loadBalancers"];
  const target = Array.isArray(balancers) && isRaw(balancers[0]) ? balancers[0]["containerName"] : undefined;
  return (
    candidates.find((each) => hasDevices(each) && each.essential !== false) ??
    candidates.find(hasDevices) ??
    candidates.find(({ name }) => name === target) ??
    candidates.find(({ essential }) => essential !== false) ??
    candidates[0] ??
    containerDefinitions[0]!
  );
}

/**
 * Whether a container routes the logs of others, or is their proxy.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_FirelensConfiguration.html
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ProxyConfiguration.html
 */
export function isHelper(
  { name, firelensConfiguration }: ContainerDefinition,
  { proxyConfiguration }: RegisteredTaskDefinition,
): boolean {
  return (
    isRaw(firelensConfiguration) || (proxyConfiguration !== undefined && proxyConfiguration.containerName === name)
  );
}

function hasDevices(container: ContainerDefinition): boolean {
  return (container.resourceRequirements ?? []).length > 0 || neuronDevicesOf(container).length > 0;
}

/** The cluster and region that the file is resolved for: the definition's ARN says which region that is. */
export function targetOf({ parts: [{ definition }], lockPortBase }: ImportSource): EcsTarget {
  const region = regionOf(definition);
  return present({ region, lockPortBase });
}

/** Undefined where the ARN says none. */
export function regionOf({ taskDefinitionArn }: RegisteredTaskDefinition): string | undefined {
  return /^arn:[^:]+:ecs:([^:]+):/.exec(taskDefinitionArn)?.[1];
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

/** Whether a container lists interfaces of the Elastic Fabric Adapter. */
export function hasEfa(container: ContainerDefinition): boolean {
  return devicesOf(container).some(({ hostPath }) => hostPath.startsWith("/dev/infiniband/"));
}

/** Whether the definition is for Managed Instances and nothing else. */
export function isForManagedInstances({ definition: { requiresCompatibilities = [] } }: ImportedPart): boolean {
  return requiresCompatibilities.length > 0 && requiresCompatibilities.every((each) => each === "MANAGED_INSTANCES");
}
