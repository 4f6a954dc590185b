import { isRaw, type Raw } from "../base/merge.ts";
import type { Path } from "../base/problem.ts";
import type { ResolvedWorkload } from "../workload/resolved.ts";
import { modelFetchName } from "../workload/model-fetch.ts";
import { isMachineMount, mountAttribute } from "./volumes.ts";
import { taskDefinitionLists } from "./task-definition-lists.ts";

const root: Path = ["ecs", "taskDefinition"];
const constraintList: Path = ["ecs", "placement", "constraints"];

/**
 * Where the workload file says what stands at a path of a task definition that was made of it: the raw field, else the
 * key that it was generated from, else the raw field around it.
 */
export function writtenPath(workload: ResolvedWorkload, definition: Raw, path: Path): Path {
  const { taskDefinition } = workload.ecs;
  if (taskDefinition === undefined) return wordFor(workload, definition, path) ?? [];
  const raw = pathInRaw(taskDefinition, definition, path);
  const word = raw.length === path.length ? undefined : wordFor(workload, definition, path);
  return word ?? [...root, ...raw];
}

/** As far as the raw fields go along the path. The items of a merged list have other places than in the raw one. */
function pathInRaw(raw: unknown, merged: unknown, [key, ...rest]: Path, list = ""): Path {
  if (key === undefined) return [];
  if (typeof key === "number") {
    const item = Array.isArray(merged) ? (merged[key] as unknown) : undefined;
    const index = Array.isArray(raw) ? placeOf(item, raw, key, list) : -1;
    return index < 0 ? [] : [index, ...pathInRaw((raw as readonly unknown[])[index], item, rest)];
  }
  if (!isRaw(raw) || !Object.hasOwn(raw, key)) return [];
  return [key, ...pathInRaw(raw[key], isRaw(merged) ? merged[key] : undefined, rest, key)];
}

/** Where the raw list has an item of the merged one; -1 where the item is aiplat's. */
function placeOf(item: unknown, raw: readonly unknown[], index: number, list: string): number {
  const keyOf = list in added ? added[list] : taskDefinitionLists[list];
  if (keyOf === undefined) return index < raw.length ? index : -1;
  return isRaw(item) ? raw.findIndex((each) => isRaw(each) && keyOf(each) === keyOf(item)) : raw.indexOf(item);
}

/** Lists to which aiplat adds its own. */
const added: Readonly<Record<string, (item: Raw) => string>> = {
  placementConstraints: (item) => `${String(item["type"])} ${String(item["expression"])}`,
  tags: (item) => String(item["key"]),
};

/** What a field of the definition, and one of the workload's own container, is generated from. */
const taskWords: Readonly<Record<string, Path>> = {
  networkMode: ["ecs", "networkMode"],
  taskRoleArn: ["roles", "task"],
  executionRoleArn: ["roles", "execution"],
  cpu: ["resources", "cpu"],
  memory: ["resources", "memory"],
};
const containerWords: Readonly<Record<string, Path>> = {
  name: ["container"],
  image: ["image"],
  entryPoint: ["entryPoint"],
  command: ["command"],
  workingDirectory: ["workingDirectory"],
  user: ["user"],
  readonlyRootFilesystem: ["readOnlyRoot"],
  ulimits: ["ulimits"],
  stopTimeout: ["stop", "timeoutSeconds"],
  cpu: ["resources", "cpu"],
  memory: ["resources", "memory"],
  healthCheck: ["health"],
  logConfiguration: ["logs"],
  linuxParameters: ["accelerator"],
  resourceRequirements: ["accelerator"],
};

function wordFor(workload: ResolvedWorkload, definition: Raw, path: Path): Path | undefined {
  const [field, index, ...rest] = path;
  if (field === "containerDefinitions") return containerWord(workload, itemAt(definition[field], index), rest);
  if (field === "placementConstraints")
    return index === undefined ? constraintList : constraintWord(workload, itemAt(definition[field], index));
  if (field === "volumes") return volumeWord(workload, itemAt(definition[field], index)["name"]);
  if (field === "tags") return ["tags", String(itemAt(definition[field], index)["key"])];
  return taskWords[String(field)];
}

function containerWord(workload: ResolvedWorkload, container: Raw, [field, index]: Path): Path | undefined {
  if (container["name"] !== workload.container) return besideWord(workload, container, field, index);
  const name = String(field);
  const item = itemAt(container[name], index);
  if (name === "environment" || name === "secrets") return [name, String(item["name"])];
  if (name === "portMappings") {
    const port = workload.ports.findIndex(
      ({ container: number, protocol }) => number === item["containerPort"] && protocol === item["protocol"],
    );
    return port < 0 ? undefined : ["ports", port];
  }
  if (name === "mountPoints") return volumeWord(workload, item["sourceVolume"]);
  return name === "linuxParameters" && index === "sharedMemorySize" ? ["sharedMemory"] : containerWords[name];
}

/** What a field of a container of `init` or `sidecars` is generated from; the container, where it has no key of its own. */
function besideWord(
  workload: ResolvedWorkload,
  container: Raw,
  field: string | number | undefined,
  index: string | number | undefined,
): Path | undefined {
  if (container["name"] === modelFetchName && workload.model?.path !== undefined) return ["model"];
  for (const list of ["init", "sidecars"] as const) {
    const at = workload[list].findIndex(({ name }) => name === container["name"]);
    if (at < 0) continue;
    const item = itemAt(container[String(field)], index);
    if (field === "environment" || field === "secrets") return [list, at, field, String(item["name"])];
    const word = besideWords[String(field)];
    return [list, at, ...(word ?? [])];
  }
  return undefined;
}

const besideWords: Readonly<Record<string, Path>> = {
  name: ["name"],
  image: ["image"],
  entryPoint: ["entryPoint"],
  command: ["command"],
  cpu: ["resources", "cpu"],
  memory: ["resources", "memory"],
  portMappings: ["ports"],
  mountPoints: ["mounts"],
  healthCheck: ["health"],
  linuxParameters: ["devices"],
};

function volumeWord({ volumes }: ResolvedWorkload, name: unknown): Path | undefined {
  const index = volumes.findIndex((volume) => volume.name === name);
  return index < 0 ? undefined : ["volumes", index];
}

function constraintWord({ ecs, volumes }: ResolvedWorkload, { expression }: Raw): Path {
  const mounts = volumes.filter(isMachineMount);
  const mount = mounts.find(({ name }) => String(expression).includes(`${mountAttribute(name)} `));
  if (mount !== undefined) return ["volumes", volumes.indexOf(mount)];
  const index = (ecs.placement?.constraints ?? []).findIndex((each) => each === expression);
  return index < 0 ? ["accelerator", "instanceTypes"] : [...constraintList, index];
}

function itemAt(list: unknown, index: string | number | undefined): Raw {
  const item: unknown = Array.isArray(list) && typeof index === "number" ? list[index] : undefined;
  return isRaw(item) ? item : {};
}
