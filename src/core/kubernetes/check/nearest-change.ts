/** What to do so that one pod more has room. */
import { someOf } from "../../base/check-report.ts";
import { counted } from "../../base/counted.ts";
import { priceOf } from "../../catalog/instance-types/price.ts";
import { own } from "../../base/merge.ts";
import { karpenterAndClaims } from "../claims.ts";
import { installsOf } from "../installs.ts";
import { instanceTypesOf } from "./check-nodegroup.ts";
import type { ClusterNode, Holder } from "./cluster-node.ts";
import { claims, typesOf, type Growth } from "./growth.ts";
import { amountText, type NodeReasonCode } from "./node-fit.ts";
import { untolerated } from "./node-affinity.ts";
import type { JudgedNode } from "./place-workload.ts";
import type { EksSnapshot } from "./snapshot.ts";
import type { WorkloadNeeds } from "./workload-needs.ts";

export interface NodeChange {
  readonly kind:
    | "wait"
    | "ask-for-less"
    | "uncordon"
    | "tolerate"
    | "stop-pods"
    | "offer-devices"
    | "raise-limits"
    | "add-nodes";
  readonly message: string;
}

/** What pods hold and give back. */
const held: readonly NodeReasonCode[] = ["DEVICES", "EFA", "HUGEPAGES", "CPU", "MEMORY", "STORAGE", "PODS"];

/**
 * The smallest change: to wait comes before asking for less, that before touching a node, that before stopping
 * somebody's pods, that before changing what nodes offer, and that before paying for another machine.
 *
 * @param growth What starts nodes, though not for all pods.
 */
export function nearestChange(
  needs: WorkloadNeeds,
  judged: readonly JudgedNode[],
  snapshot: EksSnapshot,
  growth: Growth | undefined,
): NodeChange | undefined {
  const only = (...codes: readonly NodeReasonCode[]) =>
    judged
      .filter(({ reasons }) => reasons.length > 0 && reasons.every(({ code }) => codes.includes(code)))
      .map(({ node }) => node);
  return (
    waitForEnding(needs, only(...held)) ??
    askForLess(needs, only("CPU", "MEMORY")) ??
    uncordon(only("STATUS")) ??
    tolerate(needs, only("TAINT")) ??
    stopPods(needs, only(...held)) ??
    offerDevices(needs, only("DEVICES", "EFA")) ??
    raiseLimits(growth) ??
    addNodes(needs, snapshot)
  );
}

function waitForEnding({ pod }: WorkloadNeeds, nodes: readonly ClusterNode[]): NodeChange | undefined {
  for (const node of nodes) {
    const ending = new Set<string>();
    const enough = [...pod.requests].every(([resource, amount]) => {
      const leaving = (node.holders.get(resource) ?? []).filter((holder) => holder.ending);
      const left = node.left.get(resource) ?? 0;
      if (left >= amount) return true;
      for (const holder of leaving) ending.add(holder.pod);
      return leaving.reduce((sum, holder) => sum + holder.amount, left) >= amount;
    });
    if (enough && ending.size > 0)
      return { kind: "wait", message: `wait until ${someOf([...ending])} has ended: then it fits on ${node.name}` };
  }
  return undefined;
}

/** Less than half of what is asked is another workload. */
const leastShare = 0.5;

function askForLess({ pod: { requests } }: WorkloadNeeds, nodes: readonly ClusterNode[]): NodeChange | undefined {
  const [cpu, memory] = [requests.get("cpu") ?? 0, requests.get("memory") ?? 0];
  const leftOf = (node: ClusterNode) => ({ cpu: node.left.get("cpu") ?? 0, memory: node.left.get("memory") ?? 0 });
  const share = (node: ClusterNode) =>
    Math.min(cpu === 0 ? 1 : leftOf(node).cpu / cpu, memory === 0 ? 1 : leftOf(node).memory / memory);
  const [best] = nodes.toSorted((one, other) => share(other) - share(one));
  if (best === undefined || share(best) < leastShare) return undefined;
  const left = leftOf(best);
  const less = [
    ...(left.cpu < cpu ? [`resources.cpu: ${Math.floor(left.cpu * 100) / 100}`] : []),
    ...(left.memory < memory ? [`resources.memory: ${amountText("memory", left.memory)}`] : []),
  ];
  return { kind: "ask-for-less", message: `with ${less.join(" and ")} it fits on ${best.name}` };
}

function uncordon(nodes: readonly ClusterNode[]): NodeChange | undefined {
  const node = nodes.find(({ cordoned, notReady }) => cordoned && notReady === undefined);
  return node === undefined
    ? undefined
    : { kind: "uncordon", message: `kubectl uncordon ${node.name}: then it fits there` };
}

function tolerate({ pod }: WorkloadNeeds, nodes: readonly ClusterNode[]): NodeChange | undefined {
  const [node] = nodes;
  if (node === undefined) return undefined;
  const missing = untolerated(pod.spec, node.taints).map(
    ({ key, effect }) => `{ key: ${key}, operator: Exists, effect: ${effect} }`,
  );
  return {
    kind: "tolerate",
    message: `where the taint is not meant to keep it off, it fits on ${node.name} with eks.pod.tolerations: [${missing.join(", ")}] beside those of its devices`,
  };
}

function stopPods({ pod: { requests } }: WorkloadNeeds, nodes: readonly ClusterNode[]): NodeChange | undefined {
  const options = nodes.flatMap((node) => {
    const pods = new Set<string>();
    for (const [resource, amount] of requests) {
      const chosen = fewest(node.holders.get(resource) ?? [], amount - (node.left.get(resource) ?? 0));
      if (chosen === undefined) return [];
      for (const each of chosen) pods.add(each.pod);
    }
    return [{ node, pods: [...pods] }];
  });
  const [best] = options.toSorted((one, other) => one.pods.length - other.pods.length);
  return best === undefined || best.pods.length === 0
    ? undefined
    : { kind: "stop-pods", message: `without ${someOf(best.pods)} it fits on ${best.node.name}` };
}

/** The fewest pods that give so much back; undefined where all of them do not. */
function fewest(holders: readonly Holder[], wanted: number): readonly Holder[] | undefined {
  const chosen: Holder[] = [];
  let missing = wanted;
  for (const holder of holders.toSorted((one, other) => other.amount - one.amount)) {
    if (missing <= 0) break;
    chosen.push(holder);
    missing -= holder.amount;
  }
  return missing > 0 ? undefined : chosen;
}

/** A node of the type that offers none: another would offer none either. */
function offerDevices({ pod: { requests } }: WorkloadNeeds, nodes: readonly ClusterNode[]): NodeChange | undefined {
  for (const node of nodes) {
    const resource = [...requests].find(([name, amount]) => amount > 0 && (node.offers.get(name) ?? 0) === 0)?.[0];
    if (resource === undefined) continue;
    const how =
      own(installsOf, resource) ??
      (resource.startsWith("nvidia.com/")
        ? "aiplat eks nodegroup generate prints how its device plugin is set up"
        : "what hands it out does not run there, or is set up otherwise");
    return { kind: "offer-devices", message: `have ${node.name} offer ${resource}: ${how}` };
  }
  return undefined;
}

/** Of a NodePool; a node group's size is told with its command. */
function raiseLimits(growth: Growth | undefined): NodeChange | undefined {
  if (growth?.pods === undefined || !growth.by.startsWith("NodePool ")) return undefined;
  const name = growth.by.slice("NodePool ".length);
  return {
    kind: "raise-limits",
    message: `the limits of ${growth.by} leave nodes for ${counted(growth.pods, "pod")} more: kubectl edit nodepool ${name}`,
  };
}

function addNodes(needs: WorkloadNeeds, { cluster, nodegroups }: EksSnapshot): NodeChange | undefined {
  const types = typesOf(needs).map(({ instanceType }) => instanceType);
  if (types.length === 0) return undefined;
  const group = nodegroups.find((each) => instanceTypesOf(each).some((type) => types.includes(type)));
  if (group === undefined)
    return {
      kind: "add-nodes",
      message:
        `add nodes of ${types[0]!}${priceText([types[0]!])}: aiplat eks nodegroup create --cluster ${cluster.name} --instance-type ${types[0]!}` +
        (claims(needs) ? `. ${karpenterAndClaims}` : ", or a NodePool of Karpenter"),
    };
  const price = priceText(instanceTypesOf(group).filter((type) => types.includes(type)));
  const { nodegroupName, scalingConfig } = group.nodegroup;
  const { desiredSize = 0, maxSize = 0 } = scalingConfig;
  const sizes = `desiredSize=${desiredSize + 1}${desiredSize < maxSize ? "" : `,maxSize=${desiredSize + 1}`}`;
  return {
    kind: "add-nodes",
    message:
      `node group ${nodegroupName} has ${counted(desiredSize, "node")} of at most ${maxSize}${price}: aws eks update-nodegroup-config ` +
      `--cluster-name ${cluster.name} --nodegroup-name ${nodegroupName} --scaling-config ${sizes}`,
  };
}

/** What one node more costs, where it is of one type whose price is known. */
function priceText([instanceType = "", ...others]: readonly string[]): string {
  const price = others.length === 0 ? priceOf({ instanceType }) : undefined;
  return price === undefined ? "" : ` (a node is ${price.text})`;
}
