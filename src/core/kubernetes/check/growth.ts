/** What starts nodes for pods that have no room: Karpenter's NodePools, the Cluster Autoscaler over node groups. */
import { allocatableMiB, allocatableMilliCpu } from "../allocatable.ts";
import { instanceTypesOf } from "./check-nodegroup.ts";
import { instanceTypeLabel } from "./cluster-node.ts";
import { untolerated } from "./node-affinity.ts";
import { at, listAt, nameOf } from "./read-object.ts";
import type { EksSnapshot, KubernetesObject } from "./snapshot.ts";
import type { WorkloadNeeds } from "./workload-needs.ts";

export interface Growth {
  /** `NodePool trn`. */
  readonly by: string;
  /** Of the node; a workload without devices may get any. */
  readonly instanceType?: string;
}

/** Undefined where nothing is known to start a node that takes the pod. */
export function growthFor(
  needs: WorkloadNeeds,
  { nodegroups }: EksSnapshot,
  objects: readonly KubernetesObject[],
): Growth | undefined {
  const types = typesOf(needs);
  const anyType = needs.shape.instanceTypes.length === 0;
  const pools = objects
    .filter(({ kind }) => kind === "NodePool")
    .filter((pool) => untolerated(needs.pod.spec, taintsOf(pool)).length === 0)
    .flatMap((pool): readonly Growth[] => {
      const by = `NodePool ${nameOf(pool)}`;
      if (anyType) return [{ by }];
      return types.filter((type) => mayStart(pool, type)).map((instanceType) => ({ by, instanceType }));
    });
  const groups = objects.some(isAutoscaler)
    ? nodegroups
        .filter(({ nodegroup: { scalingConfig } }) => (scalingConfig.desiredSize ?? 0) < (scalingConfig.maxSize ?? 0))
        .flatMap((group) =>
          types
            .filter((type) => instanceTypesOf(group).includes(type))
            .map((instanceType) => ({
              by: `the Cluster Autoscaler in node group ${group.nodegroup.nodegroupName}`,
              instanceType,
            })),
        )
    : [];
  return [...pools, ...groups][0];
}

/** The types whose empty nodes take the pod. */
export function typesOf({ shape, pod: { requests } }: WorkloadNeeds): readonly string[] {
  return shape.instanceTypes
    .filter(
      (type) =>
        (requests.get("cpu") ?? 0) * 1000 <= allocatableMilliCpu(type) + 1e-6 &&
        (requests.get("memory") ?? 0) <= allocatableMiB(type) * 2 ** 20,
    )
    .map(({ instanceType }) => instanceType);
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
