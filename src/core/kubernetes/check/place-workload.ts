/** Which nodes have room for a workload's pods, and why the others have none. */
import type { KubernetesTarget } from "../generate.ts";
import { instanceLabel } from "../labels.ts";
import { clusterNodes, hasEnded, zoneLabel, type ClusterNode } from "./cluster-node.ts";
import { growthFor, type Growth } from "./growth.ts";
import { nearestChange, type NodeChange } from "./nearest-change.ts";
import { nodeReasons, roomFor, type NodeReason, type WantedPod } from "./node-fit.ts";
import { at, textAt } from "./read-object.ts";
import type { EksSnapshot, KubernetesObject } from "./snapshot.ts";
import { isLike, type WorkloadNeeds } from "./workload-needs.ts";

export interface NodeExplanation {
  readonly node: string;
  readonly instanceType: string;
  readonly fits: boolean;
  /** How many more of the workload's pods it takes. */
  readonly room: number;
  readonly reasons: readonly NodeReason[];
}

export interface WorkloadPlacement {
  /** The resource's name: the workload's, or its variant's. */
  readonly name: string;
  readonly placeable: boolean;
  /** Pods of the workload, those without devices left out. */
  readonly requested: number;
  /** Pods that it has on nodes already. */
  readonly running: number;
  /** Pods more that have room now. */
  readonly possible: number;
  readonly nodes: readonly NodeExplanation[];
  /** Whether its pod without devices has room, where it has one. */
  readonly coordinatorFits?: boolean;
  /** What starts the nodes that are missing. */
  readonly growth?: Growth;
  readonly nearestChange?: NodeChange;
}

/** The placement of the variant of which the most pods are up or have room. */
export function placeWorkload(
  { workload, kind }: KubernetesTarget,
  variants: readonly WorkloadNeeds[],
  namespace: string,
  snapshot: EksSnapshot,
  objects: readonly KubernetesObject[],
): WorkloadPlacement {
  const nodes = clusterNodes(objects);
  const placements = variants.map((needs) => {
    const { name, pod, coordinator } = needs;
    const own = objects.filter(
      (each) =>
        each["kind"] === "Pod" &&
        !hasEnded(each) &&
        at(each, "metadata", "labels")[instanceLabel] === name &&
        at(each, "metadata")["namespace"] === namespace,
    );
    const running = own.filter((each) => isLike(each, pod) && textAt(at(each, "spec"), "nodeName") !== undefined);
    const judged = judgeNodes(pod, nodes, running);
    const requested = kind === "DaemonSet" ? 1 : workload.replicas * workload.nodes;
    const missing = Math.max(0, requested - running.length);
    const possible = Math.min(missing, mostPods(pod, judged, running));
    const leads = own.some((each) => !isLike(each, pod));
    const coordinatorFits =
      coordinator === undefined ? undefined : leads || nodes.some((node) => roomFor(coordinator, node) > 0);
    const growth = possible < missing ? growthFor(needs, snapshot, objects) : undefined;
    const placeable = (possible === missing || growth !== undefined) && coordinatorFits !== false;
    const change = possible === missing ? undefined : nearestChange(needs, judged, snapshot);
    return {
      name,
      placeable,
      requested,
      running: running.length,
      possible,
      nodes: judged.map(({ node, room, reasons }) => ({
        node: node.name,
        instanceType: node.instanceType,
        fits: room > 0,
        room: Math.min(room, requested),
        reasons,
      })),
      ...(coordinatorFits === undefined ? {} : { coordinatorFits }),
      ...(growth === undefined ? {} : { growth }),
      ...(growth !== undefined || change === undefined ? {} : { nearestChange: change }),
    };
  });
  return placements.reduce((best, each) => (score(each) > score(best) ? each : best));
}

export interface JudgedNode {
  readonly node: ClusterNode;
  readonly room: number;
  readonly reasons: readonly NodeReason[];
}

function judgeNodes(
  pod: WantedPod,
  nodes: readonly ClusterNode[],
  running: readonly KubernetesObject[],
): readonly JudgedNode[] {
  const names = new Set(running.map((each) => textAt(at(each, "spec"), "nodeName")));
  // The pods that run hold the others in their zone.
  const zones = new Set(nodes.filter(({ name }) => names.has(name)).map(({ labels }) => labels[zoneLabel]));
  return nodes.map((node) => {
    const reasons: readonly NodeReason[] = [
      ...nodeReasons(pod, node),
      ...(pod.ownNodes && names.has(node.name)
        ? [
            {
              code: "CONSTRAINT" as const,
              message: "has a pod of the workload already, and each is on a node of its own",
            },
          ]
        : []),
      ...(pod.oneZone && zones.size > 0 && !zones.has(node.labels[zoneLabel])
        ? [
            {
              code: "LOCATION" as const,
              message: `is in ${String(node.labels[zoneLabel])}; the workload's pods run in ${[...zones].map(String).join(", ")}`,
            },
          ]
        : []),
    ];
    return { node, reasons, room: reasons.length > 0 ? 0 : roomFor(pod, node) };
  });
}

/** Pods that have room together: of those that stay in one zone, in the best of them. */
function mostPods({ oneZone }: WantedPod, judged: readonly JudgedNode[], running: readonly unknown[]): number {
  const sums = new Map<unknown, number>();
  for (const { node, room } of judged) {
    const zone = oneZone && running.length === 0 ? node.labels[zoneLabel] : undefined;
    sums.set(zone, (sums.get(zone) ?? 0) + room);
  }
  return Math.max(0, ...sums.values());
}

function score({ placeable, running, possible }: WorkloadPlacement): number {
  return (placeable ? 1e6 : 0) + running + possible;
}
