/** Resources that an earlier aiplat made for what is applied now, and that nothing refers to any more. */
import { managedByLabel } from "../labels.ts";
import { runtimeBefore } from "../kinds/train-job.ts";
import { isRaw } from "../../base/merge.ts";
import type { ResourceReference } from "./read-manifests.ts";

/** What may be left of each resource, by kubectl's name of its kind. */
const before: Readonly<Record<string, { readonly kind: string; readonly resource: string }>> = {
  TrainingRuntime: { kind: runtimeBefore, resource: "clustertrainingruntimes.trainer.kubeflow.org" },
};

export interface PossibleOrphan {
  readonly kind: string;
  readonly resource: string;
  readonly name: string;
}

export function possibleOrphans(resources: readonly ResourceReference[]): readonly PossibleOrphan[] {
  return resources.flatMap(({ kind, name }) => (before[kind] === undefined ? [] : [{ ...before[kind], name }]));
}

/**
 * The sentence about an orphan; undefined where there is none, or it is not aiplat's.
 *
 * @param found The object that the cluster has under that name; undefined where it has none.
 */
export function orphanNote({ kind, resource, name }: PossibleOrphan, found: unknown): string | undefined {
  const metadata = isRaw(found) && isRaw(found["metadata"]) ? found["metadata"] : {};
  const labels = isRaw(metadata["labels"]) ? metadata["labels"] : {};
  return labels[managedByLabel] === "aiplat"
    ? `${kind} ${name} is left of an earlier aiplat, and the runtime now stands in the workload's namespace. Once no ` +
        `TrainJob of another namespace refers to it: kubectl delete ${resource} ${name}`
    : undefined;
}
