/** What becomes of pods that only work together, where they are placed or taken away one by one. */
import { settingWarning, type Problem } from "../base/problem.ts";
import type { ResolvedWorkload } from "../workload/resolved.ts";
import { definitionOf, type Kind } from "./kinds.ts";
import type { ZoneSettings } from "./placement.ts";

export function gangWarnings(
  kind: Kind,
  workload: ResolvedWorkload,
  { zone, kueueTopology }: ZoneSettings,
): readonly Problem[] {
  const { nodes, eks } = workload;
  const { runs, queues, outlivesEviction, gang } = definitionOf(kind);
  return [
    ...(nodes > 1 && gang !== true && eks.queue?.kueue === undefined
      ? [
          settingWarning(
            "gang-without-queue",
            `the ${nodes} nodes of a replica are placed one by one, and without a queue some may take their places and wait for ever for the others${zone === undefined ? ": the first one's zone may have too few" : ""}`,
            waysOut(queues?.kueue !== undefined, zone),
          ),
        ]
      : []),
    ...(kueueTopology === undefined
      ? []
      : [
          settingWarning(
            "queue-topology",
            "the queue admits the nodes of a replica into one zone, by the nodes that are there: it does not count those that Karpenter would make",
            "Have the fleet's nodes running, or leave --queue-fleet out and name the zone with --zone.",
          ),
        ]),
    ...(runs === "job" && outlivesEviction?.(workload) !== true
      ? [
          settingWarning(
            "eviction-ends-run",
            `a ${kind}${nodes > 1 ? " of several nodes" : ""} does not outlive an eviction: where a node is drained or lost, the run has failed`,
            nodes > 1
              ? "A JobSet starts its nodes again (--as JobSet); keep checkpoints."
              : "A Job replaces the pod (--as Job); keep checkpoints.",
          ),
        ]
      : []),
  ];
}

function waysOut(queued: boolean, zone: string | undefined): string {
  const hints = [
    ...(queued ? ["write eks.queue: { kueue: NAME }, which waits until all have a place"] : []),
    ...(zone === undefined ? ["name the zone that has room for all with --zone"] : []),
    "or start it while nothing else waits for such nodes",
  ];
  const said = hints.join("; ");
  return `${said.charAt(0).toUpperCase()}${said.slice(1)}.`;
}
