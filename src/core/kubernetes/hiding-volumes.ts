/** The empty volumes that aiplat adds to a pod, where the user mounts something of their own. */
import { isRaw, type Raw } from "../base/merge.ts";
import type { Manifest, PodTemplate } from "./manifest.ts";
import { addedVolumes, compileCacheVolume } from "./volumes.ts";

type Names = ReadonlySet<unknown>;

/** Whether a volume is still the empty one that aiplat made: raw fields may have put another under its name. */
function isAdded(volume: Raw): boolean {
  return addedVolumes.has(volume["name"]) && isRaw(volume["emptyDir"]);
}

/**
 * The document without the volumes of aiplat's that would hide the user's, in every pod that stands in it: an empty
 * compile cache at or below what the user mounts would hide what is kept there.
 */
export function withoutHidingVolumes<Document extends Manifest | PodTemplate>(document: Document): Document {
  return settle(document, new Set()) as Document;
}

function settle(value: unknown, added: Names): unknown {
  if (Array.isArray(value)) return value.map((item) => settle(item, added));
  if (!isRaw(value)) return value;
  const volumes = listOf(value, "volumes");
  const here = volumes.length === 0 ? added : new Set(volumes.filter(isAdded).map(({ name }) => name));
  const settled = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, settle(item, here)]));
  const mounts = listOf(value, "volumeMounts");
  const visible = withList(settled, "volumeMounts", (mount) => !hides(mount, mounts, here));
  if (here.size === 0) return visible;
  // What nothing mounts any more is of no use.
  const mounted = mountedNames(visible);
  return withList(visible, "volumes", ({ name }) => !here.has(name) || mounted.has(name));
}

/** Whether a mount of ours lies where one of the user's does. */
function hides({ name, mountPath }: Raw, mounts: readonly Raw[], added: Names): boolean {
  if (!added.has(name)) return false;
  const place = segments(mountPath);
  return mounts
    .filter((mount) => !added.has(mount["name"]))
    .map((mount) => segments(mount["mountPath"]))
    .some(
      (path) =>
        path.every((segment, index) => place[index] === segment) &&
        // The host's /dev does not give the pod a shared memory of its own.
        (name === compileCacheVolume || path.length === place.length),
    );
}

/** The value with the items of one of its lists that are kept; without the list where none is. */
function withList(value: Raw, key: string, keep: (item: Raw) => boolean): Raw {
  const list = listOf(value, key);
  const kept = list.filter(keep);
  if (kept.length === list.length) return value;
  const { [key]: _list, ...rest } = value;
  return kept.length === 0 ? rest : { ...value, [key]: kept };
}

function listOf(value: Raw, key: string): readonly Raw[] {
  const list = value[key];
  return Array.isArray(list) ? list.filter(isRaw) : [];
}

/** The names of all volumes that are mounted within. */
function mountedNames(value: unknown): Names {
  if (Array.isArray(value)) return new Set(value.flatMap((item) => [...mountedNames(item)]));
  if (!isRaw(value)) return new Set();
  const own = listOf(value, "volumeMounts").map(({ name }) => name);
  return new Set([...own, ...Object.values(value).flatMap((item) => [...mountedNames(item)])]);
}

function segments(path: unknown): readonly string[] {
  return String(path)
    .split("/")
    .filter((segment) => segment !== "" && segment !== ".");
}
