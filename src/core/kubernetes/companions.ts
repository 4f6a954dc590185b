/** The kinds of resources that can go with a workload's own. */
import { nearestNames } from "../base/nearest.ts";
import { listOr, problem, warning, type Problem } from "../base/problem.ts";
import { extraOf, extras } from "./extras.ts";
import { gitopsKinds, gitopsTools } from "./gitops.ts";
import type { Manifest } from "./manifest.ts";

/** Each with what brings it. */
export const companionKinds: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    extras
      .flatMap((extra) => extraOf(extra).makes)
      .map((kind) => [kind, `--with ${listOr(extras.filter((extra) => extraOf(extra).makes.includes(kind)))}`]),
  ),
  ...Object.fromEntries(gitopsTools.flatMap((tool) => gitopsKinds[tool].map((kind) => [kind, `--gitops ${tool}`]))),
  Service: "--with service, or a kind whose pods need names",
  PersistentVolume: "a volume of efs, lustre or s3",
  VolumeSnapshotContent: "a volume of ebs with a snapshot",
  VolumeSnapshot: "a volume of ebs with a snapshot",
  TrainingRuntime: "--as TrainJob",
  Server: "--as SeldonModel",
  PersistentVolumeClaim: "--as Notebook, or a volume of efs, lustre or s3",
  ResourceClaimTemplate: "--neuron-scheduler dra",
  ComputeDomain: "several nodes of P6e-GB200",
  PodGroup: "eks.queue.volcano",
  ClusterQueue: "--queue-fleet",
  LocalQueue: "--queue-fleet",
  ResourceFlavor: "--queue-fleet",
  Topology: "--queue-fleet",
};

/**
 * What is wrong with the kinds that `eks.companions` names: nothing in raw fields is dropped, so those that are not there
 * are said.
 *
 * @param there What goes with the workload now.
 * @param resource The kind of the workload's own.
 */
export function companionProblems(
  named: readonly string[],
  there: readonly Manifest[],
  resource: string,
): readonly Problem[] {
  const present = new Set(there.map(({ kind }) => kind));
  return named
    .filter((kind) => !present.has(kind))
    .map((kind) => {
      const path = ["eks", "companions", kind];
      const bringer = Object.hasOwn(companionKinds, kind) ? companionKinds[kind] : undefined;
      if (bringer !== undefined)
        return warning(
          "companion-absent",
          path,
          `eks.companions.${kind} is not used: no ${kind} goes with the workload`,
          `There is one with ${bringer}.`,
        );
      if (kind === resource)
        return problem(
          "unknown-companion",
          path,
          `${kind} is the workload's own resource, and goes with nothing`,
          `Write eks.resource: its raw fields.`,
        );
      const nearest = nearestNames(kind, Object.keys(companionKinds), 1);
      return problem(
        "unknown-companion",
        path,
        `eks.companions.${kind}: no ${kind} ever goes with a workload`,
        nearest.length > 0
          ? `Did you mean ${listOr(nearest)}?`
          : `There are ${listOr(Object.keys(companionKinds), "and")}.`,
      );
    });
}
