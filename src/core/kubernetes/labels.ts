/** https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/ */
import type { ResolvedWorkload } from "../workload/resolved.ts";

export const nameLabel = "app.kubernetes.io/name";
export const instanceLabel = "app.kubernetes.io/instance";
export const managedByLabel = "app.kubernetes.io/managed-by";
export const componentLabel = "app.kubernetes.io/component";

/** Values of the component label: the pods with devices, where there are several of them or others beside them. */
export const components = { node: "node", coordinator: "coordinator" } as const;

/**
 * What a label's or an annotation's key may be.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
 */
export function isLabelKey(key: string): boolean {
  const slash = key.indexOf("/");
  const prefix = slash < 0 ? undefined : key.slice(0, slash);
  const name = key.slice(slash + 1);
  return (
    /^[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?$/.test(name) &&
    (prefix === undefined ||
      (prefix.length <= 253 && /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/.test(prefix)))
  );
}

export function isLabelValue(value: string): boolean {
  return value === "" || /^[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?$/.test(value);
}

/**
 * Labels by which aiplat and people find what belongs to a workload again; on EKS they are the tags of the contract.
 */
export function ownLabels(workload: ResolvedWorkload, name: string): Readonly<Record<string, string>> {
  return { [nameLabel]: workload.name, [instanceLabel]: name, [managedByLabel]: "aiplat" };
}

/** Of what several workloads may share: neither of them owns it alone. */
export const sharedLabels: Readonly<Record<string, string>> = { [managedByLabel]: "aiplat" };

/** The user's tags as labels, or as annotations where the value is none; rules.ts refuses keys that can be neither. */
export function tagMetadata({ tags }: ResolvedWorkload): {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
} {
  const entries = Object.entries(tags);
  return {
    labels: Object.fromEntries(entries.filter(([, value]) => isLabelValue(value))),
    annotations: Object.fromEntries(entries.filter(([, value]) => !isLabelValue(value))),
  };
}

/** What selects the pods of a resource. */
export function selectorOf(name: string): Readonly<Record<string, string>> {
  return { [instanceLabel]: name };
}
