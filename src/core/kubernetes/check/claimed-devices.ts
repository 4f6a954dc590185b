/**
 * The devices that Dynamic Resource Allocation hands out, counted as if they were a resource of their node.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/dynamic-resource-allocation/
 */
import type { Raw } from "../../base/merge.ts";
import { at, listAt, nameOf, textAt } from "./read-object.ts";
import type { KubernetesObject } from "./snapshot.ts";

/** What a Neuron UltraServer's nodes are claimed as, in place of their devices. */
const wholeNode = "neuron_node";

/** `neuron.aws.com`, and `neuron.aws.com neuron_node` for what stands for a whole node. */
function resourceOf(driver: string, isNode: boolean): string {
  return isNode ? `${driver} ${wholeNode}` : driver;
}

/** The ids of the devices that drivers publish, by node and resource. */
export function publishedDevices(
  objects: readonly KubernetesObject[],
): ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>> {
  const found = new Map<string, Map<string, Set<string>>>();
  for (const slice of objects.filter(({ kind }) => kind === "ResourceSlice")) {
    const spec = at(slice, "spec");
    const [node, driver] = [textAt(spec, "nodeName"), textAt(spec, "driver")];
    if (node === undefined || driver === undefined) continue;
    const ofNode = found.get(node) ?? new Map<string, Set<string>>();
    found.set(node, ofNode);
    for (const device of listAt(spec, "devices")) {
      const resource = resourceOf(driver, attributesOf(device).includes(wholeNode));
      const ids = ofNode.get(resource) ?? new Set<string>();
      ofNode.set(resource, ids.add(idOf(driver, at(spec, "pool")["name"], device["name"])));
    }
  }
  return found;
}

/** The claims that have a device, by its id. */
export function allocatedDevices(objects: readonly KubernetesObject[]): ReadonlyMap<string, string> {
  return new Map(
    objects
      .filter(({ kind }) => kind === "ResourceClaim")
      .flatMap((claim) =>
        listAt(at(claim, "status", "allocation", "devices"), "results").map(
          ({ driver, pool, device }) => [idOf(driver, pool, device), nameOf(claim)] as const,
        ),
      ),
  );
}

/** What the claims of a pod ask of a node, by resource; a claim whose template is somebody else's is not among them. */
export function claimsOf(spec: Raw, templates: readonly Raw[]): ReadonlyMap<string, number> {
  const asked = new Map<string, number>();
  for (const { resourceClaimTemplateName } of listAt(spec, "resourceClaims")) {
    const template = templates.find(
      (each) => each["kind"] === "ResourceClaimTemplate" && at(each, "metadata")["name"] === resourceClaimTemplateName,
    );
    for (const request of listAt(at(template, "spec", "spec", "devices"), "requests")) {
      const exactly = at(request, "exactly");
      const { deviceClassName, count = 1 } = exactly;
      const resource = resourceOf(String(deviceClassName), JSON.stringify(exactly).includes(wholeNode));
      asked.set(resource, (asked.get(resource) ?? 0) + Number(count));
    }
  }
  return asked;
}

function idOf(...parts: readonly unknown[]): string {
  return parts.map(String).join("/");
}

/** The texts among a device's attributes; before v1 they stood under `basic`. */
function attributesOf(device: Raw): readonly unknown[] {
  return [at(device, "attributes"), at(device, "basic", "attributes")].flatMap((attributes) =>
    Object.values(attributes).map((each) => at({ each }, "each")["string"]),
  );
}
