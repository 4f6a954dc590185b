/** Whether a node is one that a pod may run on: selector, affinity, taints. */
import type { Raw } from "../../base/merge.ts";
import { listOr } from "../../base/problem.ts";
import { zoneLabel } from "../placement.ts";
import { instanceTypeLabel, type ClusterNode, type Taint } from "./cluster-node.ts";
import type { NodeReason } from "./node-fit.ts";
import { at, listAt, textAt } from "./read-object.ts";

/** Why the pod's selector and required affinity leave the node out; of several terms, the one that fails least. */
export function affinityReasons(spec: Raw, node: ClusterNode): readonly NodeReason[] {
  const selector = Object.entries(at(spec, "nodeSelector")).flatMap(([key, value]) =>
    expressionReasons({ key, operator: "In", values: [value] }, node),
  );
  const terms = listAt(
    at(spec, "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"),
    "nodeSelectorTerms",
  ).map((term) => [
    ...listAt(term, "matchExpressions").flatMap((each) => expressionReasons(each, node)),
    ...listAt(term, "matchFields").flatMap((each) => expressionReasons(each, node, { "metadata.name": node.name })),
  ]);
  const [least = []] = terms.toSorted((one, other) => one.length - other.length);
  return [...selector, ...least];
}

/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/node-selector-requirement/ */
function expressionReasons(
  { key, operator, values }: Raw,
  { labels, instanceType }: ClusterNode,
  among: Raw = labels,
): readonly NodeReason[] {
  const name = String(key);
  const wanted = Array.isArray(values) ? values.map(String) : [];
  const found = textAt(among, name);
  if (isMet(String(operator), wanted, found)) return [];
  if (name === instanceTypeLabel)
    return [{ code: "TYPE", message: `is ${instanceType}; the pod is for ${listOr(wanted)}` }];
  const asked = `${name} ${String(operator)}${wanted.length === 0 ? "" : ` ${wanted.join(", ")}`}`;
  const has = found === undefined ? `has no ${name}` : `has ${name}=${found}`;
  return [{ code: name === zoneLabel ? "LOCATION" : "CONSTRAINT", message: `${has}; the pod asks for ${asked}` }];
}

function isMet(operator: string, wanted: readonly string[], found: string | undefined): boolean {
  switch (operator) {
    case "In":
      return found !== undefined && wanted.includes(found);
    case "NotIn":
      return found === undefined || !wanted.includes(found);
    case "Exists":
      return found !== undefined;
    case "DoesNotExist":
      return found === undefined;
    case "Gt":
      return Number(found) > Number(wanted[0]);
    default:
      return Number(found) < Number(wanted[0]);
  }
}

/** The taints that keep the pod off. https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/ */
export function untolerated(spec: Raw, taints: readonly Taint[]): readonly Taint[] {
  const tolerations = listAt(spec, "tolerations");
  return taints.filter(
    (taint) => taint.effect !== "PreferNoSchedule" && !tolerations.some((each) => tolerates(each, taint)),
  );
}

function tolerates({ key, operator = "Equal", value = "", effect }: Raw, taint: Taint): boolean {
  const sameKey = key === undefined || key === "" ? operator === "Exists" : key === taint.key;
  const sameEffect = effect === undefined || effect === "" || effect === taint.effect;
  return sameKey && sameEffect && (operator === "Exists" || value === (taint.value ?? ""));
}

export function taintText({ key, value, effect }: Taint): string {
  return `${key}${value === undefined || value === "" ? "" : `=${value}`}:${effect}`;
}
