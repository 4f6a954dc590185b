import { nearestNames } from "../base/nearest.ts";
import { listOr, problem, Refusal } from "../base/problem.ts";
import type { KindDefinition } from "./kind-definition.ts";
import { definitions } from "./kinds/registry.ts";

/** The kinds of the contract, in the order in which they are listed. */
const contractKinds = [
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "Job",
  "CronJob",
  "JobSet",
  "LeaderWorkerSet",
  "PyTorchJob",
  "TFJob",
  "MPIJob",
  "TrainJob",
  "RayCluster",
  "RayJob",
  "RayService",
  "InferenceService",
  "ServingRuntime",
  "LLMInferenceService",
  "SeldonModel",
  "SparkApplication",
  "Notebook",
  "Experiment",
  "Workflow",
  "VolcanoJob",
] as const;

/** A kind that a workload can be generated as: it has a file in kinds/. */
export type Kind = keyof typeof definitions & (typeof contractKinds)[number];

export const kinds: readonly Kind[] = contractKinds;

/** What aiplat knows of a kind. */
export function definitionOf(kind: Kind): KindDefinition {
  return definitions[kind];
}

/**
 * The kind of that name.
 *
 * @param path Where the name was written.
 * @throws Refusal for one that is none.
 */
export function requireKind(name: string, path: readonly string[] = []): Kind {
  const found = kinds.find((kind) => kind === name);
  if (found !== undefined) return found;
  const meant = kinds.find((kind) => kind.toLowerCase() === name.toLowerCase());
  const nearest = meant === undefined ? nearestNames(name, kinds) : [meant];
  throw new Refusal([
    problem(
      "unknown-kind",
      path,
      `${name} is no kind of Kubernetes resource that aiplat generates`,
      nearest.length === 0 ? `There are ${listOr(kinds, "and")}.` : `Did you mean ${listOr(nearest)}?`,
    ),
  ]);
}
