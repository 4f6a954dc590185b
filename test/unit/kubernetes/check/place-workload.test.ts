// What keeps a workload from running on a cluster's nodes, and the nearest change.
import { describe, expect, it } from "vitest";
import type { KubernetesObject } from "../../../../src/core/kubernetes/check/snapshot.ts";
import type { Workload } from "../../../../src/core/workload/schema.ts";
import { checkWorkloadIn, node, podOn, type Question } from "../../../support/eks-cluster.ts";

const neuron = "aws.amazon.com/neuron";
const bert: Workload = {
  name: "bert",
  kind: "service",
  image: "repo/bert:1",
  accelerator: { instanceTypes: ["inf2.24xlarge"] },
  resources: { cpu: 8, memory: "64GiB" },
};
const train: Workload = {
  name: "train",
  kind: "job",
  image: "repo/train:1",
  nodes: 2,
  accelerator: { instanceTypes: ["p5.48xlarge"] },
};
const place = (question: Question) => checkWorkloadIn(question).workload!;
const reasonsOn = (one: KubernetesObject, others: readonly KubernetesObject[] = [], workload = bert) =>
  place({ workload, objects: [one, ...others] }).nodes[0]!.reasons.map(({ code, message }) => `${code}: ${message}`);

describe("a node", () => {
  it.each<readonly [string, KubernetesObject, readonly KubernetesObject[], readonly string[]]>([
    ["with room", node("a", "inf2.24xlarge"), [], []],
    ["of another type", node("a", "inf2.48xlarge"), [], ["TYPE: is inf2.48xlarge; the pod is for inf2.24xlarge"]],
    ["that is cordoned", node("a", "inf2.24xlarge", { spec: { unschedulable: true } }), [], ["STATUS: is cordoned"]],
    [
      "that is not ready",
      node("a", "inf2.24xlarge", { ready: "Unknown" }),
      [],
      ["STATUS: is not ready: kubelet stopped posting node status"],
    ],
    [
      "with a taint of somebody else's",
      node("a", "inf2.24xlarge", { spec: { taints: [{ key: "team", value: "vision", effect: "NoSchedule" }] } }),
      [],
      ["TAINT: the pod does not tolerate team=vision:NoSchedule"],
    ],
    [
      "with a taint that only prefers",
      node("a", "inf2.24xlarge", { spec: { taints: [{ key: "team", effect: "PreferNoSchedule" }] } }),
      [],
      [],
    ],
    [
      "without device plugin",
      node("a", "inf2.24xlarge", { allocatable: { [neuron]: "0" } }),
      [],
      [`DEVICES: offers no ${neuron}: nothing hands it out`],
    ],
    [
      "whose devices a pod has",
      node("a", "inf2.24xlarge"),
      [podOn("a", "other", { [neuron]: "2" })],
      [`DEVICES: the pod asks for 6 ${neuron}, and 4 of 6 are left: ml/other has 2`],
    ],
    [
      "whose devices an ended pod had",
      node("a", "inf2.24xlarge"),
      [{ ...podOn("a", "other", { [neuron]: "6" }), status: { phase: "Succeeded" } }],
      [],
    ],
    [
      "with too little left of CPU and memory",
      node("a", "inf2.24xlarge"),
      [podOn("a", "other", { cpu: "90500m", memory: "300Gi" })],
      [
        "CPU: the pod asks for 8 CPU, and 5.2 of 95.7 are left",
        "MEMORY: the pod asks for 64GiB, and 54558MiB of 361758MiB are left",
      ],
    ],
    [
      "with its pods full",
      node("a", "inf2.24xlarge", { allocatable: { pods: "1" } }),
      [podOn("a", "other", {})],
      ["PODS: the pod asks for 1 pods, and 0 of 1 are left"],
    ],
  ])("%s", (_, one, others, reasons) => {
    expect(reasonsOn(one, others)).toEqual(reasons);
  });

  it("that lacks the EFA interfaces and huge pages of a workload of several", () => {
    const bare = node("a", "p5.48xlarge", { allocatable: { "vpc.amazonaws.com/efa": "0", "hugepages-2Mi": "0" } });
    expect(reasonsOn(bare, [], train)).toEqual([
      "EFA: offers no vpc.amazonaws.com/efa: nothing hands it out",
      "HUGEPAGES: the pod asks for 5GiB of huge pages, and 0MiB of 0MiB are left",
    ]);
  });

  it("that raw fields of the pod leave out", () => {
    const workload: Workload = { ...bert, eks: { pod: { spec: { nodeSelector: { pool: "ai" } } } } };
    expect(reasonsOn(node("a", "inf2.24xlarge"), [], workload)).toEqual([
      "CONSTRAINT: has no pool; the pod asks for pool In ai",
    ]);
    expect(reasonsOn(node("a", "inf2.24xlarge", { labels: { pool: "ai" } }), [], workload)).toEqual([]);
  });

  it("on which another pod has the host port", () => {
    const workload: Workload = { ...bert, ports: [{ container: 8080, host: 8080 }] };
    const other = podOn("a", "other", {}, {}, { hostNetwork: true });
    const taken = {
      ...other,
      spec: { ...(other["spec"] as object), containers: [{ ports: [{ containerPort: 8080 }] }] },
    };
    expect(reasonsOn(node("a", "inf2.24xlarge"), [taken], workload)).toEqual([
      "PORTS: ml/other has the host port 8080/TCP",
    ]);
  });

  it("that does not say how much memory or how many pods it has is judged by the rest", () => {
    const whole = node("a", "inf2.24xlarge");
    const sparse = { ...whole, status: { allocatable: { cpu: "96", [neuron]: "6" } } };
    expect(reasonsOn(sparse)).toEqual([]);
    expect(reasonsOn({ ...whole, status: { allocatable: { cpu: "96" } } })).toHaveLength(1);
  });

  it("of HyperPod is of its type", () => {
    const workload: Workload = { ...bert, accelerator: { instanceTypes: ["ml.inf2.24xlarge"] } };
    const one = node("a", "inf2.24xlarge", { labels: { "node.kubernetes.io/instance-type": "ml.inf2.24xlarge" } });
    expect(reasonsOn(one, [], workload)).toEqual([]);
  });
});

describe("a workload", () => {
  const two = [node("a", "inf2.24xlarge"), node("b", "inf2.24xlarge")];
  const part: Workload = {
    ...bert,
    replicas: 7,
    accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 2 },
  };

  it("has as many pods on a node as its devices and CPU take", () => {
    expect(place({ workload: { ...part, replicas: 6 }, objects: two })).toMatchObject({
      placeable: true,
      requested: 6,
      possible: 6,
      nodes: [{ room: 3 }, { room: 3 }],
    });
    expect(place({ workload: part, objects: two })).toMatchObject({ placeable: false, possible: 6 });
  });

  it("counts those of its pods that run, and lets them keep what they have", () => {
    const labels = { labels: { "app.kubernetes.io/instance": "bert" } };
    const own = podOn("a", "bert-1", { [neuron]: "6" }, labels);
    expect(place({ workload: { ...bert, replicas: 2 }, objects: [...two, own] })).toMatchObject({
      placeable: true,
      requested: 2,
      running: 1,
      possible: 1,
    });
    const elsewhere = podOn("a", "bert-1", { [neuron]: "6" }, { ...labels, namespace: "other" });
    expect(place({ workload: { ...bert, replicas: 2 }, objects: [...two, elsewhere] })).toMatchObject({
      placeable: false,
      running: 0,
    });
  });

  it("of nodes with EFA has its pods in one zone, each on a node of its own", () => {
    const zone = (name: string, letter: string) =>
      node(name, "p5.48xlarge", { labels: { "topology.kubernetes.io/zone": `us-east-1${letter}` } });
    const apart = place({ workload: train, objects: [zone("a", "a"), zone("b", "b")] });
    expect([apart.placeable, apart.possible]).toEqual([false, 1]);
    const together = place({ workload: train, objects: [zone("a", "a"), zone("b", "b"), zone("c", "b")] });
    expect([together.placeable, together.possible]).toEqual([true, 2]);
    const first = podOn(
      "a",
      "train-0",
      { "nvidia.com/gpu": "8" },
      { labels: { "app.kubernetes.io/instance": "train" } },
    );
    const held = place({ workload: train, objects: [zone("a", "a"), zone("b", "b"), zone("c", "b"), first] });
    expect([held.running, held.possible, held.nodes[1]!.reasons.map(({ code }) => code)]).toEqual([1, 0, ["LOCATION"]]);
  });

  it("takes the variant that has room", () => {
    const workload: Workload = { ...bert, accelerator: { instanceTypes: ["inf2.48xlarge", "inf2.24xlarge"] } };
    expect(place({ workload, objects: two })).toMatchObject({ name: "bert-inf2-24xlarge", placeable: true });
  });

  it("claims devices where DRA hands them out", () => {
    const slice = (name: string, count: number): KubernetesObject => ({
      kind: "ResourceSlice",
      spec: {
        nodeName: name,
        driver: "neuron.aws.com",
        pool: { name },
        devices: Array.from({ length: count }, (_, index) => ({ name: `neuron${index}`, attributes: {} })),
      },
    });
    const claim: KubernetesObject = {
      kind: "ResourceClaim",
      metadata: { namespace: "ml", name: "other" },
      status: { allocation: { devices: { results: [{ driver: "neuron.aws.com", pool: "a", device: "neuron0" }] } } },
    };
    const deviceClass = { kind: "DeviceClass", metadata: { name: "neuron.aws.com" } };
    const dra = { workload: bert, settings: { neuronScheduler: "dra" } as const };
    const objects = [...two, slice("a", 6), slice("b", 5), deviceClass];
    expect(place({ ...dra, objects }).nodes.map(({ fits }) => fits)).toEqual([true, false]);
    expect(place({ ...dra, objects: [...objects, claim] }).nodes[0]!.reasons).toEqual([
      {
        code: "DEVICES",
        message: "the pod asks for 6 neuron.aws.com, and 5 of 6 are left: claim ml/other has 1",
      },
    ]);
  });
});

describe("the nearest change", () => {
  const change = (question: Omit<Question, "workload">, workload: Workload = bert) =>
    place({ workload, ...question }).nearestChange;
  const full = podOn("a", "other", { [neuron]: "6" });
  const group = (desiredSize: number, maxSize: number): Question["nodegroups"] => [
    {
      nodegroup: {
        nodegroupName: "inf",
        instanceTypes: ["inf2.24xlarge"],
        subnets: [],
        labels: {},
        taints: [],
        scalingConfig: { desiredSize, maxSize },
        healthIssues: [],
      },
    },
  ];

  it("is to wait for a pod that is ending", () => {
    const ending = podOn("a", "other", { [neuron]: "6" }, { deletionTimestamp: "2026-11-29T00:00:00Z" });
    expect(change({ objects: [node("a", "inf2.24xlarge"), ending] })).toEqual({
      kind: "wait",
      message: "wait until ml/other has ended: then it fits on a",
    });
  });

  it("is to ask for less where that is at least half", () => {
    const busy = podOn("a", "other", { cpu: "90500m" });
    expect(change({ objects: [node("a", "inf2.24xlarge"), busy] })).toEqual({
      kind: "ask-for-less",
      message: "with resources.cpu: 5.2 it fits on a",
    });
    const busier = podOn("a", "other", { cpu: "93" });
    expect(change({ objects: [node("a", "inf2.24xlarge"), busier] })?.kind).toBe("stop-pods");
  });

  it("is to uncordon, or to tolerate", () => {
    expect(change({ objects: [node("a", "inf2.24xlarge", { spec: { unschedulable: true } })] })).toEqual({
      kind: "uncordon",
      message: "kubectl uncordon a: then it fits there",
    });
    const tainted = node("a", "inf2.24xlarge", { spec: { taints: [{ key: "team", effect: "NoSchedule" }] } });
    expect(change({ objects: [tainted] })?.message).toContain("{ key: team, operator: Exists, effect: NoSchedule }");
  });

  it("names the fewest pods in the way", () => {
    const small = podOn("b", "small", { [neuron]: "1" });
    const more = podOn("b", "more", { [neuron]: "1" });
    expect(change({ objects: [node("b", "inf2.24xlarge"), node("a", "inf2.24xlarge"), small, more, full] })).toEqual({
      kind: "stop-pods",
      message: "without ml/other it fits on a",
    });
  });

  it("is a node more", () => {
    expect(change({ nodegroups: group(1, 3)! })?.message).toMatch(/1 node of at most 3 .*:.* desiredSize=2$/);
    expect(change({ nodegroups: group(3, 3)! })?.message).toMatch(/desiredSize=4,maxSize=4$/);
    expect(change({})?.message).toContain("aiplat eks nodegroup create --cluster prod --instance-type inf2.24xlarge");
  });

  it("is nobody's where something starts nodes", () => {
    const pool = (values: readonly string[], taints: readonly object[] = []): KubernetesObject => ({
      kind: "NodePool",
      metadata: { name: "ai" },
      spec: {
        template: {
          spec: { taints, requirements: [{ key: "node.kubernetes.io/instance-type", operator: "In", values }] },
        },
      },
    });
    expect(place({ workload: bert, objects: [pool(["inf2.24xlarge"])] })).toMatchObject({
      placeable: true,
      possible: 0,
      growth: { by: "NodePool ai", instanceType: "inf2.24xlarge" },
    });
    expect(place({ workload: bert, objects: [pool(["inf2.48xlarge"])] }).placeable).toBe(false);
    expect(
      place({ workload: bert, objects: [pool(["inf2.24xlarge"], [{ key: "x", effect: "NoSchedule" }])] }).placeable,
    ).toBe(false);
    const autoscaler = { kind: "Deployment", metadata: { namespace: "kube-system", name: "cluster-autoscaler" } };
    expect(place({ workload: bert, objects: [autoscaler], nodegroups: group(1, 3)! }).placeable).toBe(true);
    expect(place({ workload: bert, objects: [autoscaler], nodegroups: group(3, 3)! }).placeable).toBe(false);
  });
});
