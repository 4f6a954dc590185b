import { describe, expect, it } from "vitest";
import { checkCluster } from "../../../src/core/kubernetes/check/check-cluster.ts";
import { checkMechanism } from "../../../src/core/kubernetes/check/check-mechanism.ts";
import type {
  DescribedNodegroup,
  DescribedTemplate,
  EksSnapshot,
  KubernetesObject,
} from "../../../src/core/kubernetes/check/snapshot.ts";

const release = "/aws/service/eks/optimized-ami/1.33/amazon-linux-2023/x86_64/nvidia/recommended/release_version";
const group: DescribedNodegroup = {
  nodegroupName: "gpu",
  status: "ACTIVE",
  amiType: "AL2023_x86_64_NVIDIA",
  version: "1.33",
  releaseVersion: "1.33.3-20250819",
  instanceTypes: ["p5.48xlarge"],
  subnets: ["subnet-1"],
  labels: {},
  taints: [{ key: "nvidia.com/gpu", effect: "NO_SCHEDULE" }],
  scalingConfig: {},
  healthIssues: [],
};
const template: DescribedTemplate = { efaInterfaces: 32, placementGroup: "fabric" };

function found(
  change: Partial<DescribedNodegroup>,
  its: DescribedTemplate = template,
  objects: EksSnapshot["objects"] = [],
): readonly string[] {
  const snapshot: EksSnapshot = {
    cluster: { name: "prod", version: "1.33" },
    nodegroups: [{ nodegroup: { ...group, ...change }, template: its }],
    releases: new Map([[release, "1.33.3-20250819"]]),
    objects,
  };
  return checkCluster(snapshot).groups[0]!.items.map(({ status, check }) => `${status} ${check}`);
}

const right = ["OK ami-type", "OK release", "OK taint", "OK efa"];
const but = (...changed: readonly string[]) =>
  right.map((each) => changed.find((other) => other.split(" ")[1] === each.split(" ")[1]) ?? each);

describe("a node group", () => {
  it.each<[string, Partial<DescribedNodegroup>, DescribedTemplate | undefined, readonly string[]]>([
    ["as it should be", {}, undefined, right],
    [
      "with the image of another accelerator",
      { amiType: "AL2023_x86_64_NEURON" },
      undefined,
      but("FAIL ami-type", "SKIP release"),
    ],
    [
      "with the image of another architecture",
      { amiType: "AL2023_ARM_64_NVIDIA" },
      undefined,
      but("FAIL ami-type", "SKIP release"),
    ],
    ["with an image of its own", { amiType: "CUSTOM" }, undefined, but("SKIP ami-type", "SKIP release")],
    [
      "with an image newer than the catalogue",
      { amiType: "AL2026_x86_64_NVIDIA" },
      undefined,
      but("SKIP ami-type", "SKIP release"),
    ],
    ["of AL2", { amiType: "AL2_x86_64_GPU" }, undefined, but("WARN ami-type", "SKIP release")],
    ["with an older release", { releaseVersion: "1.33.1-20250601" }, undefined, but("WARN release")],
    ["with another taint", { taints: [{ key: "team", effect: "NO_SCHEDULE" }] }, undefined, but("WARN taint")],
    [
      "with a taint that only prefers",
      { taints: [{ key: "nvidia.com/gpu", effect: "PREFER_NO_SCHEDULE" }] },
      undefined,
      but("WARN taint"),
    ],
    ["with some of its EFA interfaces", {}, { efaInterfaces: 4 }, but("WARN efa")],
    ["in a placement group without EFA", {}, { efaInterfaces: 0, placementGroup: "fabric" }, but("FAIL efa")],
    ["without EFA, and nothing that asks for it", {}, { efaInterfaces: 0 }, but("SKIP efa")],
    ["whose type its template names", { instanceTypes: [] }, { ...template, instanceType: "p5.48xlarge" }, right],
    [
      "that EKS says is not healthy",
      { healthIssues: [{ code: "AsgInstanceLaunchFailures", message: "no capacity" }] },
      undefined,
      ["FAIL health", ...right],
    ],
    ["that was never made", { status: "CREATE_FAILED" }, undefined, ["FAIL health", ...right]],
  ])("%s", (_, change, its, expected) => {
    expect(found(change, its)).toEqual(expected);
  });

  it("of instances without accelerator has an image to check and no more", () => {
    expect(
      found({ amiType: "AL2023_x86_64_STANDARD", instanceTypes: ["m5.large"], taints: [] }, { efaInterfaces: 0 }),
    ).toEqual(["OK ami-type", "SKIP release"]);
    expect(found({ instanceTypes: ["m5.large"], taints: [] }, { efaInterfaces: 0 })).toEqual([
      "WARN ami-type",
      "OK release",
    ]);
  });
});

describe("in the cluster", () => {
  const inCluster = (...objects: readonly KubernetesObject[]) =>
    checkCluster({
      cluster: { name: "prod", version: "1.33" },
      nodegroups: [{ nodegroup: group, template }],
      releases: new Map(),
      objects,
    })
      .groups.at(-1)!
      .items.map(({ status, message }) => `${status} ${message}`);
  const node = (allocatable: KubernetesObject, labels: KubernetesObject = {}): KubernetesObject => ({
    kind: "Node",
    metadata: { name: "n1", labels: { "node.kubernetes.io/instance-type": "p5.48xlarge", ...labels } },
    status: { allocatable },
  });
  const none = "OK nothing requests aws.amazon.com/neurondevice";

  it.each<[string, readonly KubernetesObject[], readonly string[]]>([
    [
      "no accelerated node",
      [node({}, { "node.kubernetes.io/instance-type": "m5.large" })],
      ["SKIP no accelerated node has joined: device plugins show on nodes", none],
    ],
    ["no NVIDIA plugin", [node({ cpu: "8" })], ["FAIL 1 of 1 nodes offer no nvidia.com/gpu: n1", none]],
    [
      "a plugin that found nothing",
      [node({ "nvidia.com/gpu": "0" })],
      ["FAIL 1 of 1 nodes offer no nvidia.com/gpu: n1", none],
    ],
    ["GPUs in MIG parts", [node({ "nvidia.com/mig-1g.5gb": "7" })], ["OK nvidia.com/gpu on 1 of 1 nodes", none]],
    [
      "no EFA plugin where the group has EFA",
      [node({ "nvidia.com/gpu": "8" }, { "eks.amazonaws.com/nodegroup": "gpu" })],
      ["OK nvidia.com/gpu on 1 of 1 nodes", "FAIL 1 of 1 nodes offer no vpc.amazonaws.com/efa: n1", none],
    ],
    [
      "a DRA driver",
      [node({}), { kind: "DaemonSet", metadata: { name: "nvidia-dra-driver-gpu-kubelet-plugin" } }],
      [
        "SKIP nvidia-dra-driver-gpu-kubelet-plugin hands out devices by DRA: kubectl get resourceslices shows them",
        none,
      ],
    ],
    [
      "neurondevice in a CronJob's init container",
      [
        {
          kind: "CronJob",
          metadata: { name: "old", namespace: "ml" },
          spec: {
            jobTemplate: {
              spec: {
                template: {
                  spec: { initContainers: [{ resources: { requests: { "aws.amazon.com/neurondevice": "1" } } }] },
                },
              },
            },
          },
        },
      ],
      [
        "SKIP no accelerated node has joined: device plugins show on nodes",
        "FAIL aws.amazon.com/neurondevice was removed in Neuron 2.20 and is still requested: CronJob ml/old",
      ],
    ],
  ])("%s", (_, objects, expected) => {
    expect(inCluster(...objects)).toEqual(expected);
  });
});

describe("what hands out Neuron devices", () => {
  const daemonPod = (set: string, nodeName: string): KubernetesObject => ({
    kind: "Pod",
    metadata: { name: `${set}-x`, ownerReferences: [{ kind: "DaemonSet", name: set }] },
    spec: { nodeName },
  });
  const plugin = (node: string) => daemonPod("neuron-device-plugin", node);
  const driver = (node: string) => daemonPod("neuron-dra-driver-kubelet-plugin", node);
  const deviceClass = { kind: "DeviceClass", metadata: { name: "neuron.aws.com" } };
  const claim = {
    kind: "ResourceClaimTemplate",
    spec: { spec: { devices: { requests: [{ exactly: { deviceClassName: "neuron.aws.com" } }] } } },
  };
  const found = (...objects: readonly KubernetesObject[]) =>
    checkMechanism(objects).map(({ status, message }) => `${status} ${message}`);

  it("is one of the plugin and the driver on a node", () => {
    expect(found(plugin("a"), driver("a"), driver("b"), deviceClass)).toEqual([
      "FAIL 1 node runs both the Neuron device plugin and the Neuron DRA driver, so that a device may be handed out twice: a",
    ]);
    expect(found(plugin("a"), driver("b"), deviceClass, claim)).toEqual([
      "OK Neuron devices are handed out by DRA on 1 node, and by the plugin on 1",
    ]);
    expect(found(plugin("a"))).toEqual([]);
  });

  it("is there where it is claimed", () => {
    expect(found(plugin("a"), claim)).toEqual([
      "FAIL claims name the DeviceClass neuron.aws.com, and the cluster has none: their pods stay Pending",
    ]);
  });
});
