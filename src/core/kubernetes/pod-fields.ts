/** The fields of a pod for which a kind has no place. */
import { isRaw } from "../base/merge.ts";
import { listOr, problem, type Path, type Problem } from "../base/problem.ts";
import type { ResolvedWorkload } from "../workload/resolved.ts";
import { definitionOf, kinds, type Kind } from "./kinds.ts";
import type { PodTemplate } from "./manifest.ts";

/** The words of the workload that become a field of the pod's spec, where raw fields say none. */
const words: Readonly<Record<string, Path>> = {
  serviceAccountName: ["eks", "serviceAccount"],
  volumes: ["volumes"],
  securityContext: ["user"],
  terminationGracePeriodSeconds: ["stop"],
};

function wordOf(field: string, { init, sidecars, model }: ResolvedWorkload): Path {
  if (field !== "initContainers") return words[field] ?? [];
  if (init.length > 0) return ["init"];
  return sidecars.length > 0 || model === undefined ? ["sidecars"] : ["model", "path"];
}

/** Whether the kind has a place for all of the pod's fields, of a workload of so many pods. */
export function takesPodFields(
  kind: Kind,
  fields: readonly string[],
  workload: Pick<ResolvedWorkload, "nodes" | "replicas">,
): boolean {
  const taken = definitionOf(kind).podFields?.(workload);
  return taken === undefined || fields.every((field) => taken.includes(field));
}

/** Those that would be lost: the API server drops what a resource does not name. */
export function podFieldProblems(kind: Kind, { spec }: PodTemplate, workload: ResolvedWorkload): readonly Problem[] {
  const fields = Object.keys(spec).filter((field) => spec[field] !== undefined);
  const raw = workload.eks.pod?.["spec"];
  const able = kinds.filter(
    (each) => definitionOf(each).runs === workload.kind && takesPodFields(each, fields, workload),
  );
  return fields
    .filter((field) => !takesPodFields(kind, [field], workload))
    .map((field) =>
      problem(
        "kind-limit",
        isRaw(raw) && Object.hasOwn(raw, field) ? ["eks", "pod", "spec", field] : wordOf(field, workload),
        `${kind} has no place for the pod's ${field}`,
        `${listOr(able)} can carry it: --as ${able[0]!}.`,
      ),
    );
}
