import { parseJson } from "../core/base/json.ts";
import { isRaw } from "../core/base/merge.ts";
import { at, listAt, textAt } from "../core/kubernetes/check/read-object.ts";
import type { KubernetesObject, ObservedWorkloadNeeds } from "../core/kubernetes/check/snapshot.ts";
import type { WantedWorkload } from "../core/kubernetes/check/workload-needs.ts";
import type { KubectlAnswer, KubectlPort } from "../ports.ts";

const timeout = ["--request-timeout", "30s"];

/** What the cluster has of what a workload refers to, and the objects beyond those that every check lists. */
export async function observeWorkloadNeeds(
  kubectl: KubectlPort,
  { target: { workload }, variants }: WantedWorkload,
): Promise<{ readonly needs: ObservedWorkloadNeeds; readonly more: readonly KubernetesObject[] }> {
  const namespace = workload.eks.namespace ?? (await contextNamespace(kubectl));
  const apiVersions = new Set(variants.flatMap(({ manifests }) => manifests.map(({ apiVersion }) => apiVersion)));
  const queue = workload.eks.queue?.kueue;
  const claims = variants.some(({ pod }) => pod.claims.size > 0);
  const [namespaceLabels, served, versions, queues, flavors, pools, slices] = await Promise.all([
    labelsOf(kubectl, namespace),
    servedKinds(kubectl, [...apiVersions]),
    servedVersions(kubectl),
    queue === undefined ? undefined : queuesOf(kubectl, namespace),
    queue === undefined ? undefined : flavorsOf(kubectl),
    list(kubectl, "nodepools.karpenter.sh"),
    claims ? list(kubectl, "resourceslices.resource.k8s.io,resourceclaims.resource.k8s.io", "--all-namespaces") : [],
  ]);
  return {
    needs: { namespace, namespaceLabels, served, versions, queues, flavors },
    more: [
      ...(pools ?? []).filter(({ kind }) => kind === "NodePool"),
      ...(slices ?? []).filter(({ kind }) => kind === "ResourceSlice" || kind === "ResourceClaim"),
    ],
  };
}

async function contextNamespace(kubectl: KubectlPort): Promise<string> {
  const answer = await kubectl.run(["config", "view", "--minify", "--output", "json"]);
  const [context = {}] = answer.code === 0 ? listAt(mapOf(answer), "contexts") : [];
  return textAt(at(context, "context"), "namespace") ?? "default";
}

async function labelsOf(kubectl: KubectlPort, namespace: string): Promise<ObservedWorkloadNeeds["namespaceLabels"]> {
  const answer = await kubectl.run(["get", "namespace", namespace, "--output", "json", ...timeout]);
  if (answer.code !== 0) return answer.stderr.includes("(NotFound)") ? "missing" : undefined;
  const found = mapOf(answer);
  return found["kind"] === "Namespace" ? at(found, "metadata", "labels") : undefined;
}

async function servedKinds(
  kubectl: KubectlPort,
  apiVersions: readonly string[],
): Promise<ObservedWorkloadNeeds["served"]> {
  const read = await Promise.all(
    apiVersions.map(async (apiVersion): Promise<readonly [string, readonly string[]] | undefined> => {
      const path = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
      const answer = await kubectl.run(["get", "--raw", path, ...timeout]);
      if (answer.code !== 0) return answer.stderr.includes("(NotFound)") ? [apiVersion, []] : undefined;
      const found = mapOf(answer);
      return found["kind"] === "APIResourceList"
        ? [apiVersion, listAt(found, "resources").map(({ kind }) => String(kind))]
        : undefined;
    }),
  );
  return new Map(read.filter((each) => each !== undefined));
}

async function servedVersions(kubectl: KubectlPort): Promise<ObservedWorkloadNeeds["versions"]> {
  const answer = await kubectl.run(["get", "--raw", "/apis", ...timeout]);
  const groups = answer.code === 0 ? listAt(mapOf(answer), "groups") : [];
  return new Map(
    groups.map((group) => [
      String(group["name"]),
      listAt(group, "versions").map(({ groupVersion }) => String(groupVersion)),
    ]),
  );
}

/** Those of the namespace, else of kubectl's own; a cluster without Kueue has none. */
export async function queuesOf(
  kubectl: KubectlPort,
  namespace: string | undefined,
): Promise<ObservedWorkloadNeeds["queues"]> {
  const [local, cluster] = await Promise.all([
    list(kubectl, "localqueues.kueue.x-k8s.io", ...(namespace === undefined ? [] : ["--namespace", namespace])),
    list(kubectl, "clusterqueues.kueue.x-k8s.io"),
  ]);
  return local === undefined || cluster === undefined ? undefined : [...local, ...cluster];
}

/** A Kueue from before topologies has none of them. */
export async function flavorsOf(kubectl: KubectlPort): Promise<ObservedWorkloadNeeds["flavors"]> {
  const [flavors, topologies] = await Promise.all([
    list(kubectl, "resourceflavors.kueue.x-k8s.io"),
    list(kubectl, "topologies.kueue.x-k8s.io"),
  ]);
  return flavors === undefined || topologies === undefined ? undefined : [...flavors, ...topologies];
}

/** The objects; none where the cluster does not know their kind, undefined where they may not be listed. */
async function list(
  kubectl: KubectlPort,
  kinds: string,
  ...where: readonly string[]
): Promise<readonly KubernetesObject[] | undefined> {
  const answer = await kubectl.run(["get", kinds, ...where, "--output", "json", ...timeout]);
  if (answer.code === 0) return listAt(mapOf(answer), "items");
  return answer.stderr.includes("doesn't have a resource type") ? [] : undefined;
}

function mapOf({ stdout }: KubectlAnswer): KubernetesObject {
  const value = parseJson(stdout);
  return isRaw(value) ? value : {};
}
