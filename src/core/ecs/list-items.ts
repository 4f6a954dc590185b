import { deviceNumber } from "../catalog/slots.ts";
import type { Raw } from "../base/merge.ts";

/**
 * The lists of a task definition, and of a service, whose order means nothing to ECS, and what tells two items apart.
 * Any other list (command, entryPoint, dnsServers, environmentFiles) keeps its order.
 */
const keys: Readonly<Record<string, (item: Raw) => string>> = {
  capacityProviderStrategy: by("capacityProvider"),
  containerDefinitions: by("name"),
  dependsOn: by("containerName"),
  devices: by("hostPath"),
  environment: by("name"),
  extraHosts: by("hostname"),
  inferenceAccelerators: by("deviceName"),
  loadBalancers: (item) => text(item["targetGroupArn"] ?? item["loadBalancerName"]),
  mountPoints: by("containerPath"),
  portMappings: (item) =>
    `${text(item["containerPort"] ?? item["containerPortRange"])}/${text(item["protocol"] ?? "tcp")}`,
  properties: by("name"),
  resourceRequirements: by("type"),
  secretOptions: by("name"),
  secrets: by("name"),
  serviceRegistries: by("registryArn"),
  systemControls: by("namespace"),
  tags: by("key"),
  tmpfs: by("containerPath"),
  ulimits: by("name"),
  volumeConfigurations: by("name"),
  volumes: by("name"),
  volumesFrom: by("sourceContainer"),
};

/** Lists of plain words, and of constraints, that ECS takes as sets. */
const sets: ReadonlySet<string> = new Set([
  "add",
  "credentialSpecs",
  "dockerSecurityOptions",
  "drop",
  "links",
  "mountOptions",
  "permissions",
  "placementConstraints",
  "requiresCompatibilities",
  "securityGroups",
  "subnets",
]);

/** What tells the items of a list apart, e.g. the name of an environment variable; undefined where nothing does. */
export function itemKey(list: string): ((item: Raw) => string) | undefined {
  return Object.hasOwn(keys, list) ? keys[list] : undefined;
}

/** The items in one order, whatever order they came in; as they are where the order means something. */
export function orderItems(list: string, items: readonly unknown[]): readonly unknown[] {
  const key = itemKey(list);
  if (key === undefined && !sets.has(list)) return items;
  const rank = (item: unknown) =>
    key === undefined || typeof item !== "object" || item === null ? "" : sortable(key(item as Raw));
  const entries = items.map((item) => ({ item, rank: rank(item), content: JSON.stringify(item) }));
  return entries
    .sort((one, other) => compare(one.rank, other.rank) || compare(one.content, other.content))
    .map(({ item }) => item);
}

/** Numbers in numeric order: /dev/neuron2 before /dev/neuron10, port 80 before 8080. */
function sortable(key: string): string {
  const device = deviceNumber(key);
  const number = device ?? (/^\d/.test(key) ? Number.parseInt(key, 10) : undefined);
  return number === undefined
    ? key
    : `${device === undefined ? "" : "/dev/neuron"}${String(number).padStart(9, "0")} ${key}`;
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function by(name: string): (item: Raw) => string {
  return (item) => text(item[name]);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
