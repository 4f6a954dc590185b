import { fail, ok, skip, type CheckItem } from "../../base/check-report.ts";
import { listOr } from "../../base/problem.ts";
import { findInstanceType } from "../../catalog/instance-types/catalog.ts";
import { amiTypeServes, findNodeAmiType, nodeAmiTypeFor } from "../../catalog/machine-images/node-ami-types.ts";
import { releaseParameterOf } from "./check-nodegroup.ts";
import type { DescribedNodegroup, EksCluster } from "./snapshot.ts";

export interface NodegroupImageFacts {
  readonly cluster: EksCluster;
  readonly instanceTypes: readonly string[];
  /** The newest release versions, by SSM parameter. */
  readonly releases: ReadonlyMap<string, string>;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly maxAgeMs?: number;
}

/** Whether a node group that EKS chooses the image of has the newest, of an AMI type that is still made and serves it. */
export function checkNodegroupImage(nodegroup: DescribedNodegroup, facts: NodegroupImageFacts): readonly CheckItem[] {
  return [...checkMade(nodegroup, facts), checkRelease(nodegroup, facts), ...checkServed(nodegroup, facts)];
}

function checkMade({ amiType = "" }: DescribedNodegroup, { instanceTypes }: NodegroupImageFacts): readonly CheckItem[] {
  if (findNodeAmiType(amiType)?.os !== "al2") return [];
  return [
    fail(
      "ami-retired",
      `${amiType} is AL2, of which EKS has published no images since 2025-11-26`,
      `A node group keeps its image: create another${withType(instanceTypes)} (aiplat eks nodegroup create), and delete this one.`,
    ),
  ];
}

function checkRelease(
  nodegroup: DescribedNodegroup,
  { cluster, releases, now, maxAgeMs }: NodegroupImageFacts,
): CheckItem {
  const { nodegroupName, releaseVersion } = nodegroup;
  const parameter = releaseParameterOf(nodegroup, cluster);
  const newest = parameter === undefined ? undefined : releases.get(parameter);
  if (newest === undefined || releaseVersion === undefined)
    return skip("ami-age", "there is no public release to compare its image with");
  if (newest === releaseVersion) return ok("ami-age", `release ${releaseVersion} is the newest`);
  const ageMs = ageOf(releaseVersion, now);
  const what = `release ${releaseVersion} is not the newest: that is ${newest}`;
  if (maxAgeMs !== undefined && ageMs !== undefined && ageMs <= maxAgeMs)
    return ok("ami-age", `${what}; it is within --max-age`);
  return fail("ami-age", what, `aiplat ami roll --cluster ${cluster.name} --nodegroup ${nodegroupName}`);
}

function checkServed(
  { amiType = "" }: DescribedNodegroup,
  { instanceTypes }: NodegroupImageFacts,
): readonly CheckItem[] {
  const ami = findNodeAmiType(amiType);
  if (ami === undefined) return [];
  return instanceTypes
    .flatMap((each) => findInstanceType(each) ?? [])
    .map((type) =>
      amiTypeServes(ami, type)
        ? ok("ami-driver", `${amiType} drives ${type.instanceType}`)
        : fail(
            "ami-driver",
            `${amiType} does not drive the ${type.accelerator.manufacturer} ${type.accelerator.name} of ${type.instanceType}`,
            `A node group keeps its image: create another${withType([type.instanceType])} (aiplat eks nodegroup create), and delete this one.`,
          ),
    );
}

/** The image that the types need, where EKS has one. */
function withType(instanceTypes: readonly string[]): string {
  const types = instanceTypes.flatMap((each) => findInstanceType(each) ?? []);
  const right = [...new Set(types.flatMap((type) => nodeAmiTypeFor(type) ?? []))];
  return right.length === 0 ? "" : ` with amiType ${listOr(right)}`;
}

/** `1.33.4-20250912` says its day; Bottlerocket's versions do not. */
function ageOf(releaseVersion: string, now: number): number | undefined {
  const [, year, month, day] = /-(20\d\d)(\d\d)(\d\d)$/.exec(releaseVersion) ?? [];
  return year === undefined ? undefined : now - Date.parse(`${year}-${month}-${day}`);
}
