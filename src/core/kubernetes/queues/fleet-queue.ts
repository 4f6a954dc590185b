/** The queue that is made beside a workload, over fleets of nodes. */
import { listOr, problem, settingProblem, type Problem } from "../../base/problem.ts";
import type { ResolvedWorkload, Shape } from "../../workload/resolved.ts";
import type { Manifest } from "../manifest.ts";
import { nodeQuantities } from "../node-resources.ts";
import { staysInOneZone, zoneLabel, type KueueTopology } from "../placement.ts";
import { kueueQueue, nodeTypeOf, topologyLevels, type QueueNodes } from "./kueue.ts";

export interface FleetSettings {
  /** The nodes that the workload's queue is made for; none where the queue is there already. */
  readonly queueFleets?: readonly QueueNodes[];
  /** The zone of the pods, where it is said. */
  readonly zone?: string;
}

/**
 * By which level of the queue's Topology Kueue keeps the pods together: the one that the workload names, else the zone
 * where the queue is made beside it and nobody says a zone.
 *
 * @param group What joins the first node's pods with the others', where they are two pod sets.
 */
export function kueueTopologyOf(
  workload: ResolvedWorkload,
  shape: Shape,
  group: string | undefined,
  { queueFleets = [], zone }: FleetSettings,
): KueueTopology | undefined {
  const made = queueFleets.length > 0 && zone === undefined && staysInOneZone(workload, shape);
  const level = workload.eks.queue?.topology ?? (made ? zoneLabel : undefined);
  if (level === undefined) return undefined;
  // A group is of two pod sets, and one node is one.
  return group === undefined || workload.nodes === 1 ? { level } : { level, group };
}

/** Why the queue cannot be made. */
export function queueProblems(
  workload: ResolvedWorkload,
  { request }: Shape,
  { queueFleets = [] }: FleetSettings,
): readonly Problem[] {
  const { eks } = workload;
  if (queueFleets.length === 0) return [];
  // A queue admits nothing that asks for what it does not cover.
  const uncovered =
    request.kind === "resource" &&
    queueFleets.every(({ type }) => nodeQuantities(type, request, workload) === undefined);
  const others = queueFleets.filter(
    ({ type }) => type.accelerator.kind !== "neuron" && type.accelerator.kind !== "nvidia",
  );
  const names = queueFleets.map(nodeTypeOf);
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  return [
    ...(eks.queue?.kueue === undefined
      ? [
          problem(
            "queue-missing",
            ["eks", "queue"],
            "--queue-fleet makes a queue, and the workload names none",
            "Write eks.queue: { kueue: NAME }.",
          ),
        ]
      : []),
    ...(eks.queue?.topology === undefined || topologyLevels.has(eks.queue.topology)
      ? []
      : [
          problem(
            "queue-level",
            ["eks", "queue", "topology"],
            `--queue-fleet makes a Topology of ${[...topologyLevels].join(" and ")}, and eks.queue.topology is ${eks.queue.topology}`,
            `Write topology: ${zoneLabel}, leave it out, or make the queue yourself.`,
          ),
        ]),
    ...(uncovered
      ? [
          problem(
            "queue-resource",
            ["accelerator", "resource"],
            `--queue-fleet: nothing says how many ${request.resource} a node of ${listOr(names)} has, so the queue could admit none`,
            "Name other types, write accelerator.sharing for a shared GPU, or make the queue yourself.",
          ),
        ]
      : []),
    ...others.map(({ type }) =>
      settingProblem(
        "fleet-accelerator",
        `--queue-fleet: ${type.instanceType} carries ${type.accelerator.name}: ` +
          "aiplat places Neuron and NVIDIA accelerators only",
      ),
    ),
    ...twice.map((name) => settingProblem("fleet-twice", `--queue-fleet: ${name} is given twice`, "Write one count.")),
  ];
}

export function queueManifests(
  workload: ResolvedWorkload,
  shape: Shape,
  { queueFleets = [] }: FleetSettings,
  byZone: boolean,
): readonly Manifest[] {
  return queueFleets.length === 0 ? [] : kueueQueue(workload.eks.queue!.kueue!, queueFleets, workload, shape, byZone);
}
