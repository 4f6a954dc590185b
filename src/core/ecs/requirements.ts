import { present } from "../base/present.ts";
import { Refusal, UnreadableDefinition } from "../base/problem.ts";
import { claimedDevicesOf, leavesNeuronToEcs } from "../devices/claimed-devices.ts";
import { gpuNeedOf, isShare, mpsAttribute, type GpuNeed } from "../devices/gpu-need.ts";
import type { DeviceSet } from "../catalog/device-set.ts";
import { isLockPort } from "../catalog/lock-ports.ts";
import type { PlacementConstraint, Tag, Task, TaskDefinition } from "../ecs-api/api.ts";
import { hostPortsOf, networkModeOfDefinition, type HostPort } from "../ecs-api/host-ports.ts";
import { withOverrides } from "../ecs-api/overrides.ts";
import type { Expression } from "../ecs-api/query/expression.ts";
import { compileExpression, type Predicate } from "../cluster/evaluate-query.ts";
import { parseExpression } from "../ecs-api/query/parse.ts";
import { requirementsOfAgent } from "./required-attributes.ts";

/** What a run adds to a task definition that placement depends on. */
export interface PlacementOptions {
  /** Default: the family's group, as ECS has it. */
  readonly group?: string;
  readonly placementConstraints?: readonly PlacementConstraint[];
  /** The capacity providers of the run's strategy; undefined for launch type EC2, which takes any instance. */
  readonly capacityProviders?: readonly string[];
  /** The zones of the task's subnets, where they are known: awsvpc mode only. */
  readonly availabilityZones?: readonly string[];
  readonly overrides?: Task["overrides"];
  /** Tags of the task besides those of its definition. */
  readonly tags?: readonly Tag[];
}

export interface Constraint {
  readonly text: string;
  readonly expression: Expression;
  readonly holds: Predicate;
}

/** An attribute that an instance must have for a task. */
export interface RequiredAttribute {
  readonly name: string;
  readonly value?: string;
  /** Where ECS has not registered the definition yet: what it will ask for of an agent, by what is known. */
  readonly foreseen?: true;
}

/** What one task needs of a container instance. */
export interface Requirements {
  readonly group: string;
  readonly networkMode: string;
  readonly cpu: number;
  readonly memoryMiB: number;
  /** Static host ports, the lock ports of devices apart. */
  readonly ports: readonly HostPort[];
  /** UDP host ports that lock a device. */
  readonly locks: readonly { readonly device: number; readonly port: number }[];
  readonly gpus: GpuNeed;
  readonly devices: DeviceSet;
  /** Whether ECS hands out the devices itself. */
  readonly leavesNeuronToEcs: boolean;
  readonly attributes: readonly RequiredAttribute[];
  readonly constraints: readonly Constraint[];
  readonly distinctInstance: boolean;
  readonly compatibilities: readonly string[];
  readonly capacityProviders?: readonly string[];
  readonly availabilityZones?: readonly string[];
}

/** What a task needs once a run or a service has said where it goes. */
export function placedBy(requirements: Requirements, options: PlacementOptions): Requirements {
  const { group, placementConstraints = [], capacityProviders, availabilityZones } = options;
  const { constraints, networkMode } = requirements;
  return {
    ...requirements,
    ...present({ group, capacityProviders }),
    constraints: [...constraints, ...readConstraints(placementConstraints, constraints.length)],
    distinctInstance: requirements.distinctInstance || isDistinct(placementConstraints),
    ...(networkMode === "awsvpc" ? present({ availabilityZones }) : {}),
  };
}

/**
 * What a task of the definition needs.
 *
 * @param lockPortBase The cluster's.
 * @throws Refusal for a placement constraint that is no expression.
 */
export function requirementsOf(
  definition: TaskDefinition,
  options: PlacementOptions,
  lockPortBase: number,
): Requirements {
  const task = withTags(withOverrides(definition, options.overrides), options.tags);
  const networkMode = networkModeOfDefinition(task);
  const ports = hostPortsOf(task);
  const isLock = ({ port, protocol }: HostPort) => protocol === "udp" && isLockPort(port, lockPortBase);
  const constraints = task.placementConstraints ?? [];
  const gpus = gpuNeedOf(task);
  const own: Requirements = {
    group: `family:${task.family}`,
    networkMode,
    cpu: parseCpuUnits(task.cpu) ?? sum(task.containerDefinitions.map(({ cpu }) => cpu ?? 0)),
    // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html: the reservation is what
    // is subtracted, where there is one.
    memoryMiB:
      parseTaskMemoryMiB(task.memory) ??
      sum(task.containerDefinitions.map(({ memory, memoryReservation }) => memoryReservation ?? memory ?? 0)),
    ports: ports.filter((port) => !isLock(port)),
    locks: ports.filter(isLock).map(({ port }) => ({ device: port - lockPortBase, port })),
    gpus,
    devices: claimedDevicesOf(task, { lockPortBase }).devices,
    leavesNeuronToEcs: leavesNeuronToEcs(task),
    attributes: attributesOf(task, gpus),
    constraints: readOwnConstraints(task),
    distinctInstance: isDistinct(constraints),
    compatibilities: task.requiresCompatibilities ?? [],
  };
  return placedBy(own, options);
}

/** The task's own tags first: of two with one key ECS keeps the task's. */
function withTags(definition: TaskDefinition, tags: readonly Tag[] = []): TaskDefinition {
  return tags.length === 0 ? definition : { ...definition, tags: [...tags, ...(definition.tags ?? [])] };
}

function readConstraints(constraints: readonly PlacementConstraint[], from: number): readonly Constraint[] {
  return constraints.flatMap(({ type, expression }, index) =>
    type === "memberOf" && expression !== undefined ? [readConstraint(expression, from + index)] : [],
  );
}

/** @throws UnreadableDefinition where the definition is registered: what it says is not its user's to change any more. */
function readOwnConstraints(definition: TaskDefinition): readonly Constraint[] {
  const { family, placementConstraints = [], revision, taskDefinitionArn } = definition;
  try {
    return readConstraints(placementConstraints, 0);
  } catch (error) {
    if (!(error instanceof Refusal) || taskDefinitionArn === undefined) throw error;
    throw new UnreadableDefinition(
      error.problems.map((each) => ({
        ...each,
        message: `${family}:${String(revision)} has a placement constraint that aiplat cannot read: ${each.message}`,
        hint: `Look at it with aws ecs describe-task-definition --task-definition ${family}:${String(revision)}`,
      })),
    );
  }
}

function isDistinct(constraints: readonly PlacementConstraint[]): boolean {
  return constraints.some(({ type }) => type === "distinctInstance");
}

function readConstraint(text: string, index: number): Constraint {
  const expression = parseExpression(text, ["placementConstraints", index, "expression"]);
  return { text, expression, holds: compileExpression(expression) };
}

/**
 * `256` or `.25 vCPU`.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#task_size
 */
function parseCpuUnits(text: string | undefined): number | undefined {
  const found = /^\s*(\d*\.?\d+)\s*(vcpu)?\s*$/i.exec(text ?? "");
  if (found === null) return undefined;
  return found[2] === undefined ? Number(found[1]) : Math.round(Number(found[1]) * 1024);
}

/** `512` or `0.5 GB`. */
function parseTaskMemoryMiB(text: string | undefined): number | undefined {
  const found = /^\s*(\d*\.?\d+)\s*(gb)?\s*$/i.exec(text ?? "");
  if (found === null) return undefined;
  return found[2] === undefined ? Number(found[1]) : Math.round(Number(found[1]) * 1024);
}

/**
 * What ECS derives when it registers the definition, and what it will derive of one that it has not seen yet. Sharing a
 * GPU is asked of every instance, whether or not the instance says what its agent can.
 */
function attributesOf(task: TaskDefinition, gpus: GpuNeed): readonly RequiredAttribute[] {
  const registered = task["requiresAttributes"] as readonly RequiredAttribute[] | undefined;
  const derived =
    registered ??
    requirementsOfAgent(task).flatMap(({ attribute, known }) =>
      known ? [{ name: attribute, foreseen: true } as const] : [],
    );
  return !isShare(gpus) || derived.some(({ name }) => name === mpsAttribute)
    ? derived
    : [...derived, { name: mpsAttribute }];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
