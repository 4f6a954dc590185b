import { present } from "../../core/base/present.ts";
import type { PlacementConstraint, RegisteredTaskDefinition, Tag } from "../../core/ecs-api/api.ts";
import { withOverrides } from "../../core/ecs-api/overrides.ts";
import { networkModeOfDefinition } from "../../core/ecs-api/host-ports.ts";
import { requirementsOf, type Requirements } from "../../core/ecs/requirements.ts";
import type { PlacementStrategy } from "../../core/ecs-api/placement-strategy.ts";
import { Refusal } from "../../core/base/problem.ts";
import { invalidParameter } from "../wire/aws-error.ts";
import { behaviourOf } from "./behaviour.ts";
import { lockBaseOf } from "./instances.ts";
import type {
  ClusterRecord,
  ContainerRecord,
  DeploymentRecord,
  RawRecord,
  ServiceRecord,
  TaskRecord,
} from "./records.ts";
import type { World } from "./world.ts";

/** What a task is made of, whoever asks for it. */
export interface TaskSpec {
  readonly cluster: ClusterRecord;
  readonly definition: RegisteredTaskDefinition;
  readonly requirements: Requirements;
  readonly startedBy?: string | undefined;
  readonly overrides?: RawRecord | undefined;
  readonly launchType?: string | undefined;
  readonly capacityProvider?: string | undefined;
  readonly enableExecuteCommand?: boolean | undefined;
  readonly networkConfiguration?: RawRecord | undefined;
  readonly volumeConfigurations?: readonly RawRecord[] | undefined;
  readonly placementStrategy?: readonly PlacementStrategy[] | undefined;
  readonly tags?: readonly Tag[] | undefined;
  readonly service?: ServiceRecord | undefined;
  readonly deployment?: DeploymentRecord | undefined;
}

export interface RequirementsOptions {
  readonly group?: string | undefined;
  readonly placementConstraints?: readonly PlacementConstraint[] | undefined;
  readonly capacityProviders?: readonly string[] | undefined;
  readonly networkConfiguration?: RawRecord | undefined;
  readonly overrides?: RawRecord | undefined;
}

/**
 * What a task of the definition needs. @throws AwsError InvalidParameterException for a constraint that cannot be read.
 */
export function readRequirements(
  cluster: ClusterRecord,
  definition: RegisteredTaskDefinition,
  { group, placementConstraints, capacityProviders, networkConfiguration, overrides }: RequirementsOptions,
): Requirements {
  const availabilityZones = zonesOf(networkConfiguration);
  const options = {
    ...present({ group, placementConstraints, capacityProviders, availabilityZones, overrides }),
  };
  return refusing(() => requirementsOf(definition, options, lockBaseOf(cluster)));
}

/** A refusal of the core as ECS's exception. */
export function refusing<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refusal)
      throw invalidParameter(
        error.problems.map(({ message, hint }) => (hint === undefined ? message : `${message}. ${hint}`)).join(" "),
      );
    throw error;
  }
}

/**
 * A subnet whose name ends in a zone, as `subnet-us-east-1a`, is in it; one that does not say is wherever it is needed.
 */
function zonesOf(networkConfiguration: RawRecord | undefined): readonly string[] | undefined {
  const subnets = subnetsOf(networkConfiguration);
  const zones = subnets.map((subnet) => /[a-z]{2}(?:-[a-z]+)+-\d[a-z]$/.exec(subnet.replace(/^subnet-/, ""))?.[0]);
  return subnets.length === 0 || zones.includes(undefined) ? undefined : (zones as readonly string[]);
}

function subnetsOf(networkConfiguration: RawRecord | undefined): readonly string[] {
  const configuration = networkConfiguration?.["awsvpcConfiguration"] as RawRecord | undefined;
  return (configuration?.["subnets"] ?? []) as readonly string[];
}

/** A task that stands nowhere yet. */
export function createTask(world: World, spec: TaskSpec): TaskRecord {
  const { cluster, requirements, overrides = {} } = spec;
  const id = world.hex(32);
  const awsvpc = networkModeOfDefinition(spec.definition) === "awsvpc";
  const task: TaskRecord = {
    arn: world.arn(`task/${cluster.name}/${id}`),
    id,
    cluster,
    definition: spec.definition,
    requirements,
    group: requirements.group,
    startedBy: spec.startedBy,
    overrides,
    launchType: spec.launchType,
    capacityProvider: spec.capacityProvider,
    enableExecuteCommand: spec.enableExecuteCommand ?? false,
    networkConfiguration: spec.networkConfiguration,
    volumeConfigurations: spec.volumeConfigurations ?? [],
    placementStrategy: spec.placementStrategy,
    createdAt: world.now(),
    service: spec.service,
    deployment: spec.deployment,
    instance: undefined,
    gpus: [],
    tags: spec.tags ?? [],
    lastStatus: "PROVISIONING",
    desiredStatus: "RUNNING",
    admitted: false,
    containers: containersOf(world, cluster, id, spec.definition, overrides),
    version: 1,
    eni: awsvpc
      ? {
          id: `eni-${world.hex(17)}`,
          subnetId: subnetsOf(spec.networkConfiguration)[0] ?? "",
          address: `10.0.${Math.floor(world.random() * 256)}.${1 + Math.floor(world.random() * 254)}`,
        }
      : undefined,
  };
  cluster.tasks.set(id, task);
  return task;
}

function containersOf(
  world: World,
  cluster: ClusterRecord,
  taskId: string,
  definition: RegisteredTaskDefinition,
  overrides: RawRecord,
): readonly ContainerRecord[] {
  const commands = (overrides["containerOverrides"] ?? []) as readonly {
    readonly name?: string;
    readonly command?: readonly string[];
  }[];
  return withOverrides(definition, overrides).containerDefinitions.map((container) => {
    const command = commands.find(({ name }) => name === container.name)?.command;
    return {
      name: container.name,
      arn: world.arn(`container/${cluster.name}/${taskId}/${world.uuid()}`),
      essential: container.essential !== false,
      image: container.image ?? "",
      behaviour: behaviourOf(command === undefined ? container : { ...container, command }),
      status: "PENDING",
      health: "UNKNOWN",
      gpus: [],
    };
  });
}
