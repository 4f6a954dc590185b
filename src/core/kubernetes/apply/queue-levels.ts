/** The levels of a queue's Topology by which manifests have Kueue keep their pods together. */
import { isRaw, type Raw } from "../../base/merge.ts";
import { flavorLevels, missingLevel } from "../check/queue-topology.ts";
import { at, textAt } from "../check/read-object.ts";
import type { KubernetesObject } from "../check/snapshot.ts";
import { requiredTopology } from "../placement.ts";
import { queueLabel } from "../queues/kueue.ts";
import { valuesOf } from "./values-of.ts";

export interface LevelNeed {
  readonly queue: string;
  readonly level: string;
  /** Where the queue is; undefined where the manifest names none. */
  readonly namespace: string | undefined;
  /** The resources of the pods' devices. */
  readonly resources: readonly string[];
}

/** Nothing where the queue's Topology comes with the manifests. A TrainJob has the queue, its runtime the level. */
export function levelNeedsOf(manifests: readonly Raw[]): readonly LevelNeed[] {
  if (manifests.some(({ kind }) => kind === "Topology")) return [];
  const apart = manifests.flatMap((manifest) => needsIn([manifest]));
  return apart.length > 0 ? apart : needsIn(manifests);
}

function needsIn(manifests: readonly Raw[]): readonly LevelNeed[] {
  const found = (key: string) => [...new Set(valuesOf(manifests, key).map(String))];
  const limits = valuesOf(manifests, "limits").filter(isRaw).flatMap(Object.keys);
  const resources = [...new Set(limits.filter((resource) => resource.includes("/")))];
  const [namespace] = manifests.flatMap((manifest) => textAt(at(manifest, "metadata"), "namespace") ?? []);
  return found(queueLabel).flatMap((queue) =>
    found(requiredTopology).map((level) => ({ queue, level, namespace, resources })),
  );
}

/**
 * That Kueue would hold the pods back for ever; undefined where it would not, or the queue is not there.
 *
 * @param objects LocalQueues of the namespace, ClusterQueues, ResourceFlavors and Topologies.
 */
export function levelNote(
  { queue, level, resources }: LevelNeed,
  objects: readonly KubernetesObject[],
): string | undefined {
  const named = (kind: string, name: string | undefined) =>
    objects.find((each) => each["kind"] === kind && at(each, "metadata")["name"] === name) ?? {};
  const clusterQueue = textAt(at(named("LocalQueue", queue), "spec"), "clusterQueue");
  const found = named("ClusterQueue", clusterQueue);
  if (clusterQueue === undefined || !("spec" in found)) return undefined;
  const missing = missingLevel(clusterQueue, level, flavorLevels(found, resources, objects));
  return missing === undefined ? undefined : `${missing.message}. ${missing.hint}`;
}
