import { listOr } from "../../base/problem.ts";
import type { ExtraDefinition } from "../extra-definition.ts";
import { definitionOf, kinds } from "../kinds.ts";
import { selectorOf } from "../labels.ts";

/** The kinds whose pods Kubernetes can count for a budget. */
const budgeted = kinds.filter((kind) => definitionOf(kind).budgeted === true);

/**
 * So many pods of the service may be away while nodes are drained.
 * https://kubernetes.io/docs/tasks/run-application/configure-pdb/
 */
export const pdb: ExtraDefinition = {
  makes: ["PodDisruptionBudget"],
  reads: [],
  needs: {},
  problems: ({ kind }) =>
    budgeted.includes(kind)
      ? []
      : [
          {
            message: `a PodDisruptionBudget counts no pods of a ${kind}`,
            hint: `It counts those of ${listOr(budgeted, "and")}.`,
          },
        ],
  manifests: ({ workload, name, metadata }) => [
    {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata,
      // With 0 no node could ever be drained.
      spec: {
        maxUnavailable: Math.max(1, workload.rollout?.maxUnavailable ?? 1),
        selector: { matchLabels: selectorOf(name) },
      },
    },
  ],
  documentation: {
    does: "keeps drained nodes from taking more than one of a service's pods, or `rollout.maxUnavailable`, at once",
    for: listOr(budgeted, "and"),
  },
};
