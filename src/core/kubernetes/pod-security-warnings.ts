/** What is said of the Pod Security level that a workload's pods need. */
import { listOr, settingWarning, warning, type Problem } from "../base/problem.ts";
import { besideOf } from "../workload/beside-containers.ts";
import type { ResolvedWorkload } from "../workload/resolved.ts";
import type { Manifest } from "./manifest.ts";
import { podSecurityBreaches, podsIn, strictestLevel } from "./pod-security.ts";

/**
 * The level that the namespace needs, where the pods meet none that keeps anything off, or not that which the user of the
 * workload's own container would have them meet.
 */
export function podSecurityWarnings(workload: ResolvedWorkload, manifests: readonly Manifest[]): readonly Problem[] {
  const { eks, user = 0 } = workload;
  const breaches = manifests.flatMap((each) => podsIn(each)).flatMap(podSecurityBreaches);
  const level = strictestLevel(breaches);
  const enforce =
    `A namespace that enforces another refuses them: kubectl label namespace ${eks.namespace ?? "NAMESPACE"} ` +
    `pod-security.kubernetes.io/enforce=${level} --overwrite.`;
  if (level === "privileged") {
    const reasons = [...new Set(breaches.filter((each) => each.of === "baseline").map(({ what }) => what))];
    return [
      settingWarning(
        "pod-security",
        `the pods need the Pod Security level ${level}: ${listOr(reasons, "and")}`,
        enforce,
      ),
    ];
  }
  const beside = besideOf(workload).map(({ name }) => name);
  return level === "baseline" && user !== 0 && beside.length > 0
    ? [
        warning(
          "pod-security-beside",
          ["user"],
          `the pods meet the Pod Security level ${level} and not restricted, though there is a user: of ` +
            `${listOr(beside, "and")} nothing is said, since their images may need root`,
          `Say it in eks.pod.spec.initContainers, by name, with the securityContext of the workload's own container. ${enforce}`,
        ),
      ]
    : [];
}
