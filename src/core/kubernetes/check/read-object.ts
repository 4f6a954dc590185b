/** Reads parts of what kubectl prints, whatever is missing in it. */
import { isRaw, type Raw } from "../../base/merge.ts";
import type { KubernetesObject } from "./snapshot.ts";

/** The map at a path; an empty one where there is none. */
export function at(value: unknown, ...path: readonly string[]): KubernetesObject {
  const found = path.reduce<unknown>((each, key) => (isRaw(each) ? each[key] : undefined), value);
  return isRaw(found) ? found : {};
}

/** The maps of the list under a key; none where there is no such list. */
export function listAt(value: KubernetesObject, key: string): readonly Raw[] {
  const list = value[key];
  return Array.isArray(list) ? list.filter(isRaw) : [];
}

/** The text under a key. */
export function textAt(value: KubernetesObject, key: string): string | undefined {
  const text = value[key];
  return typeof text === "string" ? text : undefined;
}

/** `ml/bert`, or the name alone of what has no namespace. */
export function nameOf(object: KubernetesObject): string {
  const { namespace, name } = at(object, "metadata");
  return [namespace, name].filter(Boolean).map(String).join("/");
}

/** The specs of an object's pods: its own, its template's, its job template's. */
export function podSpecs(object: KubernetesObject): readonly KubernetesObject[] {
  return [
    at(object, "spec"),
    at(object, "spec", "template", "spec"),
    at(object, "spec", "jobTemplate", "spec", "template", "spec"),
  ];
}

/** What stands for itself: the pods of a Deployment are told of once, with their owner. */
export function isOwned(object: KubernetesObject): boolean {
  return Array.isArray(at(object, "metadata")["ownerReferences"]);
}
