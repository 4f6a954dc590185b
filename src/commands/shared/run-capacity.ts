import type { Capacity } from "../../core/ecs/capacity.ts";
import type { RunFlags } from "../../core/plan/run-flags.ts";
import { withWeights } from "../../core/plan/run-flags.ts";
import { chooseCapacity, type ChosenCapacity, type ClusterCapacity } from "../../core/plan/choose-capacity.ts";
import type { RunSettings } from "../../core/plan/run-request.ts";
import { present } from "../../core/base/present.ts";
import { problem, Refusal } from "../../core/base/problem.ts";
import { atFlag } from "./aws-flags.ts";
import { capacityFor, type ClusterFacts } from "./plan-source.ts";

/** What a run leaves to be chosen: what starts the tasks, and for which instance types. */
export interface CapacityQuestion {
  /** What the file says. */
  readonly said: Capacity;
  readonly flags: Pick<RunFlags, "capacityProviderStrategy" | "launchType">;
  readonly types: readonly string[];
  /** Says where in the file or the flags a refusal is. */
  readonly locating: <T>(work: () => T) => T;
}

/** The flag that says what starts the tasks; undefined where none does. */
function capacityFlag({ capacityProviderStrategy, launchType }: CapacityQuestion["flags"]): string | undefined {
  if (capacityProviderStrategy !== undefined) return "--capacity-provider-strategy";
  return launchType === undefined ? undefined : "--launch-type";
}

/**
 * What starts the tasks by the flags, else by the file.
 *
 * @throws InvalidInput where both say it, and not the same: RunTask takes one of launch type and strategy, before any
 * call.
 */
export function wantedCapacity({ said, flags }: Pick<CapacityQuestion, "said" | "flags">): Capacity {
  const flag = capacityFlag(flags);
  if (flag === undefined) return said;
  const wanted: Capacity =
    flags.capacityProviderStrategy === undefined
      ? { kind: "ec2" }
      : { kind: "providers", strategy: withWeights(flags.capacityProviderStrategy) };
  if (said.kind === "unsaid" || JSON.stringify(said) === JSON.stringify(wanted)) return wanted;
  return atFlag(flag, () => {
    throw new Refusal([
      problem(
        "capacity-twice",
        [],
        "ecs.capacity (--capacity) says already what starts the tasks",
        `Leave ${flag} out, or take ecs.capacity out of the file.`,
      ),
    ]);
  });
}

/** Who starts a run's tasks on the cluster. */
export async function capacityOfRun(
  question: CapacityQuestion,
  facts: ClusterFacts,
): Promise<ChosenCapacity & { readonly cluster: ClusterCapacity }> {
  const { flags, types, locating } = question;
  const capacity = wantedCapacity(question);
  const cluster = await capacityFor(capacity, facts);
  const flag = capacityFlag(flags);
  const choose = () => chooseCapacity(capacity, cluster, types);
  return { ...(flag === undefined ? locating(choose) : atFlag(flag, choose)), cluster };
}

/** The name of a provider of Managed Instances among those that start the tasks. */
export function managedInstancesIn({
  capacityProviderStrategy = [],
  cluster: { providers = [] },
}: Pick<RunSettings, "capacityProviderStrategy"> & { readonly cluster: ClusterCapacity }): string | undefined {
  return capacityProviderStrategy.find(({ capacityProvider }) =>
    providers.some(({ name, type }) => name === capacityProvider && type === "MANAGED_INSTANCES"),
  )?.capacityProvider;
}

/** What a plan keeps of it: JSON has no word for "as many as it takes". */
export function capacitySettings({
  capacityProviderStrategy,
  mayGrow,
  limit,
}: ChosenCapacity): Pick<RunSettings, "capacityProviderStrategy" | "mayGrow" | "limit"> {
  return present({ capacityProviderStrategy, mayGrow: Number.isFinite(mayGrow) ? mayGrow : undefined, limit });
}
