import type { Path } from "../../base/problem.ts";
import type { Of } from "../../ecs-api/field.ts";
import type { containerDefinition, registerTaskDefinitionRequest } from "../../ecs-api/model/task-definition.ts";
import type { Deviation } from "../../ecs-api/read-written.ts";

/** Something that stands at a place in the task definition. */
interface Placed {
  readonly path: Path;
}

export interface SubjectDevice extends Placed {
  readonly hostPath: string;
  /** The host's path where the definition leaves it out, as ECS takes it. */
  readonly containerPath: string;
  readonly permissions?: readonly string[];
  /** The Neuron device's number on the host; undefined for any other device. */
  readonly neuron?: number;
}

export interface SubjectPort extends Placed {
  readonly containerPort?: number;
  readonly hostPort?: number;
  readonly protocol: string;
}

/** A name by which a container refers to another part of the task. */
export interface SubjectReference extends Placed {
  readonly name: string;
}

export interface SubjectDependency extends SubjectReference {
  readonly condition: string;
}

export interface SubjectRequirement extends Placed {
  readonly type: string;
  readonly value?: string;
  readonly mps: boolean;
  /** The memory of its share of a GPU. */
  readonly shareMiB?: number;
}

export interface SubjectVariable extends Placed {
  readonly value: string;
}

export interface SubjectContainer extends Placed {
  /** All that could be read of it, for what only one rule looks at. */
  readonly given: Of<typeof containerDefinition>;
  readonly name: string;
  readonly image?: string;
  readonly cpu?: number;
  readonly memory?: number;
  readonly memoryReservation?: number;
  readonly privileged: boolean;
  readonly essential: boolean;
  readonly hasHealthCheck: boolean;
  /** Whether something says what its /dev/shm is: a size, a mount, a tmpfs. */
  readonly sharedMemory: boolean;
  readonly devices: readonly SubjectDevice[];
  readonly addedCapabilities: readonly string[];
  readonly droppedCapabilities: readonly string[];
  readonly ports: readonly SubjectPort[];
  readonly requirements: readonly SubjectRequirement[];
  readonly environment: ReadonlyMap<string, SubjectVariable>;
  /** The variables that come from secrets. */
  readonly secretVariables: readonly SubjectReference[];
  /** The volumes that it mounts. */
  readonly mounts: readonly SubjectReference[];
  readonly dependsOn: readonly SubjectDependency[];
  /** The containers whose volumes it takes, and those it is linked with. */
  readonly others: readonly SubjectReference[];
  /** Whether its image is pulled with a token of ECR's. */
  readonly pullsFromEcr: boolean;
  /** Whether it writes to CloudWatch Logs. */
  readonly writesLogs: boolean;
  /** Where the container asks for secrets of Secrets Manager or SSM. */
  readonly secrets?: Path;
}

export interface SubjectConstraint extends Placed {
  readonly type: string;
  readonly expression: string;
}

/** A task definition as the rules read it: only what they look at, every part with its place. */
export interface Subject {
  /** All that could be read of it, for what only one rule looks at. */
  readonly given: Of<typeof registerTaskDefinitionRequest>;
  /**
   * `bridge` where it is left out and the task runs on EC2.
   * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
   */
  readonly networkMode: string;
  readonly networkModeGiven: boolean;
  readonly compatibilities: readonly string[];
  /** Task-level CPU units. */
  readonly cpu?: number;
  /** Task-level memory. */
  readonly memoryMiB?: number;
  readonly hasExecutionRole: boolean;
  /** Whether its containers have the host's /dev/shm. */
  readonly hostIpc: boolean;
  readonly constraints: readonly SubjectConstraint[];
  readonly containers: readonly SubjectContainer[];
  /** The names of the task's volumes. */
  readonly volumes: readonly string[];
  readonly inferenceAccelerators?: Path;
  /** What is otherwise than the API has it. */
  readonly deviations: readonly Deviation[];
}

/** Every Neuron device that a task lists, over all its containers, once each, ascending. */
export function neuronDevicesOf(containers: readonly SubjectContainer[]): readonly number[] {
  const numbers = containers.flatMap((container) => container.devices.flatMap((device) => device.neuron ?? []));
  return [...new Set(numbers)].sort((one, other) => one - other);
}

/** The resource requirements of a type, over all containers. */
export function requirementsOf(subject: Subject, type: string): readonly SubjectRequirement[] {
  return subject.containers.flatMap((container) => container.requirements.filter((each) => each.type === type));
}

/** The items of a list that could be read, each with its place. */
export function itemsOf<Each>(
  list: readonly (Each | undefined)[] | undefined,
  path: Path,
): readonly { readonly item: Each; readonly path: Path }[] {
  return (list ?? []).flatMap((item, index) => (item === undefined ? [] : [{ item, path: [...path, index] }]));
}
