/** What the nodes of EKS leave to pods, and what a workload asks of it. */
import type { InstanceType } from "../catalog/instance-types/instance-type.ts";
import { formatMiB, parseMemoryMiB } from "../workload/fields.ts";
import { typesOf } from "../workload/rules/accelerator.ts";
import type { RuleFinding, TargetRule } from "../workload/rules/rule.ts";
import type { Workload } from "../workload/schema.ts";
import { allocatableMiB, allocatableMilliCpu } from "./allocatable.ts";

/** A size of `resources` and of `resources.reserve`: how it is counted, and said. */
interface Size {
  readonly key: "cpu" | "memory";
  readonly amount: (written: string | number) => number;
  readonly allocatable: (type: InstanceType) => number;
  readonly say: (amount: number) => string;
}

const memory: Size = {
  key: "memory",
  amount: (written) => parseMemoryMiB(String(written))!,
  allocatable: allocatableMiB,
  say: formatMiB,
};

const cpu: Size = {
  key: "cpu",
  amount: (written) => Number(written) * 1000,
  allocatable: allocatableMilliCpu,
  say: (milliCpu) => String(milliCpu / 1000),
};

function aboveAllocatable({ key, amount, allocatable, say }: Size, workload: Workload): readonly RuleFinding[] {
  const written = workload.resources?.[key];
  if (written === undefined) return [];
  return typesOf(workload)
    .filter(({ type }) => amount(written) > allocatable(type))
    .map(({ type }) => ({
      path: ["resources", key],
      message:
        `resources.${key} ${written} is more than pods can have on ${type.instanceType} beside the usual add-ons ` +
        `(about ${say(allocatable(type))}): the pod may never be placed`,
      hint: `Write at most ${say(allocatable(type))}, or leave it out.`,
    }));
}

function leavesNothing({ key, amount, allocatable, say }: Size, workload: Workload): readonly RuleFinding[] {
  const reserved = workload.resources?.reserve?.[key];
  if (reserved === undefined || workload.resources?.[key] !== undefined) return [];
  const left = (type: InstanceType) => allocatable(type) - amount(reserved);
  return typesOf(workload)
    .filter(({ type }) => left(type) <= 0)
    .map(({ type }) => ({
      path: ["resources", "reserve", key],
      message:
        `resources.reserve.${key} ${reserved} leaves nothing of what pods can have on ${type.instanceType} beside ` +
        `the usual add-ons (about ${say(allocatable(type))})`,
      hint: `Write less than ${say(allocatable(type))}.`,
    }));
}

export const resourceRules: readonly TargetRule[] = [
  {
    code: "memory-above-allocatable",
    severity: "warning",
    reads: ["accelerator.instanceTypes", "resources.memory"],
    check: (workload) => aboveAllocatable(memory, workload),
  },
  {
    code: "cpu-above-allocatable",
    severity: "warning",
    reads: ["accelerator.instanceTypes", "resources.cpu"],
    check: (workload) => aboveAllocatable(cpu, workload),
  },
  {
    code: "reserve-above-allocatable",
    severity: "error",
    reads: ["accelerator.instanceTypes", "resources.reserve", "resources.cpu", "resources.memory"],
    check: (workload) => [memory, cpu].flatMap((size) => leavesNothing(size, workload)),
  },
];
