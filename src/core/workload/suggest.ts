import { own } from "../base/merge.ts";
import type * as z from "zod/mini";
import { nearestNames } from "../base/nearest.ts";
import { listOr, pathText, type Path } from "../base/problem.ts";

/** What other tools call things that have a name of their own here; of two the first is right where it is legal. */
const otherNames: Readonly<Record<string, string | readonly [string, string]>> = {
  args: "command",
  cmd: "command",
  containerport: "container",
  count: "replicas",
  devices: "accelerator.devicesPerReplica",
  desiredcount: "replicas",
  env: "environment",
  executionrolearn: "roles.execution",
  gpu: "accelerator.devicesPerReplica",
  gpus: "accelerator.devicesPerReplica",
  healthcheck: "health",
  hostport: "host",
  initcontainers: "init",
  instancecount: "nodes",
  instancetype: "accelerator.instanceTypes",
  loggroup: "logs.group",
  mem: "resources.memory",
  mountpoints: ["mounts", "volumes"],
  retentionindays: "logs.retentionDays",
  readonlyrootfilesystem: "readOnlyRoot",
  shmsize: "sharedMemory",
  stopgraceperiod: "stop.timeoutSeconds",
  stoptimeout: "stop.timeoutSeconds",
  taskrolearn: "roles.task",
  terminationgraceperiodseconds: "stop.timeoutSeconds",
  vcpu: "resources.cpu",
  volumemounts: ["mounts", "volumes"],
  workdir: "workingDirectory",
  workingdir: "workingDirectory",
};

/** The keys that are legal in the map at a path; empty where any key is, or where there is no map. */
export function legalKeysAt(schema: z.core.$ZodType, path: Path): readonly string[] {
  return objectsAt(schema, path).flatMap((each) => Object.keys(each._zod.def.shape));
}

/** What to write instead of a key that is not legal in the map at a path. */
export function suggestKey(
  schema: z.core.$ZodType,
  path: Path,
  key: string,
): { readonly hint: string; readonly meant?: Path } {
  const here = legalKeysAt(schema, path);
  const others = own(otherNames, key.toLowerCase().replace(/[_-]/g, ""));
  if (others !== undefined && !here.some((each) => each.toLowerCase() === key.toLowerCase())) {
    const [mine, elsewhere] = typeof others === "string" ? ([others, others] as const) : others;
    const isHere = here.includes(mine.split(".")[0]!);
    const other = isHere ? mine : elsewhere;
    return { hint: `Write ${other} instead.`, meant: [...(isHere ? path : []), ...other.split(".")] };
  }
  const near = nearestNames(key, here, 1)[0];
  if (near !== undefined) return { hint: `Did you mean ${near}?`, meant: [...path, near] };
  // An item of a list, a sidecar say, has words of its own before those of the workload.
  const item = path.slice(0, path.findLastIndex((each) => typeof each === "number") + 1);
  const keysIn = (place: Path) =>
    everyKey(schema, place).filter((each) => String(each.at(-1)).toLowerCase() === key.toLowerCase());
  const inItem = keysIn(item);
  const elsewhere = inItem.length > 0 ? inItem : keysIn([]);
  if (elsewhere.length > 0)
    return {
      hint: `It belongs elsewhere: ${listOr(elsewhere.map(pathText))}.`,
      ...(elsewhere.length === 1 ? { meant: elsewhere[0]! } : {}),
    };
  return { hint: `Legal here: ${here.filter((each) => each !== "$schema").join(", ")}.` };
}

function everyKey(schema: z.core.$ZodType, path: Path): readonly Path[] {
  return legalKeysAt(schema, path).flatMap((key) => [[...path, key], ...everyKey(schema, [...path, key])]);
}

function objectsAt(schema: z.core.$ZodType, path: Path): readonly z.core.$ZodObject[] {
  const { def } = schema._zod as z.core.$ZodTypes["_zod"];
  if (def.type === "optional") return objectsAt(def.innerType, path);
  if (def.type === "union") return def.options.flatMap((option) => objectsAt(option, path));
  if (path.length === 0) return def.type === "object" ? [schema as z.core.$ZodObject] : [];
  const [segment, ...rest] = path;
  if (def.type === "object") {
    const inner = Object.hasOwn(def.shape, String(segment)) ? def.shape[String(segment)] : undefined;
    return inner === undefined ? [] : objectsAt(inner, rest);
  }
  if (def.type === "array") return typeof segment === "number" ? objectsAt(def.element, rest) : [];
  if (def.type === "record") return objectsAt(def.valueType, rest);
  return [];
}
