import { Refusal } from "../../core/base/problem.ts";
import { neuronSchedulers } from "../../core/kubernetes/allocation.ts";
import { requireKind, type Kind } from "../../core/kubernetes/kinds.ts";
import { AiplatError } from "../../errors.ts";
import type { OptionSpec } from "../shared/option.ts";

export const neuronSchedulerOption = {
  flags: "--neuron-scheduler <how>",
  description: "what the cluster allocates Neuron devices with; dra where it has the DRA driver, for every size",
  choices: neuronSchedulers,
  defaultText: "the device plugin, with the extension for a part of an instance",
} as const satisfies OptionSpec;

/** What a workload is to be on Kubernetes. */
export const formOptions = [
  {
    flags: "--as <kind>",
    description: "kind of Kubernetes resource",
    defaultText: "eks.as, else Deployment for a service, Job for a job, JobSet for a job of several nodes",
    parse: (text: string, flag: string): Kind => refusing(flag, () => requireKind(text)),
  },
  neuronSchedulerOption,
] as const satisfies readonly OptionSpec[];

/** What the core refuses, as a mistake in a flag. */
export function refusing<T>(flag: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const [{ message, hint }] = error.problems as readonly [Refusal["problems"][number]];
    throw new AiplatError("Usage", `${flag}: ${message}`, hint === undefined ? {} : { hint });
  }
}
