/** Why a task does not fit a container instance, as PlacementExplanation and the failures of a run have it. */
export const reasonCodes = {
  STATUS: "The instance is not ACTIVE: ECS places no tasks on it",
  AGENT: "The instance's ECS agent is not connected",
  ATTRIBUTE: "The instance lacks an attribute that the task definition requires",
  CONSTRAINT: "A placement constraint does not hold there",
  LOCATION: "The instance is not where the task must run",
  CPU: "The instance has not enough CPU units left",
  MEMORY: "The instance has not enough memory left",
  PORTS: "A host port of the task is taken",
  ENI: "A task in network mode awsvpc needs an attribute that the instance lacks, or a network interface, and none is left",
  GPU: "The instance has not enough GPUs left, or on none of them enough memory for a share",
  DEVICES: "The devices of the task's slot are not there, or somebody holds one of them",
  CAPACITY_PROVIDER: "The instance is not of the capacity provider that starts the task",
  HEALTH: "ECS finds the instance impaired",
} as const;

export type ReasonCode = keyof typeof reasonCodes;

/**
 * What the failures of a run and of a deployment have as `reason` besides, where neither ECS nor an instance says why.
 */
export const failureReasons = {
  STALL: "A deployment could never finish on the machines there are",
  UNKNOWN: "ECS placed fewer tasks than it was asked for, and gave no reason",
} as const;

/** A `reason` of aiplat's own; the others are ECS's words. */
export type FailureReason = ReasonCode | keyof typeof failureReasons;

/** Why a model does not fit a slot, as `instances fit` has it. */
export const fitCodes = {
  STATUS: "EC2 starts no instance of the type any more",
  ENGINE: "No engine is known to run the model on the accelerator",
  PRECISION: "The accelerator does not run weights of that precision, or no source says that it does",
  DEGREE: "The model cannot be divided over so many ranks, or the accelerator does not take that many",
  MEMORY: "The devices have not memory enough for weights, cache and the rest",
  HOST_MEMORY: "The slot's share of the instance's memory is too small to load the model",
} as const;

export type FitCode = keyof typeof fitCodes;
