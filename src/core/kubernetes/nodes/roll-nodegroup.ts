/** What has to be done so that a managed node group has the newest release of its image. */
import { releaseParameterOf } from "../check/check-nodegroup.ts";
import type { DescribedNodegroup, EksCluster } from "../check/snapshot.ts";

/** https://docs.aws.amazon.com/eks/latest/APIReference/API_Update.html */
export interface NodegroupUpdate {
  readonly id: string;
  /** InProgress, Failed, Cancelled or Successful. */
  readonly status: string;
  /** VersionUpdate, ConfigUpdate... */
  readonly type: string;
  readonly errors: readonly { readonly code: string; readonly message: string }[];
}

export type NodegroupRollPlan =
  | { readonly kind: "update"; readonly version: string; readonly releaseVersion: string }
  | { readonly kind: "newest"; readonly releaseVersion: string }
  | { readonly kind: "refused"; readonly why: string; readonly hint: string };

/** @param newest The newest release versions, by SSM parameter. */
export function planNodegroupRoll(
  nodegroup: DescribedNodegroup,
  cluster: EksCluster,
  newest: ReadonlyMap<string, string>,
): NodegroupRollPlan {
  const { nodegroupName, amiType, status = "", releaseVersion } = nodegroup;
  const version = nodegroup.version ?? cluster.version;
  if (amiType === undefined || amiType === "CUSTOM")
    return {
      kind: "refused",
      why: `${nodegroupName} has an image of its own, which its launch template names`,
      hint:
        `Give the template a version with the image of aiplat ami latest --orchestrator eks --kubernetes-version ${version}, ` +
        `then: aws eks update-nodegroup-version --cluster-name ${cluster.name} --nodegroup-name ${nodegroupName} ` +
        "--launch-template id=...,version=...",
    };
  const parameter = releaseParameterOf(nodegroup, cluster);
  const release = parameter === undefined ? undefined : newest.get(parameter);
  if (release === undefined)
    return {
      kind: "refused",
      why: `the newest release of ${amiType} for Kubernetes ${version} is not known`,
      hint: `aws eks update-nodegroup-version --cluster-name ${cluster.name} --nodegroup-name ${nodegroupName} takes it from EKS.`,
    };
  if (release === releaseVersion) return { kind: "newest", releaseVersion: release };
  if (status !== "ACTIVE" && status !== "DEGRADED")
    return {
      kind: "refused",
      why: `${nodegroupName} is ${status}`,
      hint: "EKS updates a node group that is ACTIVE: run the same command again once it is.",
    };
  return { kind: "update", version, releaseVersion: release };
}
