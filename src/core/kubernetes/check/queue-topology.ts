/**
 * Whether Kueue can keep pods together by the level of a Topology that they ask for.
 * https://kueue.sigs.k8s.io/docs/concepts/topology_aware_scheduling/
 */
import { listOr } from "../../base/problem.ts";
import { parseQuantity } from "../quantity.ts";
import { at, listAt, textAt } from "./read-object.ts";
import type { KubernetesObject } from "./snapshot.ts";

/** A flavor by which a queue admits pods, with the levels of its Topology; none where it has no Topology. */
export interface FlavorLevels {
  readonly flavor: string;
  readonly levels: readonly string[];
}

/**
 * The flavors by which a ClusterQueue admits what asks for one of the resources.
 *
 * @param resources Those of the pods' devices; none where they are claimed: then every flavor.
 * @param flavors ResourceFlavors and Topologies of the cluster.
 */
export function flavorLevels(
  clusterQueue: KubernetesObject,
  resources: readonly string[],
  flavors: readonly KubernetesObject[],
): readonly FlavorLevels[] {
  const found = (kind: string, name: string | undefined) =>
    flavors.find((each) => each["kind"] === kind && at(each, "metadata")["name"] === name) ?? {};
  const all = listAt(at(clusterQueue, "spec"), "resourceGroups").flatMap((group) => listAt(group, "flavors"));
  const quotas = (flavor: KubernetesObject) =>
    listAt(flavor, "resources").filter(({ name }) => resources.length === 0 || resources.includes(String(name)));
  const covering = all.filter((flavor) => quotas(flavor).length > 0);
  // Every flavor of a group lists every resource; what has no quota of its own may still borrow.
  const own = covering.filter((flavor) => quotas(flavor).some(({ nominalQuota }) => parseQuantity(nominalQuota) > 0));
  return (own.length === 0 ? covering : own).map((each) => {
    const flavor = String(each["name"]);
    const topology = textAt(at(found("ResourceFlavor", flavor), "spec"), "topologyName");
    const levels = listAt(at(found("Topology", topology), "spec"), "levels");
    return { flavor, levels: levels.map(({ nodeLabel }) => String(nodeLabel)) };
  });
}

/** Why Kueue would hold pods back for ever that ask for the level; undefined where a flavor has it. */
export function missingLevel(
  queue: string,
  level: string,
  flavors: readonly FlavorLevels[],
): { readonly message: string; readonly hint: string } | undefined {
  if (flavors.some(({ levels }) => levels.includes(level))) return undefined;
  const others = [...new Set(flavors.flatMap(({ levels }) => levels))];
  return {
    message: `no flavor of ClusterQueue ${queue} for the pods' devices has a Topology with the level ${level}: Kueue admits none of them`,
    hint:
      others.length === 0
        ? "Leave eks.queue.topology out, or give the flavors a Topology (topologyName)."
        : `Write a level that there is in eks.queue.topology: ${listOr(others)}.`,
  };
}
