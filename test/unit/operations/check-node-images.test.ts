import { describe, expect, it } from "vitest";
import type { DescribedNodegroup } from "../../../src/core/kubernetes/check/snapshot.ts";
import type { DescribedImage, MachineImagesPort, TemplateVersion } from "../../../src/machine-image-ports.ts";
import { checkNodeImages } from "../../../src/operations/check-node-images.ts";
import type { EksPort, KubectlAnswer, SsmPort } from "../../../src/ports.ts";

const now = Date.parse("2026-03-01T00:00:00Z");
const path = "/aws/service/eks/optimized-ami/1.33/amazon-linux-2023/x86_64";
const parameters = new Map([
  [`${path}/neuron/recommended/release_version`, "1.33.4-20260201"],
  [`${path}/standard/recommended/release_version`, "1.33.4-20260201"],
  [`${path}/neuron/recommended/image_id`, "ami-0000000000000000b"],
  ["/aws/service/bottlerocket/aws-k8s-1.33/x86_64/latest/image_version", "1.55.0-abcdef12"],
]);
const images: readonly DescribedImage[] = [
  {
    id: "ami-0000000000000000a",
    name: "amazon-eks-node-al2023-x86_64-neuron-1.33-v20251001",
    createdAt: Date.parse("2025-10-01"),
  },
];

const nodegroup = (more: Partial<DescribedNodegroup> = {}): DescribedNodegroup => ({
  nodegroupName: "chips",
  status: "ACTIVE",
  amiType: "AL2023_x86_64_NEURON",
  version: "1.33",
  releaseVersion: "1.33.4-20260201",
  instanceTypes: ["trn1.32xlarge"],
  subnets: [],
  labels: {},
  taints: [],
  scalingConfig: {},
  healthIssues: [],
  ...more,
});

interface World {
  readonly nodegroups?: readonly DescribedNodegroup[];
  readonly template?: Partial<TemplateVersion>;
  readonly classes?: readonly object[];
  readonly kubectl?: Partial<KubectlAnswer>;
  readonly maxAgeMs?: number;
}

const answer = (stdout: string): KubectlAnswer => ({ code: 0, stdout, stderr: "" });

async function check({ nodegroups = [], template, classes = [], kubectl, ...ages }: World) {
  const eks: Partial<EksPort> = {
    describeCluster: async (name) => ({ name, version: "1.33", endpoint: "https://prod.eks" }),
    listNodegroups: async () => nodegroups.map(({ nodegroupName }) => nodegroupName),
    describeNodegroup: async (_, name) => nodegroups.find((each) => each.nodegroupName === name),
  };
  const machineImages: Partial<MachineImagesPort> = {
    images: async (ids) => images.filter(({ id }) => ids.includes(id)),
    templateVersions: async (templateId) =>
      template === undefined
        ? []
        : [{ templateId, templateName: "lt", number: 1, isDefault: true, data: {}, ...template }],
  };
  const ssm: Partial<SsmPort> = { getParameters: async () => ({ values: parameters, missing: [] }) };
  const groups = await checkNodeImages(
    {
      eks: eks as EksPort,
      images: machineImages as MachineImagesPort,
      ssm: async () => ssm as SsmPort,
      region: "us-east-1",
      kubectl: {
        run: async (args) =>
          args[0] === "config"
            ? answer("https://prod.eks/")
            : { ...answer(JSON.stringify({ items: classes })), ...kubectl },
      },
    },
    { cluster: "prod", now, ...ages },
  );
  return groups.map(({ subject, items }) => [subject, items.map(({ status, check: code }) => `${status} ${code}`)]);
}

describe("checkNodeImages", () => {
  it.each([
    ["the newest release", {}, ["OK ami-age", "OK ami-driver"]],
    ["an aged one", { releaseVersion: "1.33.1-20250901" }, ["FAIL ami-age", "OK ami-driver"]],
    ["AL2", { amiType: "AL2_x86_64_GPU", version: "1.32" }, ["FAIL ami-retired", "SKIP ami-age", "OK ami-driver"]],
    ["another driver", { amiType: "AL2023_x86_64_NVIDIA" }, ["SKIP ami-age", "FAIL ami-driver"]],
  ] as const)("of a node group with %s", async (_, more, expected) => {
    expect(await check({ nodegroups: [nodegroup(more)] })).toEqual([["node group chips", expected]]);
  });

  it("leaves an aged release within --max-age", async () => {
    const aged = [nodegroup({ releaseVersion: "1.33.4-20260115" })];
    expect(await check({ nodegroups: aged, maxAgeMs: 60 * 86_400_000 })).toEqual([
      ["node group chips", ["OK ami-age", "OK ami-driver"]],
    ]);
    expect(await check({ nodegroups: aged, maxAgeMs: 30 * 86_400_000 })).toEqual([
      ["node group chips", ["FAIL ami-age", "OK ami-driver"]],
    ]);
  });

  it("judges the image that a node group's launch template names", async () => {
    const own = [nodegroup({ amiType: "CUSTOM", instanceTypes: [], launchTemplate: { id: "lt-1", version: "1" } })];
    expect(
      await check({ nodegroups: own, template: { imageId: "ami-0000000000000000a", instanceType: "trn1.32xlarge" } }),
    ).toEqual([["node group chips", ["FAIL ami-age", "OK ami-driver"]]]);
  });

  it.each([
    [{ amiSelectorTerms: [{ alias: "al2023@latest" }] }, ["OK ami-age"]],
    [{ amiSelectorTerms: [{ alias: "al2023@v20260201" }] }, ["OK ami-age"]],
    [{ amiSelectorTerms: [{ alias: "al2023@v20251001" }] }, ["FAIL ami-age"]],
    [{ amiSelectorTerms: [{ alias: "bottlerocket@v1.55.0" }] }, ["OK ami-age"]],
    [{ amiSelectorTerms: [{ alias: "bottlerocket@v1.20.0" }] }, ["FAIL ami-age"]],
    [{ amiSelectorTerms: [{ alias: "al2@v20251001" }] }, ["FAIL ami-retired"]],
    [{ amiSelectorTerms: [{ id: "ami-0000000000000000a" }] }, ["FAIL ami-age"]],
    [{ amiSelectorTerms: [{ id: "ami-0000000000000000f" }] }, ["FAIL ami-retired"]],
    [{ amiSelectorTerms: [{ tags: { team: "ml" } }] }, ["WARN ami-age"]],
  ])("of a node class with %j", async (spec, expected) => {
    expect(await check({ classes: [{ metadata: { name: "default" }, spec }] })).toEqual([
      ["EC2NodeClass default", expected],
    ]);
  });

  it("judges what a node class has found by tags", async () => {
    const found = {
      metadata: { name: "default" },
      spec: { amiSelectorTerms: [{ tags: { team: "ml" } }] },
      status: { amis: [{ id: "ami-0000000000000000a" }] },
    };
    expect(await check({ classes: [found] })).toEqual([["EC2NodeClass default", ["FAIL ami-age"]]]);
  });

  it("is at ease without Karpenter, and says where kubectl lists nothing", async () => {
    const none = { code: 1, stderr: `error: the server doesn't have a resource type "ec2nodeclasses"` };
    expect(await check({ kubectl: none })).toEqual([]);
    const forbidden = { code: 1, stderr: "Error from server (Forbidden): no" };
    expect(await check({ kubectl: forbidden })).toEqual([["Karpenter's EC2NodeClasses", ["SKIP ami-use"]]]);
  });
});
