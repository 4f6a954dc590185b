import { listOr, problem, Refusal, settingProblem } from "../base/problem.ts";
import type { ResolvedWorkload, Shape } from "../workload/resolved.ts";

/**
 * A shape with the name that its resource has: the workload's where there is one shape, else with its first type.
 * Kubernetes chooses the devices, so a slot has no name here.
 */
export interface PodVariant {
  readonly name: string;
  readonly shape: Shape;
}

export function podVariants({ name, shapes }: ResolvedWorkload): readonly PodVariant[] {
  return shapes.map((shape) => ({
    name: shapes.length === 1 ? name : `${name}-${shape.instanceTypes[0]!.instanceType.replace(/\./g, "-")}`,
    shape,
  }));
}

/**
 * The variant of that name, or the only one.
 *
 * @throws Refusal naming the variants there are.
 */
export function choosePodVariant(workload: ResolvedWorkload, name?: string): PodVariant {
  const variants = podVariants(workload);
  const names = variants.map((variant) => variant.name);
  if (name === undefined) {
    if (variants.length === 1) return variants[0]!;
    throw new Refusal([
      problem(
        "several-variants",
        ["accelerator", "instanceTypes"],
        "the instance types carry different devices or shares: no one pod is right on all of them",
        `Choose one with --variant (${listOr(names)}); with resources given, types with equal devices share one pod.`,
      ),
    ]);
  }
  const found = variants.find((variant) => variant.name === name);
  if (found === undefined)
    throw new Refusal([
      settingProblem(
        "unknown-variant",
        `--variant ${name}: there is no such variant`,
        `There ${names.length === 1 ? "is" : "are"} ${listOr(names, "and")}.`,
      ),
    ]);
  return found;
}
