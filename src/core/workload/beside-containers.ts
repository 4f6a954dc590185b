/** The containers beside the workload's own, and what they leave to it. */
import type { Amounts, BesideContainer, InitContainer, ResolvedWorkload } from "./resolved.ts";
import { modelFetchOf } from "./model-fetch.ts";

/** The containers that run to their end before the workload, in their order: the model is there for those of the file. */
export function initOf(workload: Pick<ResolvedWorkload, "init" | "model" | "volumes">): readonly InitContainer[] {
  const fetch = modelFetchOf(workload);
  return fetch === undefined ? workload.init : [fetch, ...workload.init];
}

/** Those and the sidecars, as a replica starts them. */
export function besideOf(
  workload: Pick<ResolvedWorkload, "init" | "model" | "sidecars" | "volumes">,
): readonly BesideContainer[] {
  return [...initOf(workload), ...workload.sidecars];
}

/** What several containers have together. */
export function sumOf(containers: readonly BesideContainer[]): Required<Amounts> {
  return {
    vcpu: containers.reduce((sum, { vcpu }) => sum + vcpu, 0),
    memoryMiB: containers.reduce((sum, { memoryMiB }) => sum + memoryMiB, 0),
  };
}

/** The most that one of several containers has, of each. */
export function largestOf(containers: readonly BesideContainer[]): Required<Amounts> {
  return {
    vcpu: Math.max(0, ...containers.map(({ vcpu }) => vcpu)),
    memoryMiB: Math.max(0, ...containers.map(({ memoryMiB }) => memoryMiB)),
  };
}
