import { devicesTag } from "../catalog/device-set.ts";
import { present } from "../base/present.ts";
import type { ContainerDefinition, PlacementStrategyItem, PortMapping, Tag } from "../ecs-api/api.ts";
import { isLockPort } from "../catalog/lock-ports.ts";
import {
  absolutePathRule,
  environmentNameRule,
  formatMiB,
  highestUserId,
  isUlimit,
  portNameRule,
  secretArnRule,
  shortestStopSeconds,
  targetGroupArnRule,
} from "../workload/fields.ts";
import { isRaw, type Raw } from "../base/merge.ts";
import { readTypeConstraint } from "../ecs/lint/type-constraint.ts";
import { efaUlimits } from "../ecs/ulimits.ts";
import { healthOf, logsOf } from "./own-forms.ts";
import { mountExpressions, volumeWords } from "./volumes.ts";
import { hasEfa, isForManagedInstances, mainContainer, neuronDevicesOf, type ImportedPart } from "./source.ts";

/**
 * What the file can say of the container beside its size and its devices. What has
 * no word here is left to the raw fields.
 */
export function containerWords(
  part: ImportedPart,
  lockPortBase: number | undefined,
  { accelerated }: { readonly accelerated: boolean },
): Raw {
  const container = mainContainer(part);
  const ports = portsOf(container, part.definition.networkMode, lockPortBase);
  const secrets = secretsOf(container, part);
  const [health, logs] = [healthOf(part), logsOf(part)];
  const volumes = volumeWords(part);
  return {
    ...present({ secrets }),
    ...(ports.length === 0 ? {} : { ports }),
    ...present({ workingDirectory: pathOf(container), health }),
    ...present({ sharedMemory: sharedMemoryOf(part, accelerated), user: userOf(container) }),
    ...(container.readonlyRootFilesystem === true ? { readOnlyRoot: true } : {}),
    ...present({ ulimits: ulimitWords(container, accelerated) }),
    ...(volumes.length === 0 ? {} : { volumes }),
    ...present({ stop: stopOf(container), logs }),
    ...tagWords(part),
  };
}

/** A user by number alone; names and groups are for the raw fields. */
function userOf({ user }: ContainerDefinition): number | undefined {
  return user !== undefined && /^(?:0|[1-9]\d*)$/.test(user) && Number(user) <= highestUserId
    ? Number(user)
    : undefined;
}

function pathOf({ workingDirectory }: ContainerDefinition): string | undefined {
  return workingDirectory !== undefined && absolutePathRule.pattern.test(workingDirectory)
    ? workingDirectory
    : undefined;
}

/** How long it may take to end; what is shorter than the file has it is for the raw fields. */
function stopOf({ stopTimeout }: ContainerDefinition): Raw | undefined {
  return stopTimeout !== undefined && stopTimeout >= shortestStopSeconds ? { timeoutSeconds: stopTimeout } : undefined;
}

/** The limits that do not come with EFA anyway. */
function ulimitWords(container: ContainerDefinition, accelerated: boolean): Raw | undefined {
  const usual = accelerated && hasEfa(container) ? efaUlimits : {};
  const own = (container.ulimits ?? []).flatMap(({ name, softLimit: soft, hardLimit: hard }) => {
    if (name === undefined || soft === undefined || hard === undefined || !isUlimit({ soft, hard })) return [];
    const isUsual = soft === usual[name]?.soft && hard === usual[name]?.hard;
    return isUsual ? [] : [[name, soft === hard ? soft : { soft, hard }] as const];
  });
  return own.length === 0 ? undefined : Object.fromEntries(own);
}

/** Its /dev/shm; 0 where it has the platform's, and aiplat would give it more. */
function sharedMemoryOf(part: ImportedPart, accelerated: boolean): string | 0 | undefined {
  const container = mainContainer(part);
  const size = isRaw(container.linuxParameters) ? container.linuxParameters.sharedMemorySize : undefined;
  if (typeof size === "number" && size > 0) return formatMiB(size);
  if (!accelerated || isForManagedInstances(part)) return undefined;
  const gpus = container.resourceRequirements?.find(({ type }) => type === "GPU")?.value ?? "0";
  return hasEfa(container) || neuronDevicesOf(container).length > 1 || gpus === "ALL" || Number(gpus) > 1
    ? 0
    : undefined;
}

/**
 * Where its tasks run: what the constraints say beside the instance types and the machine's mounts, and the service's strategy. What its own
 * constraints say at run time is for the raw fields.
 */
export function placementWords(part: ImportedPart, { accelerated }: { readonly accelerated: boolean }): Raw {
  const { definition, service } = part;
  const ofVolumes = mountExpressions(volumeWords(part));
  const constraints = (definition.placementConstraints ?? []).flatMap(({ type, expression }) =>
    type === "memberOf" &&
    expression !== undefined &&
    !(accelerated && choosesTypes(expression)) &&
    !ofVolumes.includes(expression)
      ? [expression]
      : [],
  );
  const strategy = (service?.["placementStrategy"] ?? []) as readonly PlacementStrategyItem[];
  const placement = {
    ...(constraints.length === 0 ? {} : { constraints }),
    ...(strategy.length === 0 ? {} : { strategy }),
  };
  return Object.keys(placement).length === 0 ? {} : { placement };
}

/** Whether an expression is what `accelerator.instanceTypes` comes to. */
function choosesTypes(expression: string): boolean {
  return readTypeConstraint([{ type: "memberOf", expression, path: [] }]) !== undefined;
}

/** The one load balancer that sends to the container; several, and blue/green pairs, are for the raw fields. */
export function loadBalancerWords(part: ImportedPart): Raw {
  const balancers = part.service?.["loadBalancers"];
  const [only, ...others] = Array.isArray(balancers) ? (balancers as readonly unknown[]) : [];
  if (!isRaw(only) || others.length > 0) return {};
  const { targetGroupArn, containerName, containerPort } = only;
  const container = mainContainer(part);
  if (
    typeof targetGroupArn !== "string" ||
    !targetGroupArnRule.pattern.test(targetGroupArn) ||
    containerName !== container.name ||
    typeof containerPort !== "number"
  )
    return {};
  return (container.portMappings ?? []).some((mapping) => mapping.containerPort === containerPort)
    ? { loadBalancer: { targetGroup: targetGroupArn, port: containerPort } }
    : {};
}

/** Lock ports come with the devices; ranges have no word. */
export function portsOf(
  { portMappings = [] }: ContainerDefinition,
  networkMode: string | undefined,
  lockPortBase: number | undefined,
): readonly Raw[] {
  const own = portMappings.filter(
    ({ containerPort, protocol }) =>
      typeof containerPort === "number" && !(protocol === "udp" && isLockPort(containerPort, lockPortBase)),
  );
  return own.map(({ containerPort, hostPort, protocol, name }: PortMapping) => ({
    container: containerPort,
    ...(hostPort !== undefined && hostPort !== 0 && (networkMode ?? "bridge") === "bridge" ? { host: hostPort } : {}),
    ...(protocol === "udp" ? { protocol } : {}),
    ...(name !== undefined && portNameRule.pattern.test(name) ? { name } : {}),
  }));
}

/** In the file's words every secret is an ARN that the execution role reads. */
export function secretsOf(
  { secrets = [] }: ContainerDefinition,
  { definition: { executionRoleArn } }: ImportedPart,
): Raw | undefined {
  const sayable = secrets.filter(
    ({ name, valueFrom }) => environmentNameRule.pattern.test(name) && secretArnRule.pattern.test(valueFrom),
  );
  return sayable.length > 0 && executionRoleArn !== undefined
    ? Object.fromEntries(sayable.map(({ name, valueFrom }) => [name, valueFrom]))
    : undefined;
}

/** Tags that the service and its definition share; where there is no service yet, the definition's. */
function tagWords({ definition, service }: ImportedPart): { readonly tags?: Raw } {
  const ofDefinition = userTags(definition.tags);
  const ofService = service === undefined ? ofDefinition : userTags(service.tags);
  const entries = Object.entries(ofDefinition).filter(([key, value]) => ofService[key] === value);
  return entries.length === 0 ? {} : { tags: Object.fromEntries(entries) };
}

/** aiplat's are written anyway, but for what its author says of the devices that a task uses; AWS's cannot be. */
export function userTags(tags: readonly Tag[] = []): Readonly<Record<string, string>> {
  return Object.fromEntries(
    tags
      .filter(({ key, value }) => (key === devicesTag ? value !== "none" : !/^(?:aws|aiplat):/i.test(key)))
      .map(({ key, value }) => [key, value]),
  );
}
