/** The containers beside the workload's own, and what they leave to it. */
import { present } from "../base/present.ts";
import { listOr, problem, type Problem } from "../base/problem.ts";
import { formatMiB } from "./fields.ts";
import type { Amounts, BesideContainer, InitContainer, ResolvedWorkload, Shape } from "./resolved.ts";
import type { ResolvedVolume } from "./volumes.ts";
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

/**
 * The volumes that one of them has. `readOnly` is of what runs: what comes before it fills the volume, where that can be
 * written.
 */
export function volumesFor(
  workload: Pick<ResolvedWorkload, "volumes" | "sidecars">,
  container: BesideContainer,
): readonly ResolvedVolume[] {
  const runs = workload.sidecars.some(({ name }) => name === container.name);
  return workload.volumes
    .filter(({ path }) => container.mounts.includes(path))
    .map((volume) => (runs ? volume : { ...volume, readOnly: false }));
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

/** The least that a container can have: Docker takes no less memory, and ECS counts in parts of 1/1024 vCPU. */
export const least: Required<Amounts> = { vcpu: 1 / 1024, memoryMiB: 6 };

/**
 * That nothing is left of a share for the workload's own container.
 *
 * @param share What the replica has on the instances of the shape.
 * @param left What of it the container would have.
 */
export function shareProblems(
  workload: Pick<ResolvedWorkload, "init" | "model" | "sidecars" | "volumes">,
  { instanceTypes }: Pick<Shape, "instanceTypes">,
  share: Amounts,
  left: Amounts,
): readonly Problem[] {
  const short = [
    ...((left.vcpu ?? least.vcpu) < least.vcpu ? [{ key: "cpu", of: `${share.vcpu!} vCPU` }] : []),
    ...((left.memoryMiB ?? least.memoryMiB) < least.memoryMiB
      ? [{ key: "memory", of: formatMiB(share.memoryMiB!) }]
      : []),
  ];
  if (short.length === 0) return [];
  const list = (["sidecars", "init"] as const).find((each) => workload[each].length > 0) ?? "model";
  const names = besideOf(workload).map(({ name }) => name);
  const types = listOr(instanceTypes.map(({ instanceType }) => instanceType));
  const keys = short.map(({ key }) => `resources.${key}`);
  return [
    problem(
      "containers-above-share",
      [list],
      `${listOr(names, "and")} ${names.length === 1 ? "leaves" : "leave"} the workload's own container no ` +
        `${listOr(short.map(({ key }) => key))} of a replica's share of ${types} (${short.map(({ of }) => of).join(", ")})`,
      `Give them less, or say what the workload's own container has: ${listOr(keys, "and")}.`,
    ),
  ];
}

/**
 * What is left of a share for the workload's own container: what the file says of it stays as it is.
 *
 * @param beside What the others have of the share.
 */
export function leftOf(said: Amounts, share: Amounts, beside: Required<Amounts>): Amounts {
  const left = (own: number | undefined, part: number | undefined, others: number) =>
    own ?? (part === undefined ? undefined : part - others);
  return present({
    vcpu: left(said.vcpu, share.vcpu, beside.vcpu),
    memoryMiB: left(said.memoryMiB, share.memoryMiB, beside.memoryMiB),
  });
}
