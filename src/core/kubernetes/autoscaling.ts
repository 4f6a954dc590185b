/** What every autoscaler beside a resource has of it. */
import { listOr } from "../base/problem.ts";
import type { ExtraContents, ExtraProblem } from "./extra-definition.ts";
import { typeOf } from "./kind-definition.ts";
import { definitionOf, kinds, type Kind } from "./kinds.ts";
import type { Manifest } from "./manifest.ts";

/** The kinds that have a scale subresource. */
export const scalable: readonly Kind[] = kinds.filter((kind) => definitionOf(kind).scalable === true);

/** Percent: below it a replica has room, above it another one starts. */
export const targetUtilization = 70;

export function scaleTarget({ kind, name }: ExtraContents): Readonly<Record<string, string>> {
  return { ...typeOf(definitionOf(kind)), name };
}

/**
 * KEDA's, on what a query of Prometheus answers.
 *
 * @param more What else there is in its `spec`, and in its trigger.
 */
export function scaledObjectOn(
  contents: ExtraContents,
  query: string | undefined,
  threshold: number | undefined,
  { spec = {}, trigger = {} }: { readonly spec?: object; readonly trigger?: object },
): Manifest {
  return {
    apiVersion: "keda.sh/v1alpha1",
    kind: "ScaledObject",
    metadata: contents.metadata,
    spec: {
      scaleTargetRef: scaleTarget(contents),
      ...spec,
      minReplicaCount: contents.workload.replicas,
      maxReplicaCount: contents.maxReplicas,
      triggers: [
        {
          type: "prometheus",
          ...trigger,
          metadata: { serverAddress: contents.prometheusUrl, query, threshold: String(threshold) },
        },
      ],
    },
  };
}

export function unscalable({ kind }: ExtraContents): readonly ExtraProblem[] {
  return scalable.includes(kind)
    ? []
    : [{ message: `${kind} has no scale subresource`, hint: `There is one for ${listOr(scalable, "and")}.` }];
}

/** The workload's replicas are the least: the most has to be more. */
export function noRoomToScale({ workload, maxReplicas }: ExtraContents): readonly ExtraProblem[] {
  return maxReplicas === undefined || maxReplicas > workload.replicas
    ? []
    : [
        {
          message:
            `--max-replicas ${maxReplicas} is no more than the workload's replicas (${workload.replicas}), ` +
            "which are the least",
        },
      ];
}
