/**
 * The groups of workers of a Ray cluster as raw fields have left them. KubeRay runs no fewer than `minReplicas` and no more
 * than `maxReplicas`, whatever `replicas` says (ray-project/kuberay @feeaf72, ray-operator/controllers/ray/utils/util.go).
 */
import { isRaw, type Raw } from "../base/merge.ts";
import { problem, type Problem } from "../base/problem.ts";
import type { Manifest } from "./manifest.ts";

/** The specs that hold groups: of a RayCluster, a RayJob and a RayService. */
const places = [["spec"], ["spec", "rayClusterSpec"], ["spec", "rayClusterConfig"]];

/**
 * The resource with bounds that follow the replicas which raw fields say, where they say no bounds.
 *
 * @param generated What was merged over.
 */
export function withFollowingBounds(generated: Manifest, merged: Manifest): Manifest {
  const before = new Map(groupsOf(generated).map((group) => [group["groupName"], group]));
  const follow = (group: Raw): Raw => {
    const own = before.get(group["groupName"]);
    const { replicas, minReplicas: least, maxReplicas: most } = group;
    if (own === undefined || typeof replicas !== "number" || replicas === own["replicas"]) return group;
    return {
      ...group,
      ...(least === own["minReplicas"] && typeof least === "number" ? { minReplicas: Math.min(least, replicas) } : {}),
      ...(most === own["maxReplicas"] && typeof most === "number" ? { maxReplicas: Math.max(most, replicas) } : {}),
    };
  };
  return places.reduce<Manifest>((document, place) => changeGroups(document, place, follow) as Manifest, merged);
}

/** Bounds that the replicas are not within: KubeRay would run another number. */
export function groupProblems(resource: Manifest): readonly Problem[] {
  return groupsOf(resource).flatMap(({ groupName, replicas, minReplicas = 0, maxReplicas }) => {
    const least = Number(minReplicas);
    const most = maxReplicas === undefined ? Number.POSITIVE_INFINITY : Number(maxReplicas);
    const asked = Number(replicas ?? least);
    return asked >= least && asked <= most
      ? []
      : [
          problem(
            "ray-bounds",
            ["eks", "resource"],
            `group ${String(groupName)} has replicas ${asked}, minReplicas ${least} and maxReplicas ${most}: KubeRay runs a number between the two`,
            "Say replicas in eks.resource too, or other bounds.",
          ),
        ];
  });
}

function groupsOf(resource: Manifest): readonly Raw[] {
  return places.flatMap((place) => {
    const spec = place.reduce<unknown>((value, key) => (isRaw(value) ? value[key] : undefined), resource);
    const groups = isRaw(spec) ? spec["workerGroupSpecs"] : undefined;
    return Array.isArray(groups) ? groups.filter(isRaw) : [];
  });
}

function changeGroups(value: unknown, place: readonly string[], change: (group: Raw) => Raw): unknown {
  if (!isRaw(value)) return value;
  const [key, ...rest] = place;
  if (key !== undefined)
    return value[key] === undefined ? value : { ...value, [key]: changeGroups(value[key], rest, change) };
  const groups = value["workerGroupSpecs"];
  return Array.isArray(groups)
    ? { ...value, workerGroupSpecs: groups.map((group: unknown) => (isRaw(group) ? change(group) : group)) }
    : value;
}
