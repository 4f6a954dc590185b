/** Which nodes have room for a workload's pods, and why the others have none. */
import { present } from "../../base/present.ts";
import type { KubernetesTarget } from "../generate.ts";
import { instanceLabel } from "../labels.ts";
import { clusterNodes, hasEnded, type ClusterNode } from "./cluster-node.ts";
import { growthFor, podsOf, type Growth } from "./growth.ts";
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
  /** The node label of which the pods all have nodes of one value, where that leaves fewer with room. */
  readonly sharedLabel?: string;
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
    // Kueue counts the nodes that are there, and admits nothing for which others would be started.
    const found =
      possible < missing && pod.level === undefined ? growthFor(needs, snapshot, objects, workload) : undefined;
    const enough = found !== undefined && podsOf(found) >= missing - possible;
    const growth = enough ? found : undefined;
    const placeable = (possible === missing || enough) && coordinatorFits !== false;
    const change = possible === missing ? undefined : nearestChange(needs, judged, snapshot, found);
    return {
      name,
      placeable,
      requested,
      running: running.length,
      possible,
      ...present({ sharedLabel: possible < Math.min(missing, roomOf(judged)) ? pod.sharedLabel : undefined }),
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

function roomOf(judged: readonly JudgedNode[]): number {
  return judged.reduce((sum, { room }) => sum + room, 0);
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
  const { sharedLabel } = pod;
  const valueOf = ({ labels }: ClusterNode) => (sharedLabel === undefined ? undefined : labels[sharedLabel]);
  // The pods that run hold the others where they are.
  const values = new Set(nodes.filter(({ name }) => names.has(name)).map(valueOf));
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
      ...(sharedLabel !== undefined && valueOf(node) === undefined
        ? [
            {
              code: "LOCATION" as const,
              message: `has no label ${sharedLabel}, of which the workload's pods share a value`,
            },
          ]
        : []),
      ...(sharedLabel !== undefined && values.size > 0 && !values.has(valueOf(node))
        ? [
            {
              code: "LOCATION" as const,
              message: `is in ${String(valueOf(node))}; the workload's pods run in ${[...values].map(String).join(", ")}`,
            },
          ]
        : []),
    ];
    return { node, reasons, room: reasons.length > 0 ? 0 : roomFor(pod, node) };
  });
}

/** Pods that have room together: of those that share a label's value, where the most have. */
function mostPods({ sharedLabel }: WantedPod, judged: readonly JudgedNode[], running: readonly unknown[]): number {
  const sums = new Map<unknown, number>();
  for (const { node, room } of judged) {
    const value = sharedLabel !== undefined && running.length === 0 ? node.labels[sharedLabel] : undefined;
    sums.set(value, (sums.get(value) ?? 0) + room);
  }
  return Math.max(0, ...sums.values());
}

function score({ placeable, running, possible }: WorkloadPlacement): number {
  return (placeable ? 1e6 : 0) + running + possible;
}
