import { deviceNumber } from "../../devices/slots.ts";
import type { Path } from "../../problem.ts";
import { isRaw, type Raw } from "../../workload/merge.ts";
import { parseTaskCpu, parseTaskMemory } from "../task-size.ts";
import type { Breach } from "./rule.ts";
import { ShapeReader } from "./shape-reader.ts";

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

export interface SubjectRequirement extends Placed {
  readonly type: string;
  readonly value?: string;
  readonly mps: boolean;
}

export interface SubjectVariable extends Placed {
  readonly value: string;
}

export interface SubjectContainer extends Placed {
  readonly name: string;
  readonly image?: string;
  readonly cpu?: number;
  readonly memory?: number;
  readonly memoryReservation?: number;
  readonly privileged: boolean;
  readonly devices: readonly SubjectDevice[];
  readonly addedCapabilities: readonly string[];
  readonly ports: readonly SubjectPort[];
  readonly requirements: readonly SubjectRequirement[];
  readonly environment: ReadonlyMap<string, SubjectVariable>;
  /** Where the container asks for secrets of Secrets Manager or SSM. */
  readonly secrets?: Path;
}

export interface SubjectConstraint extends Placed {
  readonly type: string;
  readonly expression: string;
}

/** A task definition as the rules read it: only what they look at, every part with its place. */
export interface Subject {
  /** `bridge` where it is left out and the task runs on EC2. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html */
  readonly networkMode: string;
  readonly networkModeGiven: boolean;
  readonly compatibilities: readonly string[];
  /** Task-level CPU units. */
  readonly cpu?: number;
  /** Task-level memory. */
  readonly memoryMiB?: number;
  readonly hasExecutionRole: boolean;
  readonly constraints: readonly SubjectConstraint[];
  readonly containers: readonly SubjectContainer[];
  readonly inferenceAccelerators?: Path;
  /** Parts that have another type than the API takes. */
  readonly misshapen: readonly Breach[];
}

/** Reads a task definition of any origin. Parts of a wrong type are left out and listed in `misshapen`. */
export function readSubject(raw: Raw): Subject {
  const reader = new ShapeReader();
  const compatibilities = reader.texts(raw["requiresCompatibilities"], ["requiresCompatibilities"]);
  const networkMode = reader.text(raw["networkMode"], ["networkMode"]);
  const cpu = parseTaskCpu(reader.text(raw["cpu"], ["cpu"]) ?? "");
  const memoryMiB = parseTaskMemory(reader.text(raw["memory"], ["memory"]) ?? "");
  const accelerators = reader.list(raw["inferenceAccelerators"], ["inferenceAccelerators"]);
  return {
    networkMode: networkMode ?? (compatibilities.includes("FARGATE") ? "awsvpc" : "bridge"),
    networkModeGiven: networkMode !== undefined,
    compatibilities,
    ...(cpu === undefined ? {} : { cpu }),
    ...(memoryMiB === undefined ? {} : { memoryMiB }),
    hasExecutionRole: reader.text(raw["executionRoleArn"], ["executionRoleArn"]) !== undefined,
    constraints: reader.objects(raw["placementConstraints"], ["placementConstraints"]).map(({ value, path }) => ({
      path,
      type: reader.text(value["type"], [...path, "type"]) ?? "",
      expression: reader.text(value["expression"], [...path, "expression"]) ?? "",
    })),
    containers: reader.objects(raw["containerDefinitions"], ["containerDefinitions"]).map(({ value, path }) => readContainer(reader, value, path)),
    ...(accelerators.length === 0 ? {} : { inferenceAccelerators: ["inferenceAccelerators"] }),
    misshapen: reader.breaches,
  };
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

function readContainer(reader: ShapeReader, raw: Raw, path: Path): SubjectContainer {
  const at = (...keys: Path) => [...path, ...keys];
  const image = reader.text(raw["image"], at("image"));
  const cpu = reader.number(raw["cpu"], at("cpu"));
  const memory = reader.number(raw["memory"], at("memory"));
  const memoryReservation = reader.number(raw["memoryReservation"], at("memoryReservation"));
  const linux = reader.object(raw["linuxParameters"], at("linuxParameters")) ?? {};
  const capabilities = reader.object(linux["capabilities"], at("linuxParameters", "capabilities")) ?? {};
  const secrets = secretsPath(raw, path);
  return {
    path,
    name: reader.text(raw["name"], at("name")) ?? "",
    ...(image === undefined ? {} : { image }),
    ...(cpu === undefined ? {} : { cpu }),
    ...(memory === undefined ? {} : { memory }),
    ...(memoryReservation === undefined ? {} : { memoryReservation }),
    privileged: reader.flag(raw["privileged"], at("privileged")),
    devices: reader.objects(linux["devices"], at("linuxParameters", "devices")).map((each) => readDevice(reader, each.value, each.path)),
    addedCapabilities: reader.texts(capabilities["add"], at("linuxParameters", "capabilities", "add")),
    ports: reader.objects(raw["portMappings"], at("portMappings")).map((each) => readPort(reader, each.value, each.path)),
    requirements: reader.objects(raw["resourceRequirements"], at("resourceRequirements")).map((each) => readRequirement(reader, each.value, each.path)),
    environment: new Map(
      reader.objects(raw["environment"], at("environment")).map(({ value, path }) => [
        reader.text(value["name"], [...path, "name"]) ?? "",
        { path: [...path, "value"], value: reader.text(value["value"], [...path, "value"]) ?? "" },
      ]),
    ),
    ...(secrets === undefined ? {} : { secrets }),
  };
}

function readDevice(reader: ShapeReader, raw: Raw, path: Path): SubjectDevice {
  const hostPath = reader.text(raw["hostPath"], [...path, "hostPath"]) ?? "";
  const permissions = reader.texts(raw["permissions"], [...path, "permissions"]);
  const neuron = deviceNumber(hostPath);
  return {
    path,
    hostPath,
    containerPath: reader.text(raw["containerPath"], [...path, "containerPath"]) ?? hostPath,
    // No permissions, or none in the list, is ECS's default: read, write and mknod.
    ...(permissions.length === 0 ? {} : { permissions }),
    ...(neuron === undefined ? {} : { neuron }),
  };
}

function readPort(reader: ShapeReader, raw: Raw, path: Path): SubjectPort {
  const containerPort = reader.number(raw["containerPort"], [...path, "containerPort"]);
  const hostPort = reader.number(raw["hostPort"], [...path, "hostPort"]);
  return {
    path,
    ...(containerPort === undefined ? {} : { containerPort }),
    ...(hostPort === undefined ? {} : { hostPort }),
    protocol: reader.text(raw["protocol"], [...path, "protocol"]) ?? "tcp",
  };
}

function readRequirement(reader: ShapeReader, raw: Raw, path: Path): SubjectRequirement {
  const value = reader.text(raw["value"], [...path, "value"]);
  return {
    path,
    type: reader.text(raw["type"], [...path, "type"]) ?? "",
    ...(value === undefined ? {} : { value }),
    mps: reader.object(raw["sharingStrategy"], [...path, "sharingStrategy"]) !== undefined,
  };
}

/** Secrets stand in three places of a container, and each needs the execution role. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html */
function secretsPath(raw: Raw, path: Path): Path | undefined {
  const filled = (value: unknown) => Array.isArray(value) && value.length > 0;
  if (filled(raw["secrets"])) return [...path, "secrets"];
  const log = raw["logConfiguration"];
  if (isRaw(log) && filled(log["secretOptions"])) return [...path, "logConfiguration", "secretOptions"];
  return isRaw(raw["repositoryCredentials"]) ? [...path, "repositoryCredentials"] : undefined;
}
