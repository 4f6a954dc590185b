import { findInstanceType } from "../../catalog/instance-types/catalog.ts";
import type { InstanceType } from "../../catalog/instance-types/instance-type.ts";
import {
  amiTypeServes,
  findNodeAmiType,
  nodeAmiTypeFor,
  releaseParameter,
  type NodeAmiType,
} from "../../catalog/machine-images/node-ami-types.ts";
import { fail, ok, skip, warn, type CheckItem } from "../../base/check-report.ts";
import { listOr } from "../../base/problem.ts";
import type { ResolvedWorkload } from "../../workload/resolved.ts";
import { neuronResource, nvidiaResource } from "../devices.ts";
import type { DescribedNodegroup, DescribedTemplate, EksCluster, EksSnapshot } from "./snapshot.ts";

type Subject = EksSnapshot["nodegroups"][number];

/** What is right and wrong with one managed node group. */
export function checkNodegroup(
  subject: Subject,
  { cluster, releases }: EksSnapshot,
  workload: ResolvedWorkload | undefined,
): readonly CheckItem[] {
  const { nodegroup, template } = subject;
  const names = instanceTypesOf(subject);
  const types = names.flatMap((name) => findInstanceType(name) ?? []);
  return [
    ...checkHealth(nodegroup),
    checkAmiType(nodegroup, names, types),
    checkRelease(nodegroup, cluster, releases),
    ...checkTaint(nodegroup, cluster.name, types),
    ...checkEfa(template, types, workload),
  ];
}

/** A node group's types; a launch template may name the one. */
export function instanceTypesOf({ nodegroup, template }: Subject): readonly string[] {
  if (nodegroup.instanceTypes.length > 0) return nodegroup.instanceTypes;
  return template?.instanceType === undefined ? [] : [template.instanceType];
}

function checkHealth({ status, healthIssues }: DescribedNodegroup): readonly CheckItem[] {
  const issues = healthIssues.map(({ code, message }) =>
    fail(
      "health",
      `EKS reports ${code}${message === "" ? "" : `: ${message}`}`,
      "https://docs.aws.amazon.com/eks/latest/userguide/troubleshooting.html#troubleshoot-managed-node-groups " +
        "tells what each code asks for.",
    ),
  );
  const broken = status === "CREATE_FAILED" || status === "DELETE_FAILED" || status === "DEGRADED";
  return issues.length > 0 || !broken
    ? issues
    : [fail("health", `the node group is ${status}`, "aws eks describe-nodegroup shows its health issues.")];
}

function checkAmiType(
  { amiType }: DescribedNodegroup,
  names: readonly string[],
  types: readonly InstanceType[],
): CheckItem {
  const check = "ami-type";
  if (amiType === undefined || amiType === "CUSTOM")
    return skip(check, "an image of its own: what it carries is not in EKS's API");
  const ami: NodeAmiType | undefined = findNodeAmiType(amiType);
  if (ami === undefined) return skip(check, `${amiType} is not in the catalogue`);
  if (types.length === 0) {
    // The catalogue has accelerated types only.
    return ami.accelerators.includes("none")
      ? ok(check, `${amiType} on ${names.join(", ")}`)
      : warn(
          check,
          `${amiType} is for accelerated instances, and none of ${names.join(", ")} is one the catalogue knows`,
          "Use a STANDARD image for instances without accelerator.",
        );
  }
  const wrong = types.filter((type) => !amiTypeServes(ami, type));
  if (wrong.length > 0) {
    const right = [...new Set(wrong.flatMap((type) => nodeAmiTypeFor(type) ?? []))];
    const what = wrong
      .map(({ instanceType, accelerator }) => `${instanceType} (${accelerator.manufacturer} ${accelerator.name})`)
      .join(", ");
    return fail(
      check,
      `${amiType} does not serve ${what}: its devices do not appear on the node`,
      right.length === 0
        ? "EKS has no image for it: build one of your own."
        : `A node group keeps its image: create another with amiType ${listOr(right)} (aiplat eks nodegroup ` +
            "create), and delete this one.",
    );
  }
  if (ami.os === "al2")
    return warn(
      check,
      `${amiType} is AL2, of which EKS has published no images since 2025-11-26`,
      `Create a node group with ${listOr([...new Set(types.flatMap((type) => nodeAmiTypeFor(type) ?? []))])}, ` +
        "and delete this one.",
    );
  return ok(check, `${amiType} serves ${names.join(", ")}`);
}

function checkRelease(
  nodegroup: DescribedNodegroup,
  cluster: EksCluster,
  releases: ReadonlyMap<string, string>,
): CheckItem {
  const check = "release";
  const { nodegroupName, releaseVersion } = nodegroup;
  const parameter = releaseParameterOf(nodegroup, cluster);
  if (parameter === undefined || releaseVersion === undefined)
    return skip(check, "there is no public release to compare its image with");
  const newest = releases.get(parameter);
  if (newest === undefined) return skip(check, `Parameter Store has no ${parameter}`);
  if (newest === releaseVersion) return ok(check, `release ${releaseVersion} is the newest`);
  return warn(
    check,
    `release ${releaseVersion} is stale: the newest is ${newest}`,
    `aws eks update-nodegroup-version --cluster-name ${cluster.name} --nodegroup-name ${nodegroupName} ` +
      `--release-version ${newest}`,
  );
}

/** Where the newest release of a node group's image is published; undefined where that is not known. */
export function releaseParameterOf({ amiType, version }: DescribedNodegroup, cluster: EksCluster): string | undefined {
  const ami = amiType === undefined ? undefined : findNodeAmiType(amiType);
  return ami === undefined ? undefined : releaseParameter(ami, version ?? cluster.version);
}

function checkTaint(
  { nodegroupName, taints }: DescribedNodegroup,
  cluster: string,
  types: readonly InstanceType[],
): readonly CheckItem[] {
  const kind = types.map((type) => type.accelerator.kind).find((each) => each === "neuron" || each === "nvidia");
  if (kind === undefined) return [];
  const key = kind === "neuron" ? neuronResource : nvidiaResource;
  const check = "taint";
  if (taints.some((taint) => taint.key === key && taint.effect !== "PREFER_NO_SCHEDULE"))
    return [ok(check, `taint ${key} keeps other pods away`)];
  return [
    warn(
      check,
      `no taint ${key}: pods without devices take its CPU and memory`,
      `aws eks update-nodegroup-config --cluster-name ${cluster} --nodegroup-name ${nodegroupName} ` +
        `--taints 'addOrUpdateTaints=[{key=${key},effect=NO_SCHEDULE}]'`,
    ),
  ];
}

/** Expected where the workload spans nodes, or where a placement group says that something does. */
function checkEfa(
  template: DescribedTemplate | undefined,
  types: readonly InstanceType[],
  workload: ResolvedWorkload | undefined,
): readonly CheckItem[] {
  const check = "efa";
  const most = Math.max(0, ...types.map((type) => type.efaInterfaces ?? 0));
  if (most === 0) return [];
  const names = types.map((type) => type.instanceType).join(", ");
  const has = template?.efaInterfaces ?? 0;
  if (has >= most) return [ok(check, `${has} EFA interfaces, all that ${names} has`)];
  const reason = whyEfa(template, types, workload);
  const what =
    has === 0
      ? `the launch template gives ${names} no EFA interface`
      : `the launch template gives ${names} ${has} of its ${most} EFA interfaces`;
  const fix =
    "Interfaces are set when a node starts: create a node group with aiplat eks nodegroup create and nodes above " +
    "1, and delete this one.";
  if (reason !== undefined) return [fail(check, `${what}, and ${reason}`, fix)];
  if (has > 0) return [warn(check, what, fix)];
  return [
    skip(
      check,
      `${what}: a workload of several nodes would not run on it`,
      "--workload FILE says whether there is one.",
    ),
  ];
}

/** What says that the nodes need EFA; undefined where nothing does. */
function whyEfa(
  template: DescribedTemplate | undefined,
  types: readonly InstanceType[],
  workload: ResolvedWorkload | undefined,
): string | undefined {
  const spans =
    workload !== undefined &&
    workload.nodes > 1 &&
    workload.shapes.some(
      ({ efaInterfaces, instanceTypes }) => efaInterfaces > 0 && instanceTypes.some((type) => types.includes(type)),
    );
  if (spans) return `workload ${workload.name} spans ${workload.nodes} nodes`;
  const group = template?.placementGroup;
  return group === undefined ? undefined : `its nodes are in placement group ${group}`;
}
