/** Queues of schedulers of their own: they hold back pods, whatever makes them. */
import { problem, type Problem } from "../../base/problem.ts";
import type { ResolvedWorkload, Shape } from "../../workload/resolved.ts";
import { schedulerOf, type ClusterSettings } from "../allocation.ts";
import type { KindDefinition } from "../kind-definition.ts";
import type { Manifest, Metadata, PodTemplate } from "../manifest.ts";
import { groupAnnotation, inVolcano, podGroup, volcanoScheduler } from "./volcano.ts";
import { inYunikorn, yunikornAnnotations, yunikornLabels, yunikornScheduler } from "./yunikorn.ts";

/** What marks a pod for them, which pods that lead others do not carry: they are no part of the gang. */
export const queueMarks: ReadonlySet<string> = new Set([
  groupAnnotation,
  ...Object.values(yunikornAnnotations),
  ...Object.values(yunikornLabels),
]);

/** The pod as it waits in its queue; a kind that names the queue itself has pods that say nothing. */
export function inPodQueue(
  pod: PodTemplate,
  workload: ResolvedWorkload,
  name: string,
  { namesQueue }: Pick<KindDefinition, "namesQueue">,
): PodTemplate {
  const { volcano, yunikorn } = workload.eks.queue ?? {};
  if (volcano !== undefined && namesQueue !== "volcano") return inVolcano(pod, name);
  return yunikorn === undefined ? pod : inYunikorn(pod, name, workload, yunikorn);
}

/** What the queue wants beside the resource. */
export function podQueueManifests(
  workload: ResolvedWorkload,
  metadata: Metadata,
  { namesQueue }: Pick<KindDefinition, "namesQueue">,
): readonly Manifest[] {
  const { volcano } = workload.eks.queue ?? {};
  return volcano === undefined || namesQueue === "volcano" ? [] : [podGroup(workload, metadata, volcano)];
}

/** A pod has one scheduler: a part of a Neuron instance, and HAMi's, have another. */
export function podQueueProblems(
  workload: ResolvedWorkload,
  shape: Shape,
  settings: ClusterSettings,
): readonly Problem[] {
  const { volcano, yunikorn } = workload.eks.queue ?? {};
  const other = schedulerOf(workload, shape, settings);
  if (other === undefined || (volcano ?? yunikorn) === undefined) return [];
  const queue = volcano === undefined ? "yunikorn" : "volcano";
  return [
    problem(
      "queue-scheduler",
      ["eks", "queue", queue],
      `eks.queue.${queue} has ${queue === "volcano" ? volcanoScheduler : yunikornScheduler} place the pods, and these devices are ${other}'s to place`,
      "Ask for one device or whole instances, use --neuron-scheduler dra, or eks.queue: { kueue: NAME }.",
    ),
  ];
}
