/** The raw fields of a workload over what aiplat generates, and what they may not do. */
import { problem, type Path, type Problem } from "../base/problem.ts";
import { isRaw, mergeRaw, type ListKeys, type Raw } from "../base/merge.ts";
import { efaResource, hugepagesResource, neuronResource, nvidiaResource } from "./devices.ts";
import type { Manifest, PodTemplate } from "./manifest.ts";

/** The lists of a pod, wherever it stands, that merge item by item. */
export const podLists: ListKeys = {
  containers: named,
  initContainers: named,
  env: named,
  volumes: named,
  volumeMounts: (item) => String(item["mountPath"]),
  volumeDevices: (item) => String(item["devicePath"]),
  ports: (item) =>
    `${String(item["containerPort"] ?? item["port"])}/${String(item["protocol"] ?? "TCP").toUpperCase()}`,
};

function named(item: Raw): string {
  return String(item["name"]);
}

/** The pod with `eks.pod` merged into it. */
export function mergePod(pod: PodTemplate, raw: Raw | undefined): PodTemplate {
  return mergeRaw(pod as unknown as Raw, raw ?? {}, podLists) as unknown as PodTemplate;
}

/** The resource with `eks.resource` merged into it. */
export function mergeResource(resource: Manifest, raw: Raw | undefined): Manifest {
  return mergeRaw(resource, raw ?? {}, podLists) as Manifest;
}

/** The device resources of each container of a document, by where the container's resources stand. */
type DeviceRequests = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

const deviceResources: ReadonlySet<string> = new Set([neuronResource, nvidiaResource, efaResource, hugepagesResource]);
const isDeviceResource = (name: string) =>
  deviceResources.has(name) || /^(?:aws\.amazon\.com|nvidia\.com|vpc\.amazonaws\.com)\//.test(name);

/**
 * What merging took from a device request, or added to one: raw fields may not.
 *
 * @param where The raw section, for the message and the place.
 */
export function changedDevices(before: unknown, after: unknown, where: Path): readonly Problem[] {
  const [generated, merged] = [deviceRequests(before), deviceRequests(after)];
  const change = (path: string) => JSON.stringify(generated.get(path)) !== JSON.stringify(merged.get(path));
  return [...new Set([...generated.keys(), ...merged.keys()])].filter(change).map((path) => {
    const key = where.join(".");
    return generated.has(path)
      ? problem(
          "devices-changed",
          where,
          `${key} changes the devices that ${path} requests: raw fields cannot`,
          "Set accelerator.devicesPerReplica, accelerator.efa or accelerator.instanceTypes.",
        )
      : problem(
          "devices-beyond",
          where,
          `${key} requests devices at ${path}: only the workload's own container has them`,
          "Remove them.",
        );
  });
}

function deviceRequests(
  value: unknown,
  path = "",
  found = new Map<string, Readonly<Record<string, unknown>>>(),
): DeviceRequests {
  if (Array.isArray(value))
    for (const [index, item] of value.entries()) deviceRequests(item, `${path}[${index}]`, found);
  if (!isRaw(value)) return found;
  const devices = requestedDevices(value["resources"]);
  if (devices !== undefined) found.set(path === "" ? "resources" : `${path}.resources`, devices);
  for (const [key, item] of Object.entries(value)) deviceRequests(item, path === "" ? key : `${path}.${key}`, found);
  return found;
}

function requestedDevices(resources: unknown): Readonly<Record<string, unknown>> | undefined {
  if (!isRaw(resources)) return undefined;
  const lists = ["limits", "requests"].flatMap((kind) => {
    const amounts = resources[kind];
    return isRaw(amounts)
      ? Object.entries(amounts)
          .filter(([name]) => isDeviceResource(name))
          .map(([name, amount]) => [`${kind} ${name}`, String(amount)] as const)
      : [];
  });
  const claims = Array.isArray(resources["claims"]) ? [["claims", resources["claims"]] as const] : [];
  const entries = [...lists, ...claims].toSorted(([one], [other]) => (one < other ? -1 : 1));
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
