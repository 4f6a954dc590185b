/** The raw fields of a workload over what aiplat generates, and what they may not do. */
import { problem, warning, type Path, type Problem } from "../base/problem.ts";
import { isRaw, mergeRaw, own, type ListKeys, type Raw } from "../base/merge.ts";
import type { DeviceRequest } from "../workload/resolved.ts";
import { deviceResource, efaResource, hugepagesResource, neuronResource, nvidiaResource } from "./devices.ts";
import { embeddedManifest } from "./embedded.ts";
import { manifestNameProblems } from "./manifest-names.ts";
import type { Manifest, PodTemplate } from "./manifest.ts";

/** The lists of a pod, and of what wraps it, that merge item by item wherever they stand. */
export const podLists: ListKeys = {
  containers: named,
  initContainers: named,
  env: named,
  volumes: named,
  volumeMounts: (item) => String(item["mountPath"]),
  volumeDevices: (item) => String(item["devicePath"]),
  workerGroupSpecs: (item) => String(item["groupName"]),
  replicatedJobs: named,
  tasks: named,
  templates: named,
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

/**
 * The resources that go with the workload's own, with `eks.companions` merged into those of each kind. Whatever the
 * kind, devices cannot be merged away.
 */
export function mergeCompanions(
  companions: readonly Manifest[],
  raw: Readonly<Record<string, Raw>>,
  request: DeviceRequest,
): { readonly merged: readonly Manifest[]; readonly problems: readonly Problem[] } {
  const merged = companions.map((each) => mergeResource(each, own(raw, each.kind)));
  return {
    merged,
    problems: merged.flatMap((each, index) => {
      const where = ["eks", "companions", each.kind];
      return [
        ...changedDevices(companions[index], each, where, request),
        ...changedClaims(companions[index]!, each, where),
        ...manifestNameProblems(each, where),
      ];
    }),
  };
}

/** A claim's requests are the workload's devices too; what else it says may change. */
function changedClaims(before: Manifest, after: Manifest, where: Path): readonly Problem[] {
  if (before.kind !== "ResourceClaimTemplate") return [];
  const requests = ({ spec }: Manifest) =>
    JSON.stringify(
      (spec as { readonly spec?: { readonly devices?: { readonly requests?: unknown } } })?.spec?.devices?.requests,
    );
  return requests(before) === requests(after)
    ? []
    : [
        problem(
          "devices-changed",
          where,
          `${where.join(".")} changes the devices that the pods claim: raw fields cannot`,
          "Set accelerator.devicesPerReplica or accelerator.instanceTypes.",
        ),
      ];
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
export function changedDevices(
  before: unknown,
  after: unknown,
  where: Path,
  request: DeviceRequest,
): readonly Problem[] {
  const asked = deviceResource(request);
  const isDevice = (name: string) => name === asked || isDeviceResource(name);
  const [generated, merged] = [deviceRequests(before, isDevice), deviceRequests(after, isDevice)];
  const change = (path: string) => JSON.stringify(generated.get(path)) !== JSON.stringify(merged.get(path));
  return [...new Set([...generated.keys(), ...merged.keys()])].filter(change).map((path) => {
    const key = where.join(".");
    if (request.kind === "none") return rawDevices(where, path, merged.get(path));
    return generated.has(path)
      ? problem(
          "devices-changed",
          where,
          `${key} changes the devices that ${path} requests: raw fields cannot`,
          request.kind === "resource"
            ? "Set accelerator.resource, accelerator.count, accelerator.hami or accelerator.efa."
            : "Set accelerator.devicesPerReplica, accelerator.efa or accelerator.instanceTypes.",
        )
      : problem(
          "devices-beyond",
          where,
          `${key} requests devices at ${path}: only the workload's own container has them`,
          "Remove them.",
        );
  });
}

/** Whoever says that there is no accelerator, and asks for devices all the same, says the rest too. */
function rawDevices(where: Path, path: string, devices: Readonly<Record<string, unknown>> = {}): Problem {
  const [asked = "claims"] = Object.keys(devices);
  const name = asked.replace(/^\w+ /, "");
  return warning(
    "raw-devices",
    where,
    `${where.join(".")} requests ${name} at ${path}, and accelerator is none: tolerations, affinity and a share of the node are left to you`,
    asked === "claims"
      ? "accelerator: { instanceTypes, devicesPerReplica } has them, with --neuron-scheduler dra as a claim."
      : `accelerator: { resource: ${name}, count: 1 } has them.`,
  );
}

function deviceRequests(
  value: unknown,
  isDevice: (name: string) => boolean,
  path = "",
  found = new Map<string, Readonly<Record<string, unknown>>>(),
): DeviceRequests {
  if (Array.isArray(value))
    for (const [index, item] of value.entries()) deviceRequests(item, isDevice, `${path}[${index}]`, found);
  if (!isRaw(value)) return found;
  const devices = requestedDevices(value["resources"], isDevice);
  if (devices !== undefined) found.set(path === "" ? "resources" : `${path}.resources`, devices);
  const inner = embeddedManifest(value);
  if (inner !== undefined) deviceRequests(inner, isDevice, `${path}.manifest`, found);
  for (const [key, item] of Object.entries(value))
    deviceRequests(item, isDevice, path === "" ? key : `${path}.${key}`, found);
  return found;
}

function requestedDevices(
  resources: unknown,
  isDevice: (name: string) => boolean,
): Readonly<Record<string, unknown>> | undefined {
  if (!isRaw(resources)) return undefined;
  const lists = ["limits", "requests"].flatMap((kind) => {
    const amounts = resources[kind];
    return isRaw(amounts)
      ? Object.entries(amounts)
          .filter(([name]) => isDevice(name))
          .map(([name, amount]) => [`${kind} ${name}`, String(amount)] as const)
      : [];
  });
  const claims = Array.isArray(resources["claims"]) ? [["claims", resources["claims"]] as const] : [];
  const entries = [...lists, ...claims].toSorted(([one], [other]) => (one < other ? -1 : 1));
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
