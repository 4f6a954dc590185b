/** A node of the cluster with what its pods leave of it. */
import { at, listAt, nameOf, textAt } from "./read-object.ts";
import { amountsOf, requestsOf, type ResourceAmounts } from "./pod-requests.ts";
import { allocatedDevices, publishedDevices } from "./claimed-devices.ts";
import type { KubernetesObject } from "./snapshot.ts";

/** A pod that has a part of a node's resource. */
export interface Holder {
  /** `ml/bert-0`. */
  readonly pod: string;
  readonly amount: number;
  /** Whether it is on its way out. */
  readonly ending: boolean;
}

export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

export interface ClusterNode {
  readonly name: string;
  readonly instanceType: string;
  readonly labels: Readonly<Record<string, unknown>>;
  readonly taints: readonly Taint[];
  readonly cordoned: boolean;
  /** Why kubelet is not ready; undefined where it is. */
  readonly notReady?: string;
  /** What pods can have of it in all. */
  readonly offers: ResourceAmounts;
  readonly left: ResourceAmounts;
  readonly holders: ReadonlyMap<string, readonly Holder[]>;
  /** `8080/TCP` by the pod that has it. */
  readonly hostPorts: ReadonlyMap<string, string>;
  readonly pods: readonly KubernetesObject[];
}

export const instanceTypeLabel = "node.kubernetes.io/instance-type";

export function clusterNodes(objects: readonly KubernetesObject[]): readonly ClusterNode[] {
  const placed = new Map<string, KubernetesObject[]>();
  for (const pod of objects.filter((each) => each["kind"] === "Pod" && !hasEnded(each))) {
    const node = textAt(at(pod, "spec"), "nodeName") ?? "";
    placed.set(node, [...(placed.get(node) ?? []), pod]);
  }
  const published = publishedDevices(objects);
  const allocated = allocatedDevices(objects);
  return objects
    .filter(({ kind }) => kind === "Node")
    .map((node) => {
      const name = String(at(node, "metadata")["name"]);
      const pods = placed.get(name) ?? [];
      const devices = published.get(name) ?? new Map<string, ReadonlySet<string>>();
      return nodeOf(node, pods, devices, allocated);
    });
}

/** Whether the pod keeps nothing of its node any more. */
export function hasEnded(pod: KubernetesObject): boolean {
  const { phase } = at(pod, "status");
  return phase === "Succeeded" || phase === "Failed";
}

function nodeOf(
  node: KubernetesObject,
  pods: readonly KubernetesObject[],
  devices: ReadonlyMap<string, ReadonlySet<string>>,
  allocated: ReadonlyMap<string, string>,
): ClusterNode {
  const labels = at(node, "metadata", "labels");
  const spec = at(node, "spec");
  const offers = new Map(amountsOf(at(node, "status", "allocatable")));
  const holders = new Map<string, Holder[]>();
  const hold = (resource: string, holder: Holder) => holders.set(resource, [...(holders.get(resource) ?? []), holder]);
  for (const pod of pods) {
    const ending = at(pod, "metadata")["deletionTimestamp"] !== undefined;
    for (const [resource, amount] of [...requestsOf(at(pod, "spec")), ["pods", 1] as const])
      if (amount > 0) hold(resource, { pod: nameOf(pod), amount, ending });
  }
  for (const [kind, ids] of devices) {
    offers.set(kind, ids.size);
    for (const id of ids)
      if (allocated.has(id)) hold(kind, { pod: `claim ${allocated.get(id)!}`, amount: 1, ending: false });
  }
  const notReady = unreadiness(node);
  return {
    name: String(at(node, "metadata")["name"]),
    instanceType: String(labels[instanceTypeLabel] ?? "unknown"),
    labels,
    taints: listAt(spec, "taints").map(({ key, value, effect }) => ({
      key: String(key),
      ...(typeof value === "string" ? { value } : {}),
      effect: String(effect),
    })),
    cordoned: spec["unschedulable"] === true,
    ...(notReady === undefined ? {} : { notReady }),
    offers,
    left: new Map(
      [...offers].map(([resource, amount]) => [
        resource,
        (holders.get(resource) ?? []).reduce((left, holder) => left - holder.amount, amount),
      ]),
    ),
    holders,
    hostPorts: new Map(pods.flatMap((pod) => hostPortsOf(at(pod, "spec")).map((port) => [port, nameOf(pod)]))),
    pods,
  };
}

/** A node that says nothing of its conditions is taken at its word. */
function unreadiness(node: KubernetesObject): string | undefined {
  const ready = listAt(at(node, "status"), "conditions").find(({ type }) => type === "Ready");
  if (ready === undefined || ready["status"] === "True") return undefined;
  return textAt(ready, "message") ?? textAt(ready, "reason") ?? "it does not say why";
}

/** `8080/TCP`, of every container; with the host's network, each port is the host's. */
export function hostPortsOf(spec: KubernetesObject): readonly string[] {
  const own = spec["hostNetwork"] === true ? "containerPort" : "hostPort";
  return listAt(spec, "containers").flatMap((container) =>
    listAt(container, "ports").flatMap((port) =>
      typeof port[own] === "number" ? [`${port[own]}/${String(port["protocol"] ?? "TCP")}`] : [],
    ),
  );
}
