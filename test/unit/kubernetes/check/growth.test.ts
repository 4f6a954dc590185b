import { describe, expect, it } from "vitest";
import type { KubernetesObject } from "../../../../src/core/kubernetes/check/snapshot.ts";
import type { Workload } from "../../../../src/core/workload/schema.ts";
import { checkWorkloadIn } from "../../../support/eks-cluster.ts";

const neuron = "aws.amazon.com/neuron";
const bert: Workload = {
  name: "bert",
  kind: "service",
  image: "repo/bert:1",
  accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 2 },
};

function pool(name: string, limits?: object, resources?: object): KubernetesObject {
  const values = ["inf2.24xlarge"];
  const requirements = [{ key: "node.kubernetes.io/instance-type", operator: "In", values }];
  return {
    kind: "NodePool",
    metadata: { name },
    spec: { limits, template: { spec: { requirements } } },
    status: { resources },
  };
}

const placed = (replicas: number, ...objects: readonly KubernetesObject[]) =>
  checkWorkloadIn({ workload: { ...bert, replicas }, objects }).workload!;

describe("a NodePool of Karpenter", () => {
  it("starts nodes as far as its limits leave, each for as many pods as its devices", () => {
    const one = pool("ai", { [neuron]: "6" });
    expect(placed(3, one)).toMatchObject({ placeable: true, growth: { by: "NodePool ai", pods: 3 } });
    expect(placed(4, one)).toMatchObject({
      placeable: false,
      nearestChange: {
        kind: "raise-limits",
        message: "the limits of NodePool ai leave nodes for 3 pods more: kubectl edit nodepool ai",
      },
    });
    expect(placed(4, one).growth).toBeUndefined();
    // What it has already counts, and a part of a node is none.
    expect(placed(1, pool("ai", { [neuron]: "17" }, { [neuron]: "12" })).placeable).toBe(false);
    expect(placed(6, pool("ai", { [neuron]: "18" }, { [neuron]: "6" })).placeable).toBe(true);
  });

  it.each([
    [{ cpu: "96" }, 3],
    [{ cpu: "95" }, 0],
    [{ memory: "768Gi" }, 6],
    [{ nodes: "4" }, 12],
    [{ cpu: "192", [neuron]: "6" }, 3],
  ])("is bounded by each of its limits: %j", (limits, pods) => {
    expect(placed(pods + 1, pool("ai", limits)).placeable).toBe(false);
    if (pods > 0) expect(placed(pods, pool("ai", limits)).placeable).toBe(true);
  });

  it("without limits starts nodes for all, and so does one of several that can", () => {
    expect(placed(50, pool("ai"))).toMatchObject({ placeable: true, growth: { by: "NodePool ai" } });
    expect(placed(50, pool("ai")).growth).not.toHaveProperty("pods");
    expect(placed(4, pool("small", { [neuron]: "6" }), pool("large", { [neuron]: "60" })).growth!.by).toBe(
      "NodePool large",
    );
    expect(placed(4, pool("ai", { "example.com/a": "1" })).placeable).toBe(true);
  });
});

describe("a NodePool of Karpenter and pods that it does not count", () => {
  it("starts nothing for claims, which is said", () => {
    const dra = { settings: { neuronScheduler: "dra" } as const, objects: [pool("ai")] };
    const { placeable, growth, nearestChange } = checkWorkloadIn({ workload: bert, ...dra }).workload!;
    expect([placeable, growth, nearestChange?.kind]).toEqual([false, undefined, "add-nodes"]);
    expect(nearestChange!.message).toMatch(
      /--instance-type inf2\.24xlarge\. Karpenter starts no nodes for pods with claims but .* settings\.enableDRA/,
    );
  });

  it("starts nothing where its size is fixed", () => {
    const { spec, ...others } = pool("ai") as { spec: object } & KubernetesObject;
    expect(placed(1, { ...others, spec: { ...spec, replicas: 2 } })).toMatchObject({
      placeable: false,
      nearestChange: { message: expect.stringContaining(", or a NodePool of Karpenter") as string },
    });
  });
});

describe("a NodePool that is not ready", () => {
  it("starts nothing", () => {
    const ready = (status: string) => ({ ...pool("ai"), status: { conditions: [{ type: "Ready", status }] } });
    expect(placed(1, ready("False")).placeable).toBe(false);
    expect(placed(1, ready("True")).placeable).toBe(true);
  });
});

describe("the Cluster Autoscaler", () => {
  const autoscaler = { kind: "Deployment", metadata: { namespace: "kube-system", name: "cluster-autoscaler" } };
  const group = (desiredSize: number, maxSize: number) => [
    {
      nodegroup: {
        nodegroupName: "ai",
        instanceTypes: ["inf2.24xlarge"],
        subnets: [],
        labels: {},
        taints: [],
        scalingConfig: { desiredSize, maxSize },
        healthIssues: [],
      },
    },
  ];

  it("starts as many nodes as the group may have more", () => {
    const ask = (replicas: number) =>
      checkWorkloadIn({ workload: { ...bert, replicas }, objects: [autoscaler], nodegroups: group(1, 3) }).workload!;
    expect(ask(6)).toMatchObject({ placeable: true, growth: { pods: 6 } });
    expect(ask(7)).toMatchObject({ placeable: false, nearestChange: { kind: "add-nodes" } });
  });
});
