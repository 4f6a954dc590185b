import { counted } from "../base/counted.ts";
import { listOr } from "../base/problem.ts";

/** An Auto Scaling group, as far as a capacity provider's growth depends on it. */
export interface AutoScalingGroup {
  readonly name: string;
  /** How many instances it has or is about to have. */
  readonly desired: number;
  readonly max: number;
  /** What it may launch, by its launch template and its overrides; empty where attributes choose the type. */
  readonly instanceTypes: readonly string[];
}

/**
 * A capacity provider as far as a plan depends on it.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProvider.html
 */
export interface CapacityProvider {
  readonly name: string;
  /** `EC2_AUTOSCALING`, `MANAGED_INSTANCES`, `FARGATE`, `FARGATE_SPOT`. */
  readonly type: string;
  /** Whether ECS itself starts and stops the group's instances. */
  readonly managedScaling?: boolean;
  /** Its group, where it could be read. */
  readonly group?: AutoScalingGroup;
  /** Why its group could not be read. */
  readonly groupUnknown?: string;
}

/** How many more instances the provider may start for tasks on one of the types; none where ECS does not scale it. */
export function growthOf(provider: CapacityProvider, instanceTypes: readonly string[]): number {
  const { type, managedScaling, group } = provider;
  if (type === "MANAGED_INSTANCES") return Number.POSITIVE_INFINITY;
  if (type !== "EC2_AUTOSCALING" || managedScaling !== true) return 0;
  if (group === undefined) return Number.POSITIVE_INFINITY;
  return canLaunch(group, instanceTypes) ? Math.max(0, group.max - group.desired) : 0;
}

/**
 * What keeps the provider from starting more, in a sentence without its full stop; undefined where nothing is known to.
 */
export function limitOf(provider: CapacityProvider, instanceTypes: readonly string[]): string | undefined {
  const { name, type, managedScaling, group } = provider;
  if (type !== "EC2_AUTOSCALING") return undefined;
  if (managedScaling !== true) return `managed scaling of ${name} is off`;
  if (group === undefined) return undefined;
  return canLaunch(group, instanceTypes)
    ? `the Auto Scaling group of ${name} may have ${counted(group.max, "instance")}`
    : `${name} launches ${listOr(group.instanceTypes)}`;
}

/** Whether the group may launch one of the types; a workload on any machine is named by no type. */
export function canLaunch({ instanceTypes: launched }: AutoScalingGroup, wanted: readonly string[]): boolean {
  return wanted.length === 0 || launched.length === 0 || launched.some((type) => wanted.includes(type));
}
