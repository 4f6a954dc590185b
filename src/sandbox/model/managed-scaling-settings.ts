/** What a capacity provider says of the scaling of its group. */
import type { CapacityProviderRecord, ProviderWithGroup } from "./group-records.ts";

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ManagedScaling.html, with its defaults. */
interface ManagedScaling {
  readonly status?: string;
  readonly targetCapacity?: number;
  readonly minimumScalingStepSize?: number;
  readonly maximumScalingStepSize?: number;
  readonly instanceWarmupPeriod?: number;
}

/** The settings of managed scaling; undefined where ECS does not scale the provider's group. */
export function scalingOf({
  settings,
}: Pick<CapacityProviderRecord, "settings">): Required<ManagedScaling> | undefined {
  const { managedScaling } = (settings["autoScalingGroupProvider"] ?? {}) as {
    readonly managedScaling?: ManagedScaling;
  };
  if (managedScaling?.status !== "ENABLED") return undefined;
  const defaults = {
    status: "ENABLED",
    targetCapacity: 100,
    minimumScalingStepSize: 1,
    maximumScalingStepSize: 10_000,
    instanceWarmupPeriod: 300,
  };
  return { ...defaults, ...managedScaling };
}

/** Managed termination protection: only instances without tasks, daemons aside, are let go. */
export function isProtected({ settings }: Pick<CapacityProviderRecord, "settings">): boolean {
  const { managedTerminationProtection } = settings["autoScalingGroupProvider"] as {
    readonly managedTerminationProtection?: string;
  };
  return managedTerminationProtection === "ENABLED";
}

export function hasGroup(provider: CapacityProviderRecord): provider is ProviderWithGroup {
  return provider.group !== undefined;
}
