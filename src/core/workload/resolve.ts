import { present } from "../base/present.ts";
import { fairShare } from "../catalog/fair-share.ts";
import { findInstanceType } from "../catalog/instance-types/catalog.ts";
import type { InstanceType } from "../catalog/instance-types/instance-type.ts";
import { topologyOf } from "../catalog/topology.ts";
import { ec2TypeName, isHyperPodName, parseMemoryMiB } from "./fields.ts";
import { resolveBeside, resolveHealth, resolvePorts, resolveSidecar } from "./resolve-containers.ts";
import type { Amounts, DeviceRequest, ResolvedWorkload, ResourceRequest, Shape } from "./resolved.ts";
import type { Workload } from "./schema.ts";
import { resolveVolumes } from "./volumes.ts";

type AcceleratorSection = Exclude<NonNullable<Workload["accelerator"]>, "none">;

/**
 * Works out every default of a workload that the rules have passed (rules.ts). Planning and rendering start here.
 *
 * @throws Error when an instance type is not in the catalogue: the rules were not run.
 */
export function resolveWorkload(workload: Workload): ResolvedWorkload {
  const { accelerator, health, logs, model, rollout, sharedMemory } = workload;
  return {
    name: workload.name,
    container: workload.container ?? workload.name,
    kind: workload.kind ?? "job",
    image: workload.image,
    ...present({
      entryPoint: workload.entryPoint,
      command: workload.command,
      workingDirectory: workload.workingDirectory,
    }),
    environment: workload.environment ?? {},
    secrets: workload.secrets ?? {},
    ports: resolvePorts(workload.ports),
    ...(health === undefined ? {} : { health: resolveHealth(health) }),
    replicas: workload.replicas ?? 1,
    nodes: workload.nodes ?? 1,
    shapes: shapesOf(workload),
    ...hyperPodTypesOf(accelerator),
    resources: { ...declaredResources(workload), ...present({ reserve: reserveOf(workload) }) },
    ...(sharedMemory === undefined ? {} : { sharedMemoryMiB: sharedMemory === 0 ? 0 : parseMemoryMiB(sharedMemory)! }),
    ...present({ user: workload.user }),
    readOnlyRoot: workload.readOnlyRoot ?? false,
    ulimits: Object.fromEntries(
      Object.entries(workload.ulimits ?? {}).map(([name, limit]) => [
        name,
        typeof limit === "number" ? { soft: limit, hard: limit } : limit,
      ]),
    ),
    ...present({ stopTimeoutSeconds: workload.stop?.timeoutSeconds }),
    volumes: resolveVolumes(workload),
    ...(rollout === undefined ? {} : { rollout: present(rollout) }),
    ...(logs === undefined ? {} : { logs: { group: logs.group, ...present({ retentionDays: logs.retentionDays }) } }),
    roles: {
      ...(workload.roles?.execution === undefined ? {} : { execution: workload.roles.execution }),
      ...(workload.roles?.task === undefined ? {} : { task: workload.roles.task }),
    },
    tags: workload.tags ?? {},
    init: (workload.init ?? []).map(resolveBeside),
    sidecars: (workload.sidecars ?? []).map(resolveSidecar),
    ...(model === undefined ? {} : { model: present(model) }),
    ...present({ schedule: workload.schedule }),
    ecs: workload.ecs ?? {},
    eks: workload.eks ?? {},
  };
}

/** The types that the file has by HyperPod's name. */
function hyperPodTypesOf(accelerator: Workload["accelerator"]): Pick<ResolvedWorkload, "hyperPodTypes"> {
  const names = typeof accelerator === "object" ? (accelerator.instanceTypes ?? []).filter(isHyperPodName) : [];
  return names.length === 0 ? {} : { hyperPodTypes: names.map(ec2TypeName) };
}

function shapesOf(workload: Workload): readonly Shape[] {
  const { accelerator } = workload;
  if (accelerator === undefined || accelerator === "none") return [plainShape(workload, { kind: "none" })];
  const { instanceTypes, resource } = accelerator;
  if (resource !== undefined && instanceTypes === undefined)
    return [plainShape(workload, resourceRequest(accelerator, resource))];
  const names = new Set((instanceTypes ?? []).map(ec2TypeName));
  return groupShapes([...names].map((name) => shapeOf(workload, accelerator, name)));
}

/** Of a workload that names no instance type. */
function plainShape(workload: Workload, request: DeviceRequest): Shape {
  return { instanceTypes: [], request, ...declaredResources(workload), efaInterfaces: 0 };
}

function shapeOf(workload: Workload, section: AcceleratorSection, name: string): Shape {
  const type = findInstanceType(name);
  if (type === undefined) throw new Error(`${name} is not in the catalogue: run the rules first`);
  const request = requestOf(section, type);
  const efa = section.efa ?? (workload.nodes ?? 1) > 1;
  return {
    instanceTypes: [type],
    request,
    ...fairShare(type, partOf(request, type), reserveOf(workload)),
    ...declaredResources(workload),
    efaInterfaces: efa ? (type.efaInterfaces ?? 0) : 0,
  };
}

function requestOf(section: AcceleratorSection, type: InstanceType): DeviceRequest {
  const { count, kind, fraction } = type.accelerator;
  if (section.resource !== undefined) return resourceRequest(section, section.resource);
  if (section.mps !== undefined) {
    const { memory, maxComputePercent } = section.mps;
    return {
      kind: "nvidia-mps",
      memoryMiB: parseMemoryMiB(memory)!,
      ...present({ maxComputePercent }),
    };
  }
  if (fraction !== undefined) return { kind: "nvidia-fraction", fraction };
  const devices = section.devicesPerReplica ?? count;
  const whole = devices === count;
  return kind === "neuron"
    ? { kind, devices, whole }
    : { kind: "nvidia", gpus: devices, whole, unsaid: section.devicesPerReplica === undefined };
}

function resourceRequest({ count = 1, sharing, hami }: AcceleratorSection, resource: string): ResourceRequest {
  const memoryMiB = hami?.memory === undefined ? undefined : parseMemoryMiB(hami.memory)!;
  return {
    kind: "resource",
    resource,
    count,
    ...present({ sharing }),
    ...(hami === undefined ? {} : { hami: present({ memoryMiB, maxComputePercent: hami.maxComputePercent }) }),
  };
}

/** How much of the instance a request owns, as numerator and denominator. */
function partOf(request: DeviceRequest, type: InstanceType): readonly [number, number] {
  const { count, memoryMiBPerDevice } = type.accelerator;
  switch (request.kind) {
    case "neuron":
      return [request.devices, count];
    case "nvidia":
      return [request.gpus, count];
    case "nvidia-mps":
      return [request.memoryMiB, memoryMiBPerDevice * count];
    default:
      return [1, 1];
  }
}

function reserveOf({ resources }: Workload): Amounts | undefined {
  return resources?.reserve === undefined ? undefined : amountsOf(resources.reserve);
}

function declaredResources({ resources = {} }: Workload): Amounts {
  return amountsOf(resources);
}

function amountsOf({ cpu, memory }: Pick<NonNullable<Workload["resources"]>, "cpu" | "memory">): Amounts {
  return present({ vcpu: cpu, memoryMiB: memory === undefined ? undefined : parseMemoryMiB(memory)! });
}

/** Joins shapes that differ in nothing but the instance type's name. */
function groupShapes(shapes: readonly Shape[]): readonly Shape[] {
  const groups = new Map<string, Shape>();
  for (const shape of shapes) {
    const type = shape.instanceTypes[0]!;
    const { instanceTypes: _, ...rest } = shape;
    const { slots, sizes } = topologyOf(type) ?? {};
    const key = JSON.stringify([rest, type.architecture, type.accelerator.count, slots, sizes]);
    const group = groups.get(key);
    groups.set(key, group === undefined ? shape : { ...shape, instanceTypes: [...group.instanceTypes, type] });
  }
  return [...groups.values()];
}
