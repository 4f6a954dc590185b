import { describe, expect, it } from "vitest";
import { requireInstanceType, instanceTypes } from "../../../src/core/catalog/instance-types/catalog.ts";
import {
  findNodeAmiType,
  nodeAmiTypeFor,
  nodeAmiTypes,
  releaseParameter,
  type NodeAmiTypeName,
} from "../../../src/core/catalog/machine-images/node-ami-types.ts";
import { Refusal, type Problem } from "../../../src/core/base/problem.ts";
import { planNodes } from "../../../src/core/kubernetes/nodes/planned-nodes.ts";
import type { NodeSettings } from "../../../src/core/kubernetes/nodes/settings.ts";
import { resolveWorkload } from "../../../src/core/workload/resolve.ts";
import { formatManifests } from "../../../src/output/yaml.ts";
import { missingSchemas, publishedProblems } from "../../support/crd-validation.ts";
import { fleetsOf, karpenterOf, nodeCases, nodeSettings, plansOf, type NodeCase } from "../../support/nodes.ts";

const problemsOf = (work: () => unknown): readonly Problem[] => {
  try {
    work();
    return [];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.problems;
  }
};
const messages = (work: () => unknown) => problemsOf(work).map(({ message }) => message);

describe("the image of a node group", () => {
  it.each([
    ["inf1.xlarge", undefined, "AL2023_x86_64_NEURON"],
    ["trn2.48xlarge", undefined, "AL2023_x86_64_NEURON"],
    ["inf2.xlarge", "bottlerocket", "BOTTLEROCKET_x86_64"],
    ["p5.48xlarge", undefined, "AL2023_x86_64_NVIDIA"],
    ["g6f.large", undefined, "AL2023_x86_64_NVIDIA"],
    ["p6e-gb200.36xlarge", undefined, "AL2023_ARM_64_NVIDIA"],
    ["g5g.xlarge", "bottlerocket", "BOTTLEROCKET_ARM_64_NVIDIA"],
    ["g5.xlarge", "bottlerocket", "BOTTLEROCKET_x86_64_NVIDIA"],
    ["p6e-gb200.36xlarge", "bottlerocket", undefined],
    ["dl1.24xlarge", undefined, undefined],
    ["g3.4xlarge", undefined, undefined],
    // Its GPUs need a driver that no image of EKS has; its successor's do not.
    ["g7.2xlarge", undefined, undefined],
    ["g7e.2xlarge", undefined, "AL2023_x86_64_NVIDIA"],
    ["p6-b200.48xlarge", undefined, "AL2023_x86_64_NVIDIA"],
  ] as const)("of %s on %s is %s", (type, os, amiType) => {
    expect(nodeAmiTypeFor(requireInstanceType(type), os)).toBe(amiType);
  });

  it("never is AL2 or a FIPS build, and there is one for every current Neuron and NVIDIA type of EKS's table", () => {
    const unserved = new Set(["g7"]);
    const current = instanceTypes.filter(
      (type) =>
        type.status === "current" && ["neuron", "nvidia"].includes(type.accelerator.kind) && !unserved.has(type.family),
    );
    expect(current.length).toBeGreaterThan(50);
    expect(current.filter((type) => !/^(AL2023|BOTTLEROCKET)_(?!.*FIPS)/.test(nodeAmiTypeFor(type) ?? ""))).toEqual([]);
  });

  it.each([
    [
      "AL2023_x86_64_NEURON",
      "/aws/service/eks/optimized-ami/1.33/amazon-linux-2023/x86_64/neuron/recommended/release_version",
    ],
    [
      "AL2023_ARM_64_NVIDIA",
      "/aws/service/eks/optimized-ami/1.33/amazon-linux-2023/arm64/nvidia/recommended/release_version",
    ],
    ["BOTTLEROCKET_x86_64_NVIDIA", "/aws/service/bottlerocket/aws-k8s-1.33-nvidia/x86_64/latest/image_version"],
    ["BOTTLEROCKET_x86_64", "/aws/service/bottlerocket/aws-k8s-1.33/x86_64/latest/image_version"],
    ["BOTTLEROCKET_x86_64_FIPS", undefined],
    ["AL2_x86_64_GPU", undefined],
  ] as const)("%s has its release in %s", (amiType, parameter) => {
    expect(releaseParameter(nodeAmiTypes[amiType], "1.33")).toBe(parameter);
  });

  it("of AL2 has its last release for 1.32", () => {
    expect(releaseParameter(nodeAmiTypes.AL2_x86_64_GPU, "1.32")).toBe(
      "/aws/service/eks/optimized-ami/1.32/amazon-linux-2-gpu/recommended/release_version",
    );
    expect(findNodeAmiType("CUSTOM")).toBeUndefined();
    expect(findNodeAmiType("toString")).toBeUndefined();
  });
});

describe("node fleets", () => {
  const sizes = (each: NodeCase) => fleetsOf(each).map(({ name, desiredSize }) => [name, desiredSize]);

  it("are as many nodes as the replicas fill", () => {
    expect(sizes({ types: ["inf2.24xlarge"], devices: 1, replicas: 8 })).toEqual([["bert", 2]]);
    expect(sizes({ types: ["inf2.24xlarge"], devices: 4, replicas: 3 })).toEqual([["bert", 3]]);
    expect(sizes({ types: ["trn1.32xlarge"], nodes: 4, replicas: 2 })).toEqual([["bert", 8]]);
  });

  it("are apart for types with EFA, which name their own interfaces, and for each image", () => {
    expect(sizes({ types: ["p5.48xlarge", "p5e.48xlarge"], nodes: 2 })).toEqual([
      ["bert-p5-48xlarge", 2],
      ["bert-p5e-48xlarge", 2],
    ]);
    expect(fleetsOf({ types: ["g5g.xlarge", "g5.xlarge"] }).map(({ amiType }) => amiType)).toEqual([
      "AL2023_ARM_64_NVIDIA",
      "AL2023_x86_64_NVIDIA",
    ] satisfies NodeAmiTypeName[]);
  });

  it("are refused with everything that is wrong at once", () => {
    expect(
      messages(() =>
        fleetsOf({
          types: ["p5.48xlarge"],
          nodes: 2,
          settings: {
            cluster: "a b",
            nodeRole: "eks-node",
            subnets: ["subnet-1", "x"],
            securityGroups: [],
            reservation: "r",
            capacityBlock: "cr-1",
            labels: { "karpenter.sh/x": "y", "a b": "c" },
            kubernetesVersion: "1.33",
            releaseVersion: "1.32.1-20250101",
            minSize: 5,
            desiredSize: 4,
            maxSize: 3,
          },
        }),
      ),
    ).toEqual([
      "--cluster a b: must be the name of an EKS cluster, at most 100 letters, digits, dashes and underscores",
      "--reservation r: must be a capacity reservation's id, as cr-0123456789abcdef0",
      "--subnet x: must be a subnet's id, as subnet-0123456789abcdef0",
      "--label karpenter.sh/x is Kubernetes' or EKS's own",
      "--label a b=c is no label of Kubernetes'",
      "--node-role eks-node: a node group takes the role's ARN",
      "--reservation and --capacity-block exclude each other",
      "--min-size 5 is more than --max-size 3",
      "--min-size 5 is more than --desired-size 4",
      "--desired-size 4 is more than --max-size 3",
      "--release-version 1.32.1-20250101 is not for Kubernetes 1.33",
      "2 subnets were given: nodes of one placement group, and EFA's traffic, stay in one zone",
      "EFA interfaces need their security groups, and none was given",
    ]);
  });

  it("are refused with what is wrong with the workload beside what is wrong with the flags", () => {
    const settings = { nodeRole: "eks-node", subnets: [], minSize: 5 };
    expect(
      messages(() =>
        planNodes(
          resolveWorkload({
            name: "bert-",
            image: "bert:1",
            accelerator: {
              instanceTypes: ["ml.g5.xlarge", "g3.4xlarge"],
              devicesPerReplica: 1,
              mps: { memory: "1GiB" },
            },
          }),
          { ...nodeSettings, ...settings },
          "nodegroup",
        ),
      ),
    ).toEqual([
      "nodes of ml.g5.xlarge are HyperPod's, which makes them itself",
      "name bert- ends with a dash, which no name in Kubernetes does",
      "accelerator.mps is not carried by a node: on EKS its device plugin says how GPUs are shared",
      "EKS has no image for nodes of g3.4xlarge",
      "--node-role eks-node: a node group takes the role's ARN",
      "a node group needs the subnets of its nodes, and none was given",
      "--min-size 5 is more than the 1 node that node group bert--g5-xlarge starts with, as many as the replicas fill",
    ]);
    expect(
      messages(() =>
        planNodes(
          resolveWorkload({ name: "bert-", image: "bert:1", accelerator: "none" }),
          { ...nodeSettings, ...settings },
          "auto-mode",
        ),
      ),
    ).toEqual([
      "a workload without accelerator names no instance type: it runs on any nodes there are",
      "name bert- ends with a dash, which no name in Kubernetes does",
      "--min-size does not go with EKS Auto Mode: its node pools start at none and grow with the pods",
    ]);
  });

  it("are refused with types without an image before others, whose devices are named by no resource of theirs", () => {
    const accelerator = { resource: "example.com/device" };
    expect(messages(() => fleetsOf({ types: ["dl1.24xlarge", "g5.xlarge"], accelerator }))).toEqual([
      "nothing says how many example.com/device a node of dl1.24xlarge offers",
      "nothing says how many example.com/device a node of g5.xlarge offers",
      "EKS has no image for nodes of dl1.24xlarge",
    ]);
  });

  it.each([
    [
      { types: ["g5.xlarge"], settings: { minSize: 5 } },
      "--min-size 5 is more than the 1 node that node group bert starts with, as many as the replicas fill",
      "Write --min-size 1, or start with more: --desired-size 5.",
    ],
    [
      { types: ["g5.xlarge"], replicas: 3, settings: { maxSize: 2 } },
      "--max-size 2 is less than the 3 nodes that node group bert starts with, as many as the replicas fill",
      "Write --max-size 3, or start with fewer: --desired-size 2.",
    ],
  ] satisfies readonly (readonly [NodeCase, string, string])[])("%j are refused: %s", (each, message, hint) => {
    expect(problemsOf(() => fleetsOf(each))).toEqual([{ severity: "error", code: "bad-sizes", message, hint }]);
    const { minSize, maxSize } = each.settings as NodeSettings;
    const settings = { ...each.settings, desiredSize: minSize ?? maxSize! };
    expect(messages(() => fleetsOf({ ...each, settings }))).toEqual([]);
  });

  it.each([
    [
      { types: ["p6e-gb200.36xlarge"], settings: { os: "bottlerocket" } },
      "EKS has no bottlerocket image for nodes of p6e-gb200.36xlarge",
    ],
    [
      { types: ["p5.48xlarge", "p5e.48xlarge"], settings: { capacityBlock: "cr-1" } },
      "cr-1 is of one instance type, and the workload has 2",
    ],
    [
      { types: ["g5.xlarge"], settings: { subnets: [] } },
      "a node group needs the subnets of its nodes, and none was given",
    ],
    [
      { types: ["g5.xlarge"], settings: { subnets: ["subnet-1", "subnet-2"], capacityBlock: "cr-1" } },
      "2 subnets were given: a capacity block is in one zone",
    ],
  ] satisfies readonly (readonly [NodeCase, string])[])("%j are refused: %s", (each, message) => {
    expect(messages(() => fleetsOf(each))).toEqual([message]);
  });

  it("of Karpenter take no sizes but the most, and no subnets are needed", () => {
    expect(messages(() => karpenterOf({ types: ["g5.xlarge"], settings: { minSize: 0, desiredSize: 2 } }))).toEqual([
      "--min-size does not go with Karpenter: its node pools start at none and grow with the pods",
      "--desired-size does not go with Karpenter: its node pools start at none and grow with the pods",
    ]);
    expect(
      messages(() => karpenterOf({ types: ["g5.xlarge"], settings: { subnets: [], securityGroups: [], maxSize: 4 } })),
    ).toEqual([]);
  });
});

describe("node groups", () => {
  it.each(Object.entries(nodeCases))("of %s are as reviewed", async (name, each) => {
    await expect(`${JSON.stringify(plansOf(each), null, 2)}\n`).toMatchFileSnapshot(
      `../../golden/eks-nodes/${name}.json`,
    );
  });

  it("say the same in both forms: interfaces, taints, images, placement", () => {
    for (const each of Object.values(nodeCases)) {
      const [{ launchTemplate, placementGroup, nodegroup }] = plansOf(each) as [ReturnType<typeof plansOf>[number]];
      const manifests = karpenterOf(each);
      const spec = (kind: string) =>
        manifests.find((manifest) => manifest.kind === kind)?.["spec"] as Record<string, never> | undefined;
      const nodeClass = spec("EC2NodeClass") as unknown as {
        networkInterfaces?: readonly Record<string, unknown>[];
        placementGroupSelector?: { name: string };
      };
      const pool = spec("NodePool") as unknown as { template: { spec: { taints: readonly { key: string }[] } } };
      expect(nodeClass.networkInterfaces?.map(Object.values)).toEqual(
        launchTemplate?.LaunchTemplateData.NetworkInterfaces?.map(
          ({ NetworkCardIndex, DeviceIndex, InterfaceType }) => [NetworkCardIndex, DeviceIndex, InterfaceType],
        ),
      );
      expect(pool.template.spec.taints.map(({ key }) => key)).toEqual(nodegroup.taints.map(({ key }) => key));
      expect(nodeClass.placementGroupSelector?.name).toBe(placementGroup?.GroupName);
    }
  });

  it("with interfaces of their own name no security groups beside them, and have no disk where a template has it", () => {
    for (const each of Object.values(nodeCases)) {
      for (const { launchTemplate, nodegroup } of plansOf(each)) {
        const data = launchTemplate?.LaunchTemplateData;
        expect(data?.NetworkInterfaces !== undefined && data.SecurityGroupIds !== undefined).toBe(false);
        expect(nodegroup.diskSize === undefined).toBe(launchTemplate !== undefined);
        expect(nodegroup.instanceTypes === undefined).toBe(data?.InstanceType !== undefined);
      }
    }
  });
});

describe("Karpenter's resources", () => {
  it.each(Object.entries(nodeCases))("of %s are as reviewed", async (name, each) => {
    await expect(formatManifests(karpenterOf(each))).toMatchFileSnapshot(`../../golden/eks-nodes/${name}.yaml`);
  });

  it("overlay what Karpenter does not simulate", () => {
    const overlaid = (each: NodeCase) =>
      (karpenterOf(each).find(({ kind }) => kind === "NodeOverlay")?.["spec"] as { capacity?: unknown } | undefined)
        ?.capacity;
    expect(overlaid({ types: ["p5.48xlarge"], nodes: 2 })).toEqual({ "hugepages-2Mi": "42240Mi" });
    expect(overlaid({ types: ["trn1.32xlarge"], nodes: 2 })).toBeUndefined();
    expect(overlaid({ types: ["g6f.xlarge"] })).toEqual({ "nvidia.com/gpu": "1" });
    expect(overlaid({ types: ["g5.xlarge"] })).toBeUndefined();
  });

  it.skipIf(missingSchemas())("are valid by their published schemas, with no field unknown", () => {
    for (const each of Object.values(nodeCases))
      for (const manifest of karpenterOf(each)) expect(publishedProblems(manifest)).toEqual([]);
    const [nodeClass] = karpenterOf(nodeCases["nvidia-nodes"]!);
    expect(publishedProblems({ ...nodeClass, spec: { ...(nodeClass!["spec"] as object), subnets: [] } })).toEqual([
      '/spec: must NOT have additional properties {"additionalProperty":"subnets"}',
    ]);
  });
});
