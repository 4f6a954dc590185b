/** What becomes of pods that only work together, where they are placed or taken away one by one. */
import { settingWarning, type Problem } from "../base/problem.ts";
import type { ResolvedWorkload } from "../workload/resolved.ts";
import { outlivesByPolicy } from "./eviction-policy.ts";
import { definitionOf, type Kind } from "./kinds.ts";
import type { Manifest } from "./manifest.ts";
import type { ZoneSettings } from "./placement.ts";

/** @param resource With the raw fields. */
export function gangWarnings(
  kind: Kind,
  resource: Manifest,
  workload: ResolvedWorkload,
  { zone, kueueTopology }: ZoneSettings,
): readonly Problem[] {
  const { nodes, eks } = workload;
  const { queues, gang } = definitionOf(kind);
  return [
    ...(nodes > 1 && gang !== true && !isQueued(eks.queue)
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
            `the queue admits the pods where nodes of one ${kueueTopology.level} have room for all: it does not count those that Karpenter would make`,
            `Have the nodes running, or leave ${eks.queue?.topology === undefined ? "--queue-fleet" : "eks.queue.topology"} out and name the zone with --zone.`,
          ),
        ]),
    ...evictionWarnings(kind, resource, workload),
  ];
}

/** What ends a job that would outlive it: the kind, or the raw fields of one that does. */
function evictionWarnings(kind: Kind, resource: Manifest, workload: ResolvedWorkload): readonly Problem[] {
  const { runs, outlivesEviction } = definitionOf(kind);
  const byItself = outlivesEviction?.(workload) === true;
  if (runs !== "job" || (byItself && outlivesByPolicy(resource))) return [];
  const several = workload.nodes > 1;
  const other = several
    ? "A JobSet starts its nodes again (--as JobSet); keep checkpoints."
    : "A Job replaces the pod (--as Job); keep checkpoints.";
  return [
    settingWarning(
      "eviction-ends-run",
      `${byItself ? "with the raw fields " : ""}a ${kind}${several ? " of several nodes" : ""} does not outlive an eviction: where a node is drained or lost, the run has failed`,
      byItself ? ownRulesHint(kind) : other,
    ),
  ];
}

function ownRulesHint(kind: Kind): string {
  return kind === "JobSet"
    ? 'A JobSet starts again what fails by podFailurePolicy, and cannot tell whose rule it was: for a failure of the program\'s own write Count, which with backoffLimit 0 fails the Job too, behind { action: FailJob, onPodConditions: [{ type: DisruptionTarget, status: "True" }] }.'
    : 'Write { action: Ignore, onPodConditions: [{ type: DisruptionTarget, status: "True" }] } first in podFailurePolicy.rules, with restartPolicy Never.';
}

/** Any queue places all of them or none. */
function isQueued(queue: ResolvedWorkload["eks"]["queue"]): boolean {
  return (queue?.kueue ?? queue?.volcano ?? queue?.yunikorn) !== undefined;
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
