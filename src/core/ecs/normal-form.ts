import { present } from "../base/present.ts";
import { isRaw, type Raw } from "../base/merge.ts";
import { orderItems } from "./list-items.ts";
import { parseTaskCpu, parseTaskMemory } from "./task-size.ts";

/**
 * The normal form of a task definition: two definitions that mean the same to ECS have the same one, whether they are
 * the input of RegisterTaskDefinition or what DescribeTaskDefinition answers. Defaults are left out, what only the
 * order of a list tells apart is ordered, and what ECS itself adds is dropped.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskDefinition.html
 */
export function normalForm(definition: Raw): Raw {
  const entries = Object.entries(definition).filter(([name]) => !setByEcs.has(name));
  const networkMode = networkModeOf(definition);
  const shared = { ...Object.fromEntries(entries), ...present({ networkMode }) };
  return normalObject(shared, "task", networkMode);
}

/** The tag that names a run: it says who registered a definition, not what it is. */
export const runTag = "aiplat:run";

const setByEcs: ReadonlySet<string> = new Set([
  "taskDefinitionArn",
  "revision",
  "status",
  "requiresAttributes",
  "compatibilities",
  "registeredAt",
  "registeredBy",
  "deregisteredAt",
  "deleteRequestedAt",
]);

/** What ECS takes where a field is left out, by the kind of object that the field is in. */
const defaults: Readonly<Record<string, Raw>> = {
  task: { enableFaultInjection: false },
  containerDefinitions: {
    cpu: 0,
    disableNetworking: false,
    essential: true,
    interactive: false,
    privileged: false,
    pseudoTerminal: false,
    readonlyRootFilesystem: false,
    versionConsistency: "enabled",
  },
  // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
  healthCheck: { interval: 30, retries: 3, startPeriod: 0, timeout: 5 },
  portMappings: { protocol: "tcp" },
  linuxParameters: { initProcessEnabled: false },
  mountPoints: { readOnly: false },
  volumesFrom: { readOnly: false },
  // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EFSVolumeConfiguration.html and the types in it
  efsVolumeConfiguration: { rootDirectory: "/", transitEncryption: "DISABLED" },
  authorizationConfig: { iam: "DISABLED" },
  s3filesVolumeConfiguration: { rootDirectory: "/" },
  dockerVolumeConfiguration: { autoprovision: false, driver: "local", scope: "task" },
};

function normalObject(object: Raw, kind: string, networkMode: string | undefined): Raw {
  const known = Object.hasOwn(defaults, kind) ? defaults[kind]! : {};
  const entries = Object.entries(special(object, kind, networkMode)).map(
    ([name, value]) => [name, normalValue(value, name, networkMode)] as const,
  );
  const kept = entries.filter(
    ([name, value]) => value !== undefined && !(Object.hasOwn(known, name) && known[name] === value),
  );
  return Object.fromEntries(kept.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Undefined for what says nothing: null, an empty list, an empty object. */
function normalValue(value: unknown, name: string, networkMode: string | undefined): unknown {
  if (value === null || value === undefined) return undefined;
  if (Array.isArray(value)) {
    const items = value.map((item) => (isRaw(item) ? normalObject(item, name, networkMode) : item));
    const kept = name === "tags" ? items.filter((item) => !isRaw(item) || item["key"] !== runTag) : items;
    return kept.length === 0 ? undefined : orderItems(name, kept);
  }
  if (!isRaw(value)) return value;
  const normal = normalObject(value, name, networkMode);
  return Object.keys(normal).length === 0 ? undefined : normal;
}

/** Fields whose meaning depends on their neighbours. */
function special(object: Raw, kind: string, networkMode: string | undefined): Raw {
  if (kind === "task") return { ...object, ...sizes(object) };
  if (kind === "portMappings") return normalPort(object, networkMode);
  if (kind === "devices") return normalDevice(object);
  return object;
}

function networkModeOf({ networkMode, requiresCompatibilities, runtimePlatform }: Raw): string | undefined {
  if (typeof networkMode === "string" && networkMode !== "") return networkMode;
  const compatibilities: readonly unknown[] = Array.isArray(requiresCompatibilities) ? requiresCompatibilities : [];
  if (compatibilities.includes("FARGATE")) return "awsvpc";
  const windows = isRaw(runtimePlatform) && String(runtimePlatform["operatingSystemFamily"]).startsWith("WINDOWS");
  // Managed Instances and Windows have no bridge.
  return windows ||
    (compatibilities.length > 0 && !compatibilities.includes("EC2") && !compatibilities.includes("EXTERNAL"))
    ? undefined
    : "bridge";
}

function sizes({ cpu, memory }: Raw): Raw {
  const units = parseTaskCpu(String(cpu));
  const mib = parseTaskMemory(String(memory));
  return {
    ...(units === undefined ? {} : { cpu: String(units) }),
    ...(mib === undefined ? {} : { memory: String(mib) }),
  };
}

/**
 * In bridge mode host port 0 and none are a port that ECS chooses; in host and awsvpc mode none is the container's own.
 */
function normalPort({ hostPort, ...port }: Raw, networkMode: string | undefined): Raw {
  if (hostPort !== undefined && hostPort !== null && hostPort !== 0) return { ...port, hostPort };
  return networkMode === "host" || networkMode === "awsvpc" ? { ...port, hostPort: port["containerPort"] } : port;
}

/** "By default, the container has permissions for read, write, and mknod"; the path in the container is the host's. */
function normalDevice({ permissions, ...device }: Raw): Raw {
  const all = Array.isArray(permissions) && ["read", "write", "mknod"].every((each) => permissions.includes(each));
  return { ...device, containerPath: device["containerPath"] ?? device["hostPath"], ...(all ? {} : { permissions }) };
}
