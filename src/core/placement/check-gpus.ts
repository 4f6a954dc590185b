import { agreeing, counted, formatCount } from "../base/counted.ts";
import { findInstanceType } from "../catalog/instance-types/catalog.ts";
import { isShare, type GpuPart, type GpuShare } from "../devices/gpu-need.ts";
import { freeMiBOf, takeGpus, type GpuState } from "../devices/gpus.ts";
import { missingGpusOf } from "../devices/missing-gpus.ts";
import type { Requirements } from "../ecs/requirements.ts";
import type { InstanceState } from "./instance-state.ts";

/** Why the GPUs of the task are not to be had. */
export function checkGpus({ gpus: need }: Requirements, instanceState: InstanceState): readonly string[] {
  if (need === 0) return [];
  const { gpus, instance, instanceType } = instanceState;
  if (gpus.length === 0) return [missingGpusOf(instance)?.message ?? "needs a GPU, and the instance has none"];
  const fraction = findInstanceType(instanceType ?? "")?.accelerator.fraction;
  const unfit = typeof need === "object" ? checkKind(need, instanceState, fraction) : undefined;
  if (unfit !== undefined) return [unfit];
  if (takeGpus(gpus, need) !== undefined) return [];
  return [isShare(need) ? describeMemory(need, gpus) : describeCount(need, gpus)];
}

/** Shares are of whole GPUs, and parts of fractional types. */
function checkKind(
  need: GpuShare | GpuPart,
  { instanceType }: InstanceState,
  fraction: number | undefined,
): string | undefined {
  if (need.kind === "share")
    return fraction === undefined ? undefined : `MPS shares whole GPUs, and ${instanceType} has a part of one`;
  if (findInstanceType(instanceType ?? "") === undefined) return undefined;
  if (fraction === undefined) return `needs ${need.fraction} of a GPU, and ${instanceType} has whole ones only`;
  return need.fraction <= fraction
    ? undefined
    : `needs ${need.fraction} of a GPU, and ${instanceType} has ${fraction} of one`;
}

function describeCount(need: number | "all" | GpuPart, gpus: readonly GpuState[]): string {
  const idle = gpus.filter(({ mode }) => mode === "IDLE").length;
  const shared = gpus.filter(({ mode }) => mode === "NVIDIA_MPS").length;
  const all = gpus.length;
  const why = shared === 0 ? "" : `; ${shared} shared by MPS ${agreeing(shared, "takes", "take")} no whole-GPU task`;
  if (need === "all") return `needs all ${all} GPUs, ${idle} remain${why}`;
  const count = typeof need === "number" ? need : 1;
  return `needs ${counted(count, "GPU")}, ${idle} remain${count > all ? `; the whole instance has ${all}` : ""}${why}`;
}

function describeMemory({ memoryMiB, containers }: GpuShare, gpus: readonly GpuState[]): string {
  const most = Math.max(...gpus.map(freeMiBOf));
  const largest = Math.max(...gpus.map(({ totalMiB = 0 }) => totalMiB));
  const whom = containers === 1 ? "" : ` for the shares of its ${containers} containers`;
  const requirements = `needs ${formatCount(memoryMiB)} MiB of one GPU${whom}`;
  if (memoryMiB > largest) return `${requirements}, and a whole one has ${formatCount(largest)}`;
  return gpus.every(({ mode }) => mode === "DEDICATED")
    ? `${requirements}, and tasks have each of them whole`
    : `${requirements}, and ${formatCount(most)} MiB is the most that is left on one`;
}
