/** What a workload says of its queue. */
import { listOr } from "../../base/problem.ts";
import type { TargetRule } from "../../workload/rules/rule.ts";
import { queues } from "../kind-definition.ts";
import { isLabelKey } from "../labels.ts";
import { hostnameLabel, zoneLabel } from "../placement.ts";

export const queueRules: readonly TargetRule[] = [
  {
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
  },
  {
    code: "queues-together",
    severity: "error",
    reads: ["eks.queue"],
    check: ({ eks = {} }) => {
      const named = (Object.keys(queues) as (keyof typeof queues)[]).filter((key) => eks.queue?.[key] !== undefined);
      return named.length < 2
        ? []
        : [
            {
              path: ["eks", "queue"],
              message: `eks.queue names ${listOr(named, "and")}: a workload waits in one queue`,
              hint: "Keep one of them.",
            },
          ];
    },
  },
];
