/** What starts nodes for pods that have no room: Karpenter's NodePools, the Cluster Autoscaler over node groups. */
import type { InstanceType } from "../../catalog/instance-types/instance-type.ts";
import type { ResolvedWorkload } from "../../workload/resolved.ts";
import { allocatableMiB, allocatableMilliCpu } from "../allocatable.ts";
import { deviceCount, deviceResource, efaResource } from "../devices.ts";
import { nodeQuantities } from "../node-resources.ts";
import { instanceTypesOf } from "./check-nodegroup.ts";
import { instanceTypeLabel } from "./cluster-node.ts";
import { untolerated } from "./node-affinity.ts";
import { amountsOf, type ResourceAmounts } from "./pod-requests.ts";
import { at, listAt, nameOf } from "./read-object.ts";
import type { EksSnapshot, KubernetesObject } from "./snapshot.ts";
import type { WorkloadNeeds } from "./workload-needs.ts";

export interface Growth {
  /** `NodePool trn`. */
  readonly by: string;
  /** Of the node; a workload without devices may get any. */
  readonly instanceType?: string;
  /** Pods of the workload for which its limits let it start nodes; undefined where they say nothing of that. */
  readonly pods?: number;
}

/** What may start nodes for the most pods; undefined where nothing is known to start a node that takes one. */
export function growthFor(
  needs: WorkloadNeeds,
  { nodegroups }: EksSnapshot,
  objects: readonly KubernetesObject[],
  workload: ResolvedWorkload,
): Growth | undefined {
  const types = typesOf(needs);
  const anyType = needs.shape.instanceTypes.length === 0;
  // Of claims, and of pods where its size is fixed, no NodePool is known to take note.
  const claimed = claims(needs);
  const pools = objects
    .filter((each) => each["kind"] === "NodePool" && !claimed && !isDown(each) && !isStatic(each))
    .filter((pool) => untolerated(needs.pod.spec, taintsOf(pool)).length === 0)
    .flatMap((pool): readonly Growth[] => {
      const by = `NodePool ${nameOf(pool)}`;
      if (anyType) return [{ by }];
      return types
        .filter(({ instanceType }) => mayStart(pool, instanceType))
        .map((type) => ({
          by,
          instanceType: type.instanceType,
          ...bounded(nodesWithin(pool, perNode(needs, type, workload)), podsOn(needs, type, workload)),
        }));
    });
  const groups = objects.some(isAutoscaler)
    ? nodegroups.flatMap((group) => {
        const { desiredSize = 0, maxSize = 0 } = group.nodegroup.scalingConfig;
        return types
          .filter(({ instanceType }) => instanceTypesOf(group).includes(instanceType))
          .map((type) => ({
            by: `the Cluster Autoscaler in node group ${group.nodegroup.nodegroupName}`,
            instanceType: type.instanceType,
            ...bounded(maxSize - desiredSize, podsOn(needs, type, workload)),
          }));
      })
    : [];
  return [...pools, ...groups].toSorted((one, other) => podsOf(other) - podsOf(one))[0];
}

/** Pods for which it starts nodes; without a bound, all that there are. */
export function podsOf({ pods = Number.MAX_SAFE_INTEGER }: Growth): number {
  return pods;
}

function bounded(nodes: number, podsPerNode: number): { readonly pods?: number } {
  if (nodes <= 0) return { pods: 0 };
  const pods = nodes * podsPerNode;
  return Number.isFinite(pods) ? { pods } : {};
}

/** How many of the workload's pods an empty node of the type takes, by what is known of it. */
function podsOn({ pod, shape }: WorkloadNeeds, type: InstanceType, workload: ResolvedWorkload): number {
  const asks = (resource: string) => pod.requests.get(resource) ?? 0;
  const resource = deviceResource(shape.request);
  const devices = Number(nodeQuantities(type, shape.request, workload)?.[resource ?? ""] ?? Number.POSITIVE_INFINITY);
  const parts = [
    [allocatableMilliCpu(type) / 1000 + 1e-9, asks("cpu")],
    [allocatableMiB(type) * 2 ** 20, asks("memory")],
    [devices, resource === undefined ? 0 : deviceCount(shape.request)],
    [type.efaInterfaces ?? 0, asks(efaResource)],
  ] as const;
  const most = Math.min(...parts.filter(([, amount]) => amount > 0).map(([has, amount]) => Math.floor(has / amount)));
  return pod.ownNodes ? Math.min(1, most) : most;
}

/** What a node of the type adds to what the limits of a pool count. */
function perNode({ shape }: WorkloadNeeds, type: InstanceType, workload: ResolvedWorkload): ResourceAmounts {
  return new Map([
    ["nodes", 1],
    ["cpu", type.vcpus],
    ["memory", type.memoryMiB * 2 ** 20],
    [efaResource, type.efaInterfaces ?? 0],
    ...amountsOf(nodeQuantities(type, shape.request, workload) ?? {}),
  ]);
}

/** How many nodes more the pool's limits leave. https://karpenter.sh/docs/concepts/nodepools/#speclimits */
function nodesWithin(pool: KubernetesObject, node: ResourceAmounts): number {
  const used = amountsOf(at(pool, "status", "resources"));
  const left = [...amountsOf(at(pool, "spec", "limits"))]
    .filter(([resource]) => (node.get(resource) ?? 0) > 0)
    .map(([resource, limit]) => Math.floor((limit - (used.get(resource) ?? 0)) / node.get(resource)!));
  return Math.min(Number.POSITIVE_INFINITY, ...left);
}

/** The types whose empty nodes take the pod. */
export function typesOf({ shape, pod: { requests } }: WorkloadNeeds): readonly InstanceType[] {
  return shape.instanceTypes.filter(
    (type) =>
      (requests.get("cpu") ?? 0) * 1000 <= allocatableMilliCpu(type) + 1e-6 &&
      (requests.get("memory") ?? 0) <= allocatableMiB(type) * 2 ** 20,
  );
}

/** Whether the pod has claims, which Karpenter does not simulate but for some drivers. */
export function claims({ pod }: WorkloadNeeds): boolean {
  return listAt(pod.spec, "resourceClaims").length > 0;
}

/** "Static NodePools launch nodes without simulating pods": https://karpenter.sh/docs/tasks/dra/ */
function isStatic(pool: KubernetesObject): boolean {
  return at(pool, "spec")["replicas"] !== undefined;
}

/** Where its NodeClass is missing or wrong, say. */
function isDown(pool: KubernetesObject): boolean {
  return listAt(at(pool, "status"), "conditions").some(({ type, status }) => type === "Ready" && status === "False");
}

function taintsOf(pool: KubernetesObject) {
  return listAt(at(pool, "spec", "template", "spec"), "taints").map(({ key, value, effect }) => ({
    key: String(key),
    ...(typeof value === "string" ? { value } : {}),
    effect: String(effect),
  }));
}

/** By the labels that every type has; what a pool asks for beyond them is Karpenter's to judge. */
function mayStart(pool: KubernetesObject, instanceType: string): boolean {
  const [family = ""] = instanceType.split(".");
  const known: Readonly<Record<string, string>> = {
    [instanceTypeLabel]: instanceType,
    "karpenter.k8s.aws/instance-family": family,
    "eks.amazonaws.com/instance-family": family,
    "karpenter.k8s.aws/instance-category": /^[a-z]+/.exec(family)?.[0] ?? "",
    "eks.amazonaws.com/instance-category": /^[a-z]+/.exec(family)?.[0] ?? "",
  };
  return listAt(at(pool, "spec", "template", "spec"), "requirements").every(({ key, operator, values }) => {
    const has = known[String(key)];
    const listed = Array.isArray(values) && values.includes(has);
    if (has === undefined) return true;
    return operator === "NotIn" ? !listed : operator !== "In" || listed;
  });
}

function isAutoscaler(object: KubernetesObject): boolean {
  return object["kind"] === "Deployment" && /cluster-autoscaler/.test(nameOf(object));
}
