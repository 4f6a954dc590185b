import { own } from "../base/merge.ts";
import type * as z from "zod/mini";
import { nearestNames } from "../base/nearest.ts";
import { listOr, type Path } from "../base/problem.ts";

/** What other tools call things that have a name of their own here. */
const otherNames: Readonly<Record<string, string>> = {
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
  retentionindays: "logs.retentionDays",
  readonlyrootfilesystem: "readOnlyRoot",
  shmsize: "sharedMemory",
  stopgraceperiod: "stop.timeoutSeconds",
  stoptimeout: "stop.timeoutSeconds",
  taskrolearn: "roles.task",
  terminationgraceperiodseconds: "stop.timeoutSeconds",
  vcpu: "resources.cpu",
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
  const other = own(otherNames, key.toLowerCase().replace(/[_-]/g, ""));
  if (other !== undefined && !here.some((each) => each.toLowerCase() === key.toLowerCase())) {
    return here.includes(other)
      ? { hint: `Write ${other} instead.`, meant: [...path, other] }
      : { hint: `Write ${other} instead.`, meant: other.split(".") };
  }
  const near = nearestNames(key, here, 1)[0];
  if (near !== undefined) return { hint: `Did you mean ${near}?`, meant: [...path, near] };
  const elsewhere = everyKey(schema).filter((each) => each.at(-1)?.toLowerCase() === key.toLowerCase());
  if (elsewhere.length > 0)
    return {
      hint: `It belongs elsewhere: ${listOr(elsewhere.map((each) => each.join(".")))}.`,
      ...(elsewhere.length === 1 ? { meant: elsewhere[0]! } : {}),
    };
  return { hint: `Legal here: ${here.filter((each) => each !== "$schema").join(", ")}.` };
}

function everyKey(schema: z.core.$ZodType, path: readonly string[] = []): readonly (readonly string[])[] {
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
