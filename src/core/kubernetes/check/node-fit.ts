/** Why a pod does not fit on a node, and how many of it do. */
import { someOf } from "../../base/check-report.ts";
import type { Raw } from "../../base/merge.ts";
import { formatMiB } from "../../workload/fields.ts";
import { efaResource } from "../devices.ts";
import { installsOf } from "../installs.ts";
import { hostPortsOf, type ClusterNode } from "./cluster-node.ts";
import { affinityReasons, taintText, untolerated } from "./node-affinity.ts";
import type { ResourceAmounts } from "./pod-requests.ts";

/** In the order in which reasons are told. */
export const nodeReasonCodes = [
  "STATUS",
  "TYPE",
  "LOCATION",
  "CONSTRAINT",
  "TAINT",
  "DEVICES",
  "EFA",
  "HUGEPAGES",
  "CPU",
  "MEMORY",
  "STORAGE",
  "PODS",
  "PORTS",
] as const;
export type NodeReasonCode = (typeof nodeReasonCodes)[number];

export interface NodeReason {
  readonly code: NodeReasonCode;
  readonly message: string;
}

/** A pod that is to be placed. */
export interface WantedPod {
  readonly spec: Raw;
  /** What it asks of a node, devices that it claims among them. */
  readonly requests: ResourceAmounts;
  /** What of these is claimed, and no resource of containers. */
  readonly claims: ResourceAmounts;
  /** Whether no two of the workload's pods share a node. */
  readonly ownNodes: boolean;
  /** The node label of which the workload's pods all have nodes of one value, where there is one. */
  readonly sharedLabel?: string;
  /** The same, where Kueue is asked to see to it. */
  readonly level?: string;
}

/** Taints that say what the node's status says. */
const ofStatus = /^node\.kubernetes\.io\/(?:unschedulable|not-ready|unreachable)$/;

/** Every reason for which not one more of the pod fits on the node; none where it does. */
export function nodeReasons(pod: WantedPod, node: ClusterNode): readonly NodeReason[] {
  const taints = untolerated(pod.spec, node.taints);
  const status = taints.filter(({ key }) => ofStatus.test(key));
  const down = node.notReady ?? (status.some(({ key }) => !key.endsWith("unschedulable")) ? "as its taints say" : "");
  const reasons: readonly NodeReason[] = [
    ...(node.cordoned || status.some(({ key }) => key.endsWith("unschedulable"))
      ? [{ code: "STATUS" as const, message: "is cordoned" }]
      : []),
    ...(down === "" ? [] : [{ code: "STATUS" as const, message: `is not ready: ${down}` }]),
    ...affinityReasons(pod.spec, node),
    ...taints
      .filter(({ key }) => !ofStatus.test(key))
      .map((taint) => ({ code: "TAINT" as const, message: `the pod does not tolerate ${taintText(taint)}` })),
    ...[...pod.requests].flatMap(([resource, amount]) => amountReasons(resource, amount, node)),
    ...hostPortsOf(pod.spec).flatMap((port) => {
      const holder = node.hostPorts.get(port);
      return holder === undefined ? [] : [{ code: "PORTS" as const, message: `${holder} has the host port ${port}` }];
    }),
  ];
  const order = ({ code }: NodeReason) => nodeReasonCodes.indexOf(code);
  return reasons.toSorted((one, other) => order(one) - order(other));
}

/** How many more of the pod the node's resources take; 0 where something else keeps it off. */
export function roomFor(pod: WantedPod, node: ClusterNode): number {
  if (nodeReasons(pod, node).length > 0) return 0;
  const most = pod.ownNodes || hostPortsOf(pod.spec).length > 0 ? 1 : Number.POSITIVE_INFINITY;
  return Math.min(
    most,
    ...[...pod.requests]
      .filter(([resource, amount]) => amount > 0 && !isUnsaid(resource, node))
      .map(([resource, amount]) => Math.floor(((node.left.get(resource) ?? 0) + rounding(amount)) / amount)),
  );
}

/** Every kubelet says what it has of these: a list without them is not whole, and says nothing of them. */
const always: ReadonlySet<string> = new Set(["cpu", "memory", "ephemeral-storage", "pods"]);

function isUnsaid(resource: string, { offers }: ClusterNode): boolean {
  return always.has(resource) && !offers.has(resource);
}

/** Sums of thousandths of a core are not exact. */
function rounding(amount: number): number {
  return amount * 1e-9;
}

function amountReasons(resource: string, amount: number, node: ClusterNode): readonly NodeReason[] {
  const left = node.left.get(resource) ?? 0;
  if (amount <= 0 || isUnsaid(resource, node) || left + rounding(amount) >= amount) return [];
  const code = codeOf(resource);
  const offered = node.offers.get(resource) ?? 0;
  if (offered === 0 && (code === "DEVICES" || code === "EFA"))
    return [
      { code, message: `offers no ${resource}${installsOf[resource] === undefined ? "" : ": nothing hands it out"}` },
    ];
  const has = `${amountText(resource, Math.max(0, left), false)} of ${amountText(resource, offered, false)}`;
  const what = `the pod asks for ${amountText(resource, amount)}, and ${has} are left`;
  const holders = code === "CPU" || code === "MEMORY" || code === "PODS" ? [] : (node.holders.get(resource) ?? []);
  return [{ code, message: holders.length === 0 ? what : `${what}: ${someOf(holders.map(holderText))}` }];
}

function holderText({ pod, amount, ending }: { pod: string; amount: number; ending: boolean }): string {
  return `${pod} has ${amount}${ending ? " and is ending" : ""}`;
}

function codeOf(resource: string): NodeReasonCode {
  if (resource === "cpu") return "CPU";
  if (resource === "memory") return "MEMORY";
  if (resource === "ephemeral-storage") return "STORAGE";
  if (resource === "pods") return "PODS";
  if (resource === efaResource) return "EFA";
  return resource.startsWith("hugepages-") ? "HUGEPAGES" : "DEVICES";
}

const mib = 2 ** 20;

/** `7.91 cores`, `12 GiB`, `4 aws.amazon.com/neuron`. */
export function amountText(resource: string, amount: number, unit = true): string {
  if (resource === "cpu") return `${Math.floor(amount * 1000) / 1000}${unit ? " CPU" : ""}`;
  if (resource === "memory" || resource === "ephemeral-storage" || resource.startsWith("hugepages-"))
    return `${formatMiB(Math.floor(amount / mib))}${unit && resource.startsWith("huge") ? " of huge pages" : ""}`;
  return `${amount}${unit ? ` ${resource}` : ""}`;
}
