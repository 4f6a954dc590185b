import type { ContainerDefinition, ResourceRequirement, TaskDefinition } from "../ecs-api/api.ts";

/**
 * What a task takes of an instance's GPUs: so many whole ones, all there are, a share of one, or the part of one that a
 * fractional type has.
 */
export type GpuNeed = number | "all" | GpuShare | GpuPart;

/**
 * Memory of one GPU that others share too, by NVIDIA MPS. "If more than one container in a task uses nvidiaMps, Amazon
 * ECS assigns them the same GPU, which must have enough memory available for all of them."
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_NvidiaMpsAllocation.html
 */
export interface GpuShare {
  readonly kind: "share";
  /** Of all its containers together. */
  readonly memoryMiB: number;
  /** How many containers of the task share. */
  readonly containers: number;
}

/**
 * A decimal value: ECS "places the task on a fractional GPU instance that provides the requested GPU capacity".
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-gpu-specifying.html
 */
export interface GpuPart {
  readonly kind: "part";
  readonly fraction: number;
}

/**
 * What an instance must have that lets tasks share its GPUs: aws/amazon-ecs-agent, ecs-agent/utils/gpu (PRs 5053 and
 * 5139).
 */
export const mpsAttribute = "ecs.capability.gpu-sharing-mps";

/** The first agent that shares GPUs (2026-09-24). https://github.com/aws/amazon-ecs-agent/releases/tag/v1.107.0 */
export const mpsAgent = "1.107.0";

/**
 * What a task of the definition takes of the GPUs.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ResourceRequirement.html
 */
export function gpuNeedOf({ containerDefinitions }: Pick<TaskDefinition, "containerDefinitions">): GpuNeed {
  const asked = containerDefinitions.flatMap(gpuRequirementsOf);
  if (asked.some(({ value }) => value?.toUpperCase() === "ALL")) return "all";
  const values = asked.flatMap(({ value }) => (value === undefined ? [] : [Number(value)]));
  const whole = sum(values.filter(Number.isInteger));
  if (whole > 0) return whole;
  const shares = asked.flatMap(({ sharingStrategy }) => sharingStrategy?.nvidiaMps ?? []);
  if (shares.length > 0)
    return { kind: "share", memoryMiB: sum(shares.map(({ memory = 0 }) => memory)), containers: shares.length };
  const fraction = sum(values.filter((value) => value > 0));
  // What is no number at all ECS does not register.
  return fraction > 0 ? { kind: "part", fraction } : asked.length;
}

export function isShare(need: GpuNeed): need is GpuShare {
  return typeof need === "object" && need.kind === "share";
}

function gpuRequirementsOf({ resourceRequirements = [] }: ContainerDefinition): readonly ResourceRequirement[] {
  return resourceRequirements.filter(({ type }) => type === "GPU");
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
