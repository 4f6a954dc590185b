// What a workload's resources refer to in a cluster: kinds, namespace, scheduler, classes, queue.
import { describe, expect, it } from "vitest";
import { checkSchedulers } from "../../../../src/core/kubernetes/check/check-schedulers.ts";
import type { KubernetesObject } from "../../../../src/core/kubernetes/check/snapshot.ts";
import type { Workload } from "../../../../src/core/workload/schema.ts";
import { checkWorkloadIn, node, type Question } from "../../../support/eks-cluster.ts";

const bert: Workload = {
  name: "bert",
  kind: "service",
  image: "repo/bert:1",
  accelerator: { instanceTypes: ["inf2.24xlarge"] },
};
const part: Workload = { ...bert, accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 2 } };

/** `FAIL queue: ...`, of what is not as it should be. */
const wrong = (question: Partial<Question>) =>
  checkWorkloadIn({ workload: bert, objects: [node("a", "inf2.24xlarge")], ...question })
    .groups.filter(({ subject }) => subject.startsWith("workload "))
    .flatMap(({ items }) => items)
    .filter(({ status }) => status !== "OK")
    .map(({ status, check, message }) => `${status} ${check}: ${message}`);

describe("a workload's resources", () => {
  it("are right where all is there", () => {
    expect(wrong({})).toEqual([]);
  });

  it("want their kinds, in their versions", () => {
    const served = new Map([
      ["apps/v1", ["Deployment"]],
      ["jobset.x-k8s.io/v1alpha2", []],
    ] as const);
    const versions = new Map([["jobset.x-k8s.io", ["jobset.x-k8s.io/v1"]]]);
    const job: Workload = { ...bert, kind: "job" };
    expect(wrong({ workload: job, kind: "JobSet", needs: { served, versions } })).toEqual([
      "FAIL api: the cluster does not know JobSet (jobset.x-k8s.io/v1alpha2); of jobset.x-k8s.io it serves jobset.x-k8s.io/v1",
    ]);
    expect(wrong({ workload: job, kind: "JobSet", needs: { served, versions: new Map() } })).toEqual([
      "FAIL api: the cluster does not know JobSet (jobset.x-k8s.io/v1alpha2)",
    ]);
    expect(wrong({ needs: { served: new Map() } })).toEqual([
      "SKIP api: which kinds the API server serves could not be read",
    ]);
  });

  it("want the kinds of what goes beside", () => {
    const served = new Map([
      ["apps/v1", ["Deployment"]],
      ["v1", ["Service"]],
      ["monitoring.coreos.com/v1", []],
      ["gateway.networking.k8s.io/v1", ["HTTPRoute"]],
    ] as const);
    const workload: Workload = { ...bert, ports: [{ container: 8080 }] };
    const settings = { extras: ["service-monitor", "http-route"], gateway: { name: "public" } } as const;
    expect(wrong({ workload, settings, needs: { served } })).toEqual([
      "FAIL api: the cluster does not know ServiceMonitor (monitoring.coreos.com/v1)",
    ]);
  });

  it("want their namespace, which takes their Pod Security level", () => {
    expect(wrong({ needs: { namespaceLabels: "missing" } })).toEqual(["FAIL namespace: there is no namespace ml"]);
    expect(wrong({ needs: { namespaceLabels: undefined } })).toEqual(["SKIP namespace: namespace ml may not be read"]);
    const enforce = (level: string) => ({ namespaceLabels: { "pod-security.kubernetes.io/enforce": level } });
    expect(wrong({ needs: enforce("baseline") })).toEqual([]);
    expect(wrong({ needs: enforce("restricted") })[0]).toMatch(
      /^FAIL namespace: namespace ml enforces the Pod Security level restricted, and the pods meet baseline: .*runAsNonRoot/,
    );
    expect(wrong({ workload: { ...bert, user: 1000 }, needs: enforce("restricted") })).toEqual([]);
    const fixOf = (workload: Workload, level: string) =>
      checkWorkloadIn({ workload, needs: enforce(level) })
        .groups.flatMap(({ items }) => items)
        .find(({ check }) => check === "namespace")!.fix;
    expect(fixOf(bert, "restricted")).toMatch(/^Write user: 1000, .* or kubectl label namespace ml/);
    expect(fixOf({ ...bert, user: 0 }, "restricted")).toMatch(/^kubectl label/);
    const efa: Workload = { ...bert, kind: "job", nodes: 2, accelerator: { instanceTypes: ["trn1.32xlarge"] } };
    expect(wrong({ workload: efa, needs: enforce("baseline") })).toEqual([
      "FAIL namespace: namespace ml enforces the Pod Security level baseline, and the pods meet privileged: container bert adds the capability IPC_LOCK",
    ]);
  });

  it("want their scheduler", () => {
    const scheduler = {
      kind: "Deployment",
      metadata: { namespace: "kube-system", name: "my-scheduler" },
      spec: { template: { spec: { containers: [] } } },
    };
    const objects = [node("a", "inf2.24xlarge")];
    expect(wrong({ workload: part, objects })).toEqual([
      "FAIL scheduler: the workload names the scheduler my-scheduler, and none of that name runs in the cluster: the pods stay Pending without an event",
    ]);
    expect(wrong({ workload: part, objects: [...objects, scheduler] })).toEqual([]);
    const told = {
      ...scheduler,
      metadata: { name: "second" },
      spec: { template: { spec: { containers: [{ args: ["--scheduler-name=my-scheduler"] }] } } },
    };
    expect(wrong({ workload: part, objects: [...objects, told] })).toEqual([]);
  });

  it("want their DeviceClass, one mechanism and its version", () => {
    const deviceClass = { kind: "DeviceClass", metadata: { name: "neuron.aws.com" } };
    const dra = { settings: { neuronScheduler: "dra" } } as const;
    const objects = [node("a", "inf2.24xlarge")];
    expect(wrong(dra)[0]).toMatch(/^FAIL device-mechanism: the cluster has no DeviceClass neuron.aws.com/);
    expect(wrong({ ...dra, objects: [...objects, deviceClass] })).toEqual([]);
    expect(wrong({ ...dra, objects: [...objects, deviceClass], version: "1.33" })).toEqual([
      "FAIL dra-version: the Neuron DRA driver needs Kubernetes 1.34, and the cluster's is 1.33",
    ]);
    expect(wrong({ objects: [...objects, deviceClass] })[0]).toMatch(/^WARN device-mechanism: /);
  });
});

describe("a queue", () => {
  const workload: Workload = { ...bert, eks: { queue: { kueue: "team-a" } } };
  const local = { kind: "LocalQueue", metadata: { name: "team-a", namespace: "ml" }, spec: { clusterQueue: "ai" } };
  const quotas = (neurons: string, change: object = {}): KubernetesObject => ({
    kind: "ClusterQueue",
    metadata: { name: "ai" },
    spec: {
      namespaceSelector: {},
      resourceGroups: [
        {
          flavors: [
            {
              name: "inf2",
              resources: [
                { name: "cpu", nominalQuota: "96" },
                { name: "memory", nominalQuota: "1Ti" },
                { name: "aws.amazon.com/neuron", nominalQuota: neurons },
              ],
            },
          ],
        },
      ],
      ...change,
    },
  });
  const found = (...queues: readonly KubernetesObject[]) => wrong({ workload, needs: { queues } });

  it("takes what it has quota for", () => {
    expect(found(local, quotas("6"))).toEqual([]);
    expect(found(local, quotas("5"))).toEqual([
      "FAIL queue: ClusterQueue ai has 5 aws.amazon.com/neuron in its largest flavor, and the workload asks for 6 aws.amazon.com/neuron",
    ]);
    expect(found(local, quotas("5", { cohort: "all" }))).toEqual([]);
  });

  it("has to be there, active, of the namespace, and over what is asked for", () => {
    expect(found()).toEqual(["FAIL queue: namespace ml has no LocalQueue team-a"]);
    expect(found(local)).toEqual(["FAIL queue: LocalQueue team-a is of ClusterQueue ai, which is not there"]);
    expect(found(local, quotas("6", { resourceGroups: [] }))).toHaveLength(3);
    expect(found(local, quotas("6", { namespaceSelector: null }))[0]).toContain("takes no namespace");
    expect(found(local, quotas("6", { namespaceSelector: { matchLabels: { team: "a" } } }))[0]).toContain("team=a");
    const status = { conditions: [{ type: "Active", status: "False", message: "flavor inf2 is not there" }] };
    expect(found(local, { ...quotas("6"), status })).toEqual([
      "FAIL queue: ClusterQueue ai is not active: flavor inf2 is not there",
    ]);
    expect(wrong({ workload, needs: { queues: undefined } })).toEqual([
      "SKIP queue: the queues of Kueue may not be read",
    ]);
  });
});

describe("a queue's topology", () => {
  const zone = "topology.kubernetes.io/zone";
  const local = { kind: "LocalQueue", metadata: { name: "team-a", namespace: "ml" }, spec: { clusterQueue: "ai" } };
  const resources = ["cpu", "memory", "aws.amazon.com/neuron", "vpc.amazonaws.com/efa", "hugepages-2Mi"];
  const queue: KubernetesObject = {
    kind: "ClusterQueue",
    metadata: { name: "ai" },
    spec: {
      namespaceSelector: {},
      resourceGroups: [
        {
          flavors: [
            {
              name: "any",
              resources: resources.map((name) => ({ name, nominalQuota: name === "cpu" ? "1000" : "0" })),
            },
            { name: "trn1", resources: resources.map((name) => ({ name, nominalQuota: "9Ti" })) },
          ],
        },
      ],
    },
  };
  const flavor = (name: string, topologyName?: string) => ({
    kind: "ResourceFlavor",
    metadata: { name },
    spec: { topologyName },
  });
  const topology = (name: string, ...levels: readonly string[]) => ({
    kind: "Topology",
    metadata: { name },
    spec: { levels: levels.map((nodeLabel) => ({ nodeLabel })) },
  });
  const byRacks = [flavor("any"), flavor("trn1", "racks"), topology("racks", "example.com/rack", zone)];
  const asked = (level?: string, accelerator: Workload["accelerator"] = { instanceTypes: ["trn1.32xlarge"] }) => {
    const eks = { queue: { kueue: "team-a", ...(level === undefined ? {} : { topology: level }) } };
    const workload: Workload = { ...bert, kind: "job", nodes: 2, accelerator, eks };
    return (flavors?: readonly KubernetesObject[]) =>
      checkWorkloadIn({ workload, objects: [], needs: { queues: [local, queue], flavors } })
        .groups.flatMap(({ items }) => items)
        .filter(({ check }) => check === "queue-topology")
        .map(({ status, message, fix }) => [status, message, fix ?? ""].join(" "));
  };

  it("that has zones is said, with the word that makes use of it", () => {
    const [said, ...others] = asked()(byRacks);
    expect(said).toMatch(/^WARN flavor trn1 has a Topology by zones.* topology: topology.kubernetes.io\/zone }/);
    expect(others).toEqual([]);
    expect(asked(undefined, { instanceTypes: ["trn1.32xlarge"], efa: false })(byRacks)).toEqual([]);
    expect(asked()([flavor("any", "racks"), flavor("trn1"), topology("racks", zone)])).toEqual([]);
    expect(asked()([flavor("trn1", "racks"), topology("racks", "example.com/rack")])).toEqual([]);
  });

  it("has the level that is asked for, or Kueue admits nothing", () => {
    expect(asked(zone)(byRacks)[0]).toMatch(/^OK Kueue chooses nodes of one topology.kubernetes.io\/zone/);
    expect(asked("example.com/row")(byRacks)[0]).toMatch(
      /^FAIL no flavor of ClusterQueue ai .* level example.com\/row: .* eks.queue.topology: example.com\/rack or /,
    );
    expect(asked(zone)([flavor("any", "zones"), flavor("trn1"), topology("zones", zone)])[0]).toMatch(
      /^FAIL .* give the flavors a Topology/,
    );
    expect(asked(zone)(undefined)[0]).toMatch(/^SKIP/);
  });

  it("is of no use with nodes that would be started: Kueue does not count them", () => {
    const pool = {
      kind: "NodePool",
      metadata: { name: "train" },
      spec: { template: { spec: { requirements: [] } } },
      status: { conditions: [{ type: "Ready", status: "True" }] },
    };
    const placed = (level?: string) => {
      const eks = { queue: { kueue: "team-a", ...(level === undefined ? {} : { topology: level }) } };
      const accelerator = { instanceTypes: ["trn1.32xlarge"] };
      return checkWorkloadIn({ workload: { ...bert, kind: "job", nodes: 2, accelerator, eks }, objects: [pool] });
    };
    expect(placed().workload!.placeable).toBe(true);
    expect(placed(zone).workload!.placeable).toBe(false);
  });

  it("keeps the pods on nodes of one value, where they have one", () => {
    const rack = (name: string, value?: string) =>
      node(name, "trn1.32xlarge", { labels: value === undefined ? {} : { "example.com/rack": value } });
    const workload: Workload = {
      ...bert,
      kind: "job",
      nodes: 3,
      accelerator: { instanceTypes: ["trn1.32xlarge"] },
      eks: { queue: { kueue: "team-a", topology: "example.com/rack" } },
    };
    const placed = checkWorkloadIn({
      workload,
      objects: [rack("a", "1"), rack("b", "1"), rack("c", "2"), rack("d")],
    }).workload!;
    expect(placed).toMatchObject({ requested: 3, possible: 2, placeable: false, sharedLabel: "example.com/rack" });
    expect(placed.nodes.find((each) => each.node === "d")!.reasons).toEqual([
      { code: "LOCATION", message: "has no label example.com/rack, of which the workload's pods share a value" },
    ]);
  });
});

describe("the pods that are there", () => {
  const deployment = (name: string, spec: object): KubernetesObject => ({
    kind: "Deployment",
    metadata: { namespace: "ml", name },
    spec: {
      template: {
        spec: { containers: [{ resources: { limits: { "aws.amazon.com/neuron": "2" } } }], ...spec },
      },
    },
  });
  const objects = [
    node("a", "inf1.6xlarge"),
    deployment("pair-default", {}),
    deployment("pair-extension", { schedulerName: "my-scheduler" }),
  ];

  it("are told of where their scheduler does not run, or where nobody sees to neighbours", () => {
    expect(checkSchedulers(objects).map(({ status, message }) => `${status}: ${message}`)).toEqual([
      "FAIL: Deployment ml/pair-extension names the scheduler my-scheduler, and none of that name runs in the cluster: the pods stay Pending without an event",
      "WARN: Deployment ml/pair-default asks for a part of an instance's 4 Neuron devices without the Neuron scheduler extension: the devices may be no neighbours",
    ]);
  });

  it("are told of cores as of devices: some of them, and neither one nor all that a node offers", () => {
    const cores = (name: string, count: string) =>
      deployment(name, { containers: [{ resources: { limits: { "aws.amazon.com/neuroncore": count } } }] });
    const nodes = [node("a", "trn2.48xlarge", { allocatable: { "aws.amazon.com/neuroncore": "64" } })];
    expect(
      checkSchedulers([...nodes, cores("one", "1"), cores("part", "8"), cores("all", "64")]).map(
        ({ message }) => message,
      ),
    ).toEqual([
      "Deployment ml/part asks for a part of an instance's 64 NeuronCores without the Neuron scheduler extension: the cores may be no neighbours",
    ]);
  });

  it("are right where it runs", () => {
    const pod = {
      kind: "Pod",
      metadata: { namespace: "kube-system", name: "my-scheduler-79bd4cb788-hq2sq" },
      spec: {},
    };
    expect(checkSchedulers([...objects, pod]).map(({ status }) => status)).toEqual(["WARN"]);
    expect(
      checkSchedulers([node("a", "inf1.6xlarge"), deployment("one", { schedulerName: "default-scheduler" })]),
    ).toHaveLength(1);
    expect(checkSchedulers([node("a", "inf1.2xlarge"), deployment("all", {})])).toHaveLength(0);
  });
});
