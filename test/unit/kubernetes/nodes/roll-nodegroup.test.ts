import { expect, it } from "vitest";
import type { DescribedNodegroup } from "../../../../src/core/kubernetes/check/snapshot.ts";
import { planNodegroupRoll } from "../../../../src/core/kubernetes/nodes/roll-nodegroup.ts";

const newest = new Map([
  [
    "/aws/service/eks/optimized-ami/1.32/amazon-linux-2023/x86_64/neuron/recommended/release_version",
    "1.32.1-20260201",
  ],
]);
const nodegroup: DescribedNodegroup = {
  nodegroupName: "chips",
  status: "ACTIVE",
  amiType: "AL2023_x86_64_NEURON",
  version: "1.32",
  releaseVersion: "1.32.0-20250918",
  instanceTypes: ["trn1.32xlarge"],
  subnets: [],
  labels: {},
  taints: [],
  scalingConfig: {},
  healthIssues: [],
};
const plan = (more: Partial<DescribedNodegroup>) =>
  planNodegroupRoll({ ...nodegroup, ...more }, { name: "prod", version: "1.33" }, newest);

it.each([
  // The nodes' own minor version stays, though the control plane is newer.
  ["a release", {}, { kind: "update", version: "1.32", releaseVersion: "1.32.1-20260201" }],
  ["a release where it is degraded", { status: "DEGRADED" }, { kind: "update" }],
  ["nothing more", { releaseVersion: "1.32.1-20260201" }, { kind: "newest" }],
  ["nothing while it is made", { status: "CREATING" }, { kind: "refused", why: "chips is CREATING" }],
  ["nothing of an image of its own", { amiType: "CUSTOM" }, { kind: "refused" }],
  ["nothing where no release is known", { amiType: "BOTTLEROCKET_x86_64" }, { kind: "refused" }],
] as const)("gets %s", (_, more, expected) => {
  expect(plan(more)).toMatchObject(expected);
});
