import { listOr } from "../../base/problem.ts";
import type { TargetRule } from "../../workload/rules/rule.ts";
import { queues } from "../kind-definition.ts";

/** A workload waits in one queue. */
export const queuesTogetherRule: TargetRule = {
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
};
