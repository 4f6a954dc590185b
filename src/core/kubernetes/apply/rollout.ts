import type { ResourceReference } from "./read-manifests.ts";

/**
 * Kinds whose rollout kubectl itself follows.
 * https://kubernetes.io/docs/reference/kubectl/generated/kubectl_rollout/kubectl_rollout_status/
 */
const followed: ReadonlySet<string> = new Set(["Deployment", "StatefulSet", "DaemonSet"]);

/**
 * Kinds whose controllers say by a condition that they are up. Jobs have none: they
 * end, and eks apply does not wait for that.
 */
const conditions: Readonly<Record<string, string>> = {
  // kubernetes-sigs/lws api/leaderworkerset/v1
  LeaderWorkerSet: "Available",
  // kserve/kserve pkg/apis/serving/v1beta1
  InferenceService: "Ready",
  // ray-project/kuberay ray-operator/apis/ray/v1
  RayCluster: "RayClusterProvisioned",
  RayService: "Ready",
  // aws/karpenter-provider-aws
  EC2NodeClass: "Ready",
  NodePool: "Ready",
};

/** The arguments by which kubectl waits until a resource is up; undefined for a kind that has no rollout. */
export function rolloutArguments(
  { apiVersion, kind, name, namespace }: ResourceReference,
  timeoutSeconds: number,
): readonly string[] | undefined {
  const where = namespace === undefined ? [] : ["--namespace", namespace];
  const timeout = ["--timeout", `${timeoutSeconds}s`];
  // With its group: `deployment` alone is any group's.
  const resource = `${qualified(kind, apiVersion)}/${name}`;
  if (followed.has(kind)) return ["rollout", "status", resource, ...where, ...timeout];
  const condition = conditions[kind];
  return condition === undefined ? undefined : ["wait", `--for=condition=${condition}`, resource, ...where, ...timeout];
}

/** `deployment.v1.apps`: kubectl's RESOURCE.VERSION.GROUP. */
function qualified(kind: string, apiVersion: string): string {
  const [group, version] = apiVersion.split("/") as [string, string?];
  return version === undefined ? kind.toLowerCase() : `${kind.toLowerCase()}.${version}.${group}`;
}
