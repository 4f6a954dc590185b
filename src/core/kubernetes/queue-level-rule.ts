/** By what label of nodes a queue of Kueue's keeps pods together. */
import type { TargetRule } from "../workload/rules/rule.ts";
import { isLabelKey } from "./labels.ts";
import { hostnameLabel, zoneLabel } from "./placement.ts";

/** https://kueue.sigs.k8s.io/docs/concepts/topology_aware_scheduling/ */
export const queueLevelRule: TargetRule = {
  code: "queue-level",
  severity: "error",
  reads: ["eks.queue", "nodes"],
  check: ({ nodes = 1, eks = {} }) => {
    const { kueue, topology } = eks.queue ?? {};
    const path = ["eks", "queue", "topology"];
    if (topology === undefined) return [];
    return [
      ...(kueue === undefined
        ? [
            {
              path,
              message: "eks.queue.topology is of a queue of Kueue's, and eks.queue names none",
              hint: "Write eks.queue: { kueue: NAME } beside it.",
            },
          ]
        : []),
      ...(isLabelKey(topology)
        ? []
        : [
            {
              path,
              message: `eks.queue.topology must be a label of nodes, e.g. ${zoneLabel}, not ${JSON.stringify(topology)}`,
            },
          ]),
      ...(nodes > 1 && topology === hostnameLabel
        ? [
            {
              path,
              message: `the ${nodes} nodes of a replica have different values of ${hostnameLabel}: Kueue would admit none`,
              hint: `Write a level that they share, e.g. ${zoneLabel}.`,
            },
          ]
        : []),
    ];
  },
};
