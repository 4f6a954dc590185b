/** What kubectl lists of a cluster: its nodes, its workloads, and the device plugins among them. */
import { findInstanceType } from "../../catalog/instance-types/catalog.ts";
import { fail, ok, skip, someOf, type CheckItem } from "../../base/check-report.ts";
import { efaResource, neuronResource, nvidiaResource, removedNeuronResource } from "../devices.ts";
import { installsOf } from "../installs.ts";
import { checkMechanism } from "./check-mechanism.ts";
import { checkSchedulers } from "./check-schedulers.ts";
import { at, isOwned, listAt, nameOf, podSpecs } from "./read-object.ts";
import type { EksSnapshot, KubernetesObject } from "./snapshot.ts";

export function checkObjects(
  objects: readonly KubernetesObject[],
  nodegroups: EksSnapshot["nodegroups"],
): readonly CheckItem[] {
  const nodes = objects.filter(({ kind }) => kind === "Node").map(nodeOf);
  const withEfa = new Set(
    nodegroups
      .filter(({ template }) => (template?.efaInterfaces ?? 0) > 0)
      .map(({ nodegroup }) => nodegroup.nodegroupName),
  );
  const expected = [
    { resource: neuronResource, nodes: nodes.filter(({ accelerator }) => accelerator === "neuron") },
    { resource: nvidiaResource, nodes: nodes.filter(({ accelerator }) => accelerator === "nvidia") },
    {
      resource: efaResource,
      nodes: nodes.filter(({ nodegroup }) => nodegroup !== undefined && withEfa.has(nodegroup)),
    },
  ];
  const plugins = expected
    .filter((each) => each.nodes.length > 0)
    .map(({ resource, nodes: wanting }) => checkPlugin(resource, wanting, objects));
  return [
    ...(plugins.length > 0
      ? plugins
      : [skip("device-plugin", "no accelerated node has joined: device plugins show on nodes")]),
    ...checkMechanism(objects),
    ...checkSchedulers(objects),
    checkRemoved(objects),
  ];
}

interface Node {
  readonly name: string;
  readonly accelerator: string | undefined;
  readonly nodegroup: string | undefined;
  readonly allocatable: Readonly<Record<string, unknown>>;
}

function nodeOf(object: KubernetesObject): Node {
  const labels = at(object, "metadata", "labels");
  const type = findInstanceType(String(labels["node.kubernetes.io/instance-type"]));
  const nodegroup = labels["eks.amazonaws.com/nodegroup"];
  return {
    name: String(at(object, "metadata")["name"]),
    accelerator: type?.accelerator.kind,
    nodegroup: typeof nodegroup === "string" ? nodegroup : undefined,
    allocatable: at(object, "status", "allocatable"),
  };
}

/** DRA drivers publish devices in ResourceSlices, which do not show on nodes. */
const draDrivers: Readonly<Record<string, RegExp>> = {
  [neuronResource]: /neuron.*\bdra|dra.*neuron/,
  [nvidiaResource]: /(?:gpu|nvidia).*\bdra|dra.*(?:gpu|nvidia)/,
  [efaResource]: /efa.*\bdra|dranet/,
};

function checkPlugin(resource: string, nodes: readonly Node[], objects: readonly KubernetesObject[]): CheckItem {
  // MIG and time-slicing rename what an NVIDIA node offers: nvidia.com/mig-1g.5gb, nvidia.com/gpu.shared.
  const prefix = resource === nvidiaResource ? "nvidia.com/" : resource;
  const without = nodes.filter(
    ({ allocatable }) =>
      !Object.entries(allocatable).some(([name, amount]) => name.startsWith(prefix) && amount !== "0"),
  );
  if (without.length === 0) return ok("device-plugin", `${resource} on ${nodes.length} of ${nodes.length} nodes`);
  const driver = objects.find(
    (object) => object["kind"] === "DaemonSet" && draDrivers[resource]!.test(String(at(object, "metadata")["name"])),
  );
  if (driver !== undefined)
    return skip(
      "device-plugin",
      `${String(at(driver, "metadata")["name"])} hands out devices by DRA: kubectl get resourceslices shows them`,
    );
  return fail(
    "device-plugin",
    `${without.length} of ${nodes.length} nodes offer no ${resource}: ${someOf(without.map(({ name }) => name))}`,
    `The device plugin is missing, or does not run there. Install it: ${installsOf[resource]}`,
  );
}

function checkRemoved(objects: readonly KubernetesObject[]): CheckItem {
  const asking = objects.filter((object) => !isOwned(object) && podSpecs(object).some(asksForRemoved));
  if (asking.length === 0) return ok("neurondevice", `nothing requests ${removedNeuronResource}`);
  const names = asking.map((object) => `${String(object["kind"])} ${nameOf(object)}`);
  return fail(
    "neurondevice",
    `${removedNeuronResource} was removed in Neuron 2.20 and is still requested: ${someOf(names)}`,
    `Request ${neuronResource} instead: one is a whole device, as neurondevice was.`,
  );
}

function asksForRemoved(spec: KubernetesObject): boolean {
  const containers = ["containers", "initContainers"].flatMap((key) => listAt(spec, key));
  return containers.some((container) =>
    ["requests", "limits"].some((part) => removedNeuronResource in at(container, "resources", part)),
  );
}
