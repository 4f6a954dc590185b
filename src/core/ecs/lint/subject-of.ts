import { present } from "../../base/present.ts";
import { deviceNumber } from "../../catalog/slots.ts";
import type { Path } from "../../base/problem.ts";
import type { Deviation } from "../../ecs-api/read-written.ts";
import type { Of } from "../../ecs-api/field.ts";
import type { resourceRequirement } from "../../ecs-api/model/common.ts";
import type {
  containerDefinition,
  device,
  portMapping,
  registerTaskDefinitionRequest,
} from "../../ecs-api/model/task-definition.ts";
import { parseImageReference } from "../../catalog/container-images/image-reference.ts";
import { needsSignIn } from "../execution-role.ts";
import { parseTaskCpu, parseTaskMemory } from "../task-size.ts";
import {
  type Subject,
  type SubjectContainer,
  type SubjectDevice,
  type SubjectPort,
  type SubjectRequirement,
  itemsOf,
} from "./subject.ts";

type Container = Of<typeof containerDefinition>;

/** What the rules look at of a task definition whose values are of the kinds that the API has. */
export function subjectOf(
  definition: Of<typeof registerTaskDefinitionRequest>,
  deviations: readonly Deviation[] = [],
): Subject {
  const { networkMode, inferenceAccelerators = [] } = definition;
  const compatibilities = itemsOf(definition.requiresCompatibilities, []).map(({ item }) => item);
  const cpu = parseTaskCpu(definition.cpu ?? "");
  const memoryMiB = parseTaskMemory(definition.memory ?? "");
  return {
    given: definition,
    networkMode: networkMode ?? (compatibilities.includes("FARGATE") ? "awsvpc" : "bridge"),
    networkModeGiven: networkMode !== undefined,
    compatibilities,
    ...present({ cpu, memoryMiB }),
    hasExecutionRole: definition.executionRoleArn !== undefined,
    hostIpc: definition.ipcMode === "host",
    constraints: itemsOf(definition.placementConstraints, ["placementConstraints"]).map(({ item, path }) => ({
      path,
      type: item.type ?? "",
      expression: item.expression ?? "",
    })),
    containers: itemsOf(definition.containerDefinitions, ["containerDefinitions"]).map(({ item, path }) =>
      readContainer(item, path),
    ),
    volumes: itemsOf(definition.volumes, []).flatMap(({ item }) => item.name ?? []),
    ...(inferenceAccelerators.length === 0 ? {} : { inferenceAccelerators: ["inferenceAccelerators"] }),
    deviations,
  };
}

function readContainer(container: Container, path: Path): SubjectContainer {
  const at = (...keys: Path) => [...path, ...keys];
  const { image, cpu, memory, memoryReservation, linuxParameters = {} } = container;
  const { capabilities = {}, devices } = linuxParameters;
  const secrets = secretsPath(container, path);
  return {
    given: container,
    path,
    name: container.name ?? "",
    ...present({ image, cpu, memory, memoryReservation }),
    privileged: container.privileged === true,
    essential: container.essential !== false,
    pullsFromEcr:
      image !== undefined &&
      needsSignIn({
        image: parseImageReference(image),
        signsIn: container.repositoryCredentials !== undefined,
      }),
    writesLogs: container.logConfiguration?.logDriver === "awslogs",
    hasHealthCheck: container.healthCheck !== undefined,
    sharedMemory: hasSharedMemory(container),
    devices: itemsOf(devices, at("linuxParameters", "devices")).map((each) => readDevice(each.item, each.path)),
    addedCapabilities: itemsOf(capabilities.add, []).map(({ item }) => item),
    droppedCapabilities: itemsOf(capabilities.drop, []).map(({ item }) => item),
    ports: itemsOf(container.portMappings, at("portMappings")).map((each) => readPort(each.item, each.path)),
    requirements: itemsOf(container.resourceRequirements, at("resourceRequirements")).map((each) =>
      readRequirement(each.item, each.path),
    ),
    environment: new Map(
      itemsOf(container.environment, at("environment")).map(({ item, path }) => [
        item.name ?? "",
        { path: [...path, "value"], value: item.value ?? "" },
      ]),
    ),
    secretVariables: itemsOf(container.secrets, at("secrets")).map(({ item, path }) => ({
      path: [...path, "name"],
      name: item.name ?? "",
    })),
    mounts: itemsOf(container.mountPoints, at("mountPoints")).map(({ item, path }) => ({
      path: [...path, "sourceVolume"],
      name: item.sourceVolume ?? "",
    })),
    dependsOn: itemsOf(container.dependsOn, at("dependsOn")).map(({ item, path }) => ({
      path,
      name: item.containerName ?? "",
      condition: item.condition ?? "",
    })),
    others: [
      ...itemsOf(container.volumesFrom, at("volumesFrom")).map(({ item, path }) => ({
        path: [...path, "sourceContainer"],
        name: item.sourceContainer ?? "",
      })),
      // NAME or NAME:ALIAS
      ...itemsOf(container.links, at("links")).map(({ item, path }) => ({ path, name: item.split(":")[0]! })),
    ],
    ...present({ secrets }),
  };
}

/** Whether something says how large /dev/shm is, or what it is. */
function hasSharedMemory({ linuxParameters = {}, mountPoints }: Container): boolean {
  const { sharedMemorySize = 0, tmpfs } = linuxParameters;
  const paths = [...itemsOf(mountPoints, []), ...itemsOf(tmpfs, [])].map(({ item }) => item.containerPath);
  return sharedMemorySize > 0 || paths.includes("/dev/shm");
}

function readDevice({ hostPath = "", containerPath, ...rest }: Of<typeof device>, path: Path): SubjectDevice {
  const permissions = itemsOf(rest.permissions, []).map(({ item }) => item);
  const neuron = deviceNumber(hostPath);
  return {
    path,
    hostPath,
    containerPath: containerPath ?? hostPath,
    // No permissions, or none in the list, is ECS's default: read, write and mknod.
    ...(permissions.length === 0 ? {} : { permissions }),
    ...present({ neuron }),
  };
}

function readPort({ containerPort, hostPort, protocol = "tcp" }: Of<typeof portMapping>, path: Path): SubjectPort {
  return { path, ...present({ containerPort, hostPort }), protocol };
}

function readRequirement(
  { type = "", value, sharingStrategy }: Of<typeof resourceRequirement>,
  path: Path,
): SubjectRequirement {
  const shareMiB = sharingStrategy?.nvidiaMps?.memory;
  return { path, type, ...present({ value, shareMiB }), mps: sharingStrategy !== undefined };
}

/**
 * Secrets stand in three places of a container, and each needs the execution role.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html
 */
function secretsPath(container: Container, path: Path): Path | undefined {
  const { secrets = [], logConfiguration: { secretOptions = [] } = {}, repositoryCredentials } = container;
  if (secrets.length > 0) return [...path, "secrets"];
  if (secretOptions.length > 0) return [...path, "logConfiguration", "secretOptions"];
  return repositoryCredentials === undefined ? undefined : [...path, "repositoryCredentials"];
}
