import { present } from "../../base/present.ts";
import { deviceNumber } from "../../catalog/slots.ts";
import type { Path } from "../../base/problem.ts";
import { isRaw, type Raw } from "../../base/merge.ts";
import { parseTaskCpu, parseTaskMemory } from "../task-size.ts";
import { ShapeReader } from "./shape-reader.ts";
import type { Subject, SubjectContainer, SubjectDevice, SubjectPort, SubjectRequirement } from "./subject.ts";

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
    ...present({ cpu, memoryMiB }),
    hasExecutionRole: reader.text(raw["executionRoleArn"], ["executionRoleArn"]) !== undefined,
    constraints: reader.objects(raw["placementConstraints"], ["placementConstraints"]).map(({ value, path }) => ({
      path,
      type: reader.text(value["type"], [...path, "type"]) ?? "",
      expression: reader.text(value["expression"], [...path, "expression"]) ?? "",
    })),
    containers: reader
      .objects(raw["containerDefinitions"], ["containerDefinitions"])
      .map(({ value, path }) => readContainer(reader, value, path)),
    ...(accelerators.length === 0 ? {} : { inferenceAccelerators: ["inferenceAccelerators"] }),
    misshapen: reader.breaches,
  };
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
    ...present({ image, cpu, memory, memoryReservation }),
    privileged: reader.flag(raw["privileged"], at("privileged")),
    devices: reader
      .objects(linux["devices"], at("linuxParameters", "devices"))
      .map((each) => readDevice(reader, each.value, each.path)),
    addedCapabilities: reader.texts(capabilities["add"], at("linuxParameters", "capabilities", "add")),
    droppedCapabilities: reader.texts(capabilities["drop"], at("linuxParameters", "capabilities", "drop")),
    ports: reader
      .objects(raw["portMappings"], at("portMappings"))
      .map((each) => readPort(reader, each.value, each.path)),
    requirements: reader
      .objects(raw["resourceRequirements"], at("resourceRequirements"))
      .map((each) => readRequirement(reader, each.value, each.path)),
    environment: new Map(
      reader
        .objects(raw["environment"], at("environment"))
        .map(({ value, path }) => [
          reader.text(value["name"], [...path, "name"]) ?? "",
          { path: [...path, "value"], value: reader.text(value["value"], [...path, "value"]) ?? "" },
        ]),
    ),
    ...present({ secrets }),
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
    ...present({ neuron }),
  };
}

function readPort(reader: ShapeReader, raw: Raw, path: Path): SubjectPort {
  const containerPort = reader.number(raw["containerPort"], [...path, "containerPort"]);
  const hostPort = reader.number(raw["hostPort"], [...path, "hostPort"]);
  return {
    path,
    ...present({ containerPort, hostPort }),
    protocol: reader.text(raw["protocol"], [...path, "protocol"]) ?? "tcp",
  };
}

function readRequirement(reader: ShapeReader, raw: Raw, path: Path): SubjectRequirement {
  const value = reader.text(raw["value"], [...path, "value"]);
  const sharing = reader.object(raw["sharingStrategy"], [...path, "sharingStrategy"]);
  const mpsPath = [...path, "sharingStrategy", "nvidiaMps"];
  const mps = reader.object(sharing?.["nvidiaMps"], mpsPath);
  const shareMiB = reader.number(mps?.["memory"], [...mpsPath, "memory"]);
  return {
    path,
    type: reader.text(raw["type"], [...path, "type"]) ?? "",
    ...present({ value, shareMiB }),
    mps: sharing !== undefined,
  };
}

/**
 * Secrets stand in three places of a container, and each needs the execution role.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html
 */
function secretsPath(raw: Raw, path: Path): Path | undefined {
  const filled = (value: unknown) => Array.isArray(value) && value.length > 0;
  if (filled(raw["secrets"])) return [...path, "secrets"];
  const log = raw["logConfiguration"];
  if (isRaw(log) && filled(log["secretOptions"])) return [...path, "logConfiguration", "secretOptions"];
  return isRaw(raw["repositoryCredentials"]) ? [...path, "repositoryCredentials"] : undefined;
}
