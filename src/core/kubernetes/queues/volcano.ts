/**
 * https://volcano.sh/en/docs/podgroup/: a scheduler of its own, which places the pods of a group together or none of
 * them.
 */
import type { Manifest, Metadata, PodTemplate } from "../manifest.ts";
import { podsTogether } from "./pods-together.ts";
import type { ResolvedWorkload } from "../../workload/resolved.ts";

export const volcanoScheduler = "volcano";

/** Of the pods that are in a group (volcano-sh/apis, pkg/apis/scheduling/v1beta1/labels.go). */
export const groupAnnotation = "scheduling.k8s.io/group-name";

/** The pod as a member of the group of the resource's name. */
export function inVolcano(pod: PodTemplate, name: string): PodTemplate {
  return {
    metadata: { ...pod.metadata, annotations: { ...pod.metadata.annotations, [groupAnnotation]: name } },
    spec: { schedulerName: volcanoScheduler, ...pod.spec },
  };
}

/** The group in its queue. */
export function podGroup(workload: ResolvedWorkload, metadata: Metadata, queue: string): Manifest {
  return {
    apiVersion: "scheduling.volcano.sh/v1beta1",
    kind: "PodGroup",
    metadata,
    spec: { queue, minMember: podsTogether(workload) },
  };
}
