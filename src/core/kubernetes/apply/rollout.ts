import { typeOf, type KindDefinition } from "../kind-definition.ts";
import { definitionOf, kinds } from "../kinds.ts";
import type { ResourceReference } from "./read-manifests.ts";

/** What aiplat applies besides a workload, and how its controller says that it is up. */
const others: Readonly<Record<string, KindDefinition["ready"]>> = {
  // aws/karpenter-provider-aws
  EC2NodeClass: { condition: "Ready" },
  NodePool: { condition: "Ready" },
};

function readinessOf({ apiVersion, kind }: Pick<ResourceReference, "apiVersion" | "kind">): KindDefinition["ready"] {
  const [group] = apiVersion.split("/");
  const known = kinds.map(definitionOf).find((each) => {
    const type = typeOf(each);
    return type.kind === kind && type.apiVersion.split("/")[0] === group;
  });
  return known === undefined ? others[kind] : known.ready;
}

/** The arguments by which kubectl waits until a resource is up; undefined for a kind that has no rollout. */
export function rolloutArguments(
  { apiVersion, kind, name, namespace }: ResourceReference,
  timeoutSeconds: number,
): readonly string[] | undefined {
  const where = namespace === undefined ? [] : ["--namespace", namespace];
  const timeout = ["--timeout", `${timeoutSeconds}s`];
  // With its group: `deployment` alone is any group's.
  const resource = `${qualified(kind, apiVersion)}/${name}`;
  const ready = readinessOf({ apiVersion, kind });
  if (ready === undefined) return undefined;
  return ready === "rollout"
    ? ["rollout", "status", resource, ...where, ...timeout]
    : ["wait", `--for=condition=${ready.condition}`, resource, ...where, ...timeout];
}

/** `deployment.v1.apps`: kubectl's RESOURCE.VERSION.GROUP. */
function qualified(kind: string, apiVersion: string): string {
  const [group, version] = apiVersion.split("/") as [string, string?];
  return version === undefined ? kind.toLowerCase() : `${kind.toLowerCase()}.${version}.${group}`;
}
