import { describe, expect, it } from "vitest";
import { requireInstanceType } from "../../../src/core/catalog/instance-types/catalog.ts";
import {
  generateManifests,
  resolveForKubernetes,
  type KubernetesSettings,
} from "../../../src/core/kubernetes/generate.ts";
import { typeOf } from "../../../src/core/kubernetes/kind-definition.ts";
import { definitionOf, kinds, type Kind } from "../../../src/core/kubernetes/kinds.ts";
import { embeddedManifest } from "../../../src/core/kubernetes/embedded.ts";
import type { Container, Manifest, PodTemplate } from "../../../src/core/kubernetes/manifest.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { acceleratedPods, multiNodeKinds, workloadOf } from "../../support/kubernetes-workloads.ts";

const queued = { eks: { queue: { kueue: "team-a" } } } as const;
const queueFleets = [{ type: requireInstanceType("trn1.32xlarge"), count: 4 }];

function made(kind: Kind, change: Partial<Workload> = {}, settings: KubernetesSettings = {}, nodes = 2) {
  const base = workloadOf({ kind, accelerator: "neuron", devices: "whole instance", nodes });
  const workload = { ...base, ...change, eks: { ...base.eks, ...change.eks } };
  return generateManifests(resolveForKubernetes(workload, kind), settings);
}

const codesOf = (...args: Parameters<typeof made>) => made(...args).warnings.map(({ code }) => code);
const resourceOf = (...args: Parameters<typeof made>): Manifest =>
  made(...args).manifests.find(({ kind }) => kind === typeOf(definitionOf(args[0])).kind)!;

/** Every template of a pod in the documents, those without devices too. */
function templates(value: unknown): readonly PodTemplate[] {
  if (Array.isArray(value)) return value.flatMap(templates);
  if (typeof value !== "object" || value === null) return [];
  const fields = value as Readonly<Record<string, unknown>>;
  const spec = fields["spec"] as Readonly<Record<string, unknown>> | undefined;
  const own = fields["metadata"] !== undefined && Array.isArray(spec?.["containers"]) ? [value as PodTemplate] : [];
  const { metadata, container } = fields as {
    readonly metadata?: PodTemplate["metadata"];
    readonly container?: Container;
  };
  // A Workflow's.
  const step = container === undefined ? [] : [{ metadata: metadata!, spec: { ...fields, containers: [container] } }];
  return [...own, ...step, ...templates(embeddedManifest(fields)), ...Object.values(fields).flatMap(templates)];
}

const hasDevices = (template: PodTemplate) => acceleratedPods(template.spec).length > 0;
const queueable = multiNodeKinds.filter((kind) => definitionOf(kind).queues?.kueue !== undefined);
const jobs = kinds.filter((kind) => definitionOf(kind).runs === "job");

const oneByOne = multiNodeKinds.filter((kind) => definitionOf(kind).gang !== true);

describe("several nodes without a queue", () => {
  it.each(oneByOne)("are said to wait for each other: %s", (kind) => {
    expect(codesOf(kind)).toContain("gang-without-queue");
    expect(codesOf(kind, {}, { zone: "us-east-1a" })).toContain("gang-without-queue");
    expect(codesOf(kind, {}, {}, 1)).not.toContain("gang-without-queue");
  });

  it.each(queueable)("with one they are not: %s", (kind) => {
    expect(codesOf(kind, queued)).not.toContain("gang-without-queue");
  });
});

describe("a zone that is named", () => {
  it.each(multiNodeKinds)("is that of every pod with devices, and no pod waits for another's: %s", (kind) => {
    const accelerated = acceleratedPods(made(kind, {}, { zone: "us-east-1a" }).manifests);
    const zones = accelerated.map(({ affinity }) => JSON.stringify(affinity));
    expect(accelerated.length).toBeGreaterThan(0);
    for (const each of zones) {
      expect(each).toContain('{"key":"topology.kubernetes.io/zone","operator":"In","values":["us-east-1a"]}');
      expect(each).toContain('"node.kubernetes.io/instance-type"');
      expect(each).not.toContain("podAffinity");
    }
  });

  it("stands in one term with the instance types: terms are alternatives", () => {
    const [pod] = acceleratedPods(made("Job", {}, { zone: "us-east-1a" }, 1).manifests);
    const { nodeAffinity } = pod!.affinity as {
      readonly nodeAffinity: {
        readonly requiredDuringSchedulingIgnoredDuringExecution: {
          readonly nodeSelectorTerms: readonly { readonly matchExpressions: readonly unknown[] }[];
        };
      };
    };
    const { nodeSelectorTerms } = nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution;
    expect(nodeSelectorTerms.map(({ matchExpressions }) => matchExpressions.length)).toEqual([2]);
  });
});

describe("a queue's topology", () => {
  const annotationsOf = (template: PodTemplate) => template.metadata.annotations ?? {};
  const required = "kueue.x-k8s.io/podset-required-topology";
  const group = "kueue.x-k8s.io/podset-group-name";

  it.each(queueable)("is asked for where it is written beside the workload: %s", (kind) => {
    const { manifests } = made(kind, queued, { queueFleets });
    const found = templates(manifests).filter(({ metadata }) => metadata.labels !== undefined);
    expect(found.filter(hasDevices).map((each) => annotationsOf(each)[required])).toEqual(
      found.filter(hasDevices).map(() => "topology.kubernetes.io/zone"),
    );
    // A launcher or a head goes anywhere.
    expect(found.filter((each) => !hasDevices(each)).flatMap((each) => Object.keys(annotationsOf(each)))).not.toContain(
      required,
    );
    // Kueue takes groups of exactly two pod sets.
    const groups = found.flatMap((each) => annotationsOf(each)[group] ?? []);
    expect(groups).toEqual(definitionOf(kind).leaderApart !== undefined ? ["bert", "bert"] : []);
    expect(JSON.stringify(acceleratedPods(manifests))).not.toContain("podAffinity");
  });

  it("makes no group of the Workers of an elastic run, which has no Master", () => {
    const elastic = { eks: { ...queued.eks, resource: { spec: { elasticPolicy: { maxReplicas: 4 } } } } };
    const { manifests } = made("PyTorchJob", elastic, { queueFleets });
    expect(templates(manifests).flatMap((each) => annotationsOf(each)[group] ?? [])).toEqual([]);
  });

  it("is of every flavor, so that pods which ask for none are admitted too", () => {
    const { manifests } = made("JobSet", queued, { queueFleets });
    const specs = (kind: string) =>
      manifests.filter((each) => each.kind === kind).map((each) => each["spec"] as Readonly<Record<string, unknown>>);
    expect(specs("Topology")).toEqual([
      { levels: [{ nodeLabel: "topology.kubernetes.io/zone" }, { nodeLabel: "kubernetes.io/hostname" }] },
    ]);
    expect(specs("ResourceFlavor").map(({ topologyName }) => topologyName)).toEqual(["zones", "zones"]);
    // The API server refuses a topology without labels of nodes.
    for (const { nodeLabels } of specs("ResourceFlavor")) expect(Object.keys(nodeLabels as object)).toHaveLength(1);
    expect(codesOf("JobSet", queued, { queueFleets })).toContain("queue-topology");
  });

  it("shares no flavor with a queue that has none: what one queue says of a flavor, another would take away", () => {
    const flavorsOf = (settings: KubernetesSettings, nodes: number) =>
      made("JobSet", queued, { queueFleets, ...settings }, nodes).manifests.flatMap((each) =>
        each.kind === "ResourceFlavor" ? [[each.metadata.name, JSON.stringify(each["spec"])] as const] : [],
      );
    const byZone = flavorsOf({}, 2);
    const plain = [...flavorsOf({ zone: "us-east-1a" }, 2), ...flavorsOf({}, 1)];
    expect(byZone.map(([name]) => name)).toEqual(["cpu-zones", "trn1-32xlarge-zones"]);
    const specs = new Map([...byZone, ...plain]);
    expect([...byZone, ...plain].filter(([name, spec]) => specs.get(name) !== spec)).toEqual([]);
  });

  it.each<[string, Partial<Workload>, KubernetesSettings, number]>([
    ["the queue is somebody else's", queued, {}, 2],
    ["one node is a replica", queued, { queueFleets }, 1],
    ["the zone is named", queued, { queueFleets, zone: "us-east-1a" }, 2],
    [
      "there is no EFA",
      { ...queued, accelerator: { instanceTypes: ["trn1.32xlarge"], efa: false } },
      { queueFleets },
      2,
    ],
  ])("is left out where %s", (_, change, settings, nodes) => {
    const text = JSON.stringify(made("JobSet", change, settings, nodes).manifests);
    expect(text).not.toContain("topologyName");
    expect(text).not.toContain(required);
  });

  describe("that is said to be there", () => {
    const rack = "example.com/rack";
    const asks = (change: Partial<Workload> = {}): Partial<Workload> => ({
      eks: { queue: { kueue: "team-a", topology: rack } },
      ...change,
    });
    const templatesOf = (kind: Kind, change = asks(), nodes = 2) =>
      templates(made(kind, change, {}, nodes).manifests).filter(({ metadata }) => metadata.labels !== undefined);

    it.each(queueable)("is asked for by pods with devices, in place of their affinity: %s", (kind) => {
      const found = templatesOf(kind);
      expect(found.filter((each) => annotationsOf(each)[required] === rack)).toEqual(found.filter(hasDevices));
      expect(JSON.stringify(found)).not.toContain("podAffinity");
    });

    // "can only define groups of exactly 2 pod sets" (kubernetes-sigs/kueue pkg/controller/jobframework)
    it.each(queueable)("makes no group of the one pod set of one node: %s", (kind) => {
      const pod = templatesOf(kind, asks(), 1).find(hasDevices);
      expect([annotationsOf(pod!)[required], annotationsOf(pod!)[group]]).toEqual([rack, undefined]);
    });

    it("is asked for without EFA too", () => {
      const accelerator = { instanceTypes: ["trn1.32xlarge"], efa: false };
      expect(annotationsOf(templatesOf("JobSet", asks({ accelerator }))[0]!)[required]).toBe(rack);
    });

    it("has to be one of the Topology that --queue-fleet makes", () => {
      expect(() => made("JobSet", asks(), { queueFleets })).toThrow(/makes a Topology of topology.kubernetes.io\/zone/);
      const zones = asks({ eks: { queue: { kueue: "team-a", topology: "topology.kubernetes.io/zone" } } });
      const { manifests } = made("JobSet", queued, { queueFleets });
      expect(made("JobSet", zones, { queueFleets }).manifests).toEqual(manifests);
    });
  });

  it("that is somebody else's leaves the affinity of the pods", () => {
    expect(JSON.stringify(resourceOf("JobSet", queued))).toContain("podAffinity");
  });
});

describe("an eviction", () => {
  const policy = (action: string) => ({
    rules: [{ action, onPodConditions: [{ type: "DisruptionTarget", status: "True" }] }],
  });
  interface Spec {
    readonly backoffLimit?: number;
    readonly podFailurePolicy?: unknown;
    readonly failurePolicy?: unknown;
    readonly template: PodTemplate;
    readonly jobTemplate: { readonly spec: Spec };
    readonly replicatedJobs: readonly { readonly template: { readonly spec: Spec } }[];
    readonly leaderWorkerTemplate: { readonly restartPolicy: string };
  }
  const specOf = (manifest: Manifest) => manifest["spec"] as Spec;

  it("of a Job of one node replaces the pod; a failure of its own does not", () => {
    const spec = specOf(resourceOf("Job", {}, {}, 1));
    expect([spec.podFailurePolicy, spec.backoffLimit]).toEqual([policy("Ignore"), 0]);
    const runs = specOf(resourceOf("CronJob", {}, {}, 1)).jobTemplate.spec;
    expect([runs.podFailurePolicy, runs.backoffLimit]).toEqual([policy("Ignore"), 0]);
    expect(codesOf("Job", {}, {}, 1)).toEqual([]);
  });

  it("of a JobSet starts all again, and nothing else does", () => {
    const spec = specOf(resourceOf("JobSet"));
    expect(spec.failurePolicy).toEqual({
      maxRestarts: 0,
      rules: [
        { name: "evicted", action: "RestartJobSetAndIgnoreMaxRestarts", onJobFailureReasons: ["PodFailurePolicy"] },
      ],
    });
    const job = spec.replicatedJobs[0]!.template.spec;
    expect([job.podFailurePolicy, job.backoffLimit]).toEqual([policy("FailJob"), 0]);
  });

  it("of a LeaderWorkerSet has its group made anew", () => {
    const { leaderWorkerTemplate } = specOf(resourceOf("LeaderWorkerSet"));
    expect(leaderWorkerTemplate.restartPolicy).toBe("RecreateGroupOnPodRestart");
  });

  it("ends the run of other kinds, and of a Job of several nodes, which is said", () => {
    const ended = (nodes: number) =>
      jobs
        .filter((kind) => nodes === 1 || multiNodeKinds.includes(kind))
        .filter((kind) => codesOf(kind, {}, {}, nodes).includes("eviction-ends-run"));
    const others = ["PyTorchJob", "TFJob", "MPIJob", "TrainJob", "RayJob"];
    expect(ended(1)).toEqual([...others, "Workflow"]);
    expect(ended(2)).toEqual(["Job", "CronJob", ...others, "Experiment"]);
  });

  it("is no policy's where raw fields have the pods start again: the API server would refuse it", () => {
    const onFailure = { spec: { restartPolicy: "OnFailure" } };
    for (const eks of [{ pod: onFailure }, { resource: { spec: { template: onFailure } } }]) {
      const spec = specOf(resourceOf("Job", { eks }, {}, 1));
      expect([spec.template.spec["restartPolicy"], spec.podFailurePolicy]).toEqual(["OnFailure", undefined]);
    }
    const theirs = { rules: [{ action: "FailJob", onExitCodes: { operator: "In", values: [42] } }] };
    expect(
      specOf(resourceOf("Job", { eks: { resource: { spec: { podFailurePolicy: theirs } } } }, {}, 1)),
    ).toMatchObject({ podFailurePolicy: theirs });
  });

  // JobSet is told the reason PodFailurePolicy alone, not whose rule it was (kubernetes-sigs/jobset
  // pkg/controllers/failure_policy.go).
  describe("of a JobSet whose Jobs have rules of the user's", () => {
    const evicted = policy("FailJob").rules[0]!;
    const exit = (action: string) => ({ action, onExitCodes: { operator: "In", values: [42] } });
    const jobSetWith = (rules: readonly object[], spec: object = {}) => {
      const job = { name: "node", template: { spec: { podFailurePolicy: { rules } } } };
      return ["JobSet", { eks: { resource: { spec: { ...spec, replicatedJobs: [job] } } } }] as const;
    };

    it.each([[[exit("FailJob")]], [[evicted, exit("FailJob")]]])(
      "fails with the program, which is said: %j",
      (rules) => {
        const { failurePolicy } = specOf(resourceOf(...jobSetWith(rules)));
        expect(failurePolicy).toBeUndefined();
        expect(codesOf(...jobSetWith(rules))).toContain("eviction-ends-run");
      },
    );

    it("starts again where nothing but an eviction fails them by a rule", () => {
      for (const rules of [[evicted], [evicted, exit("Count")], [exit("Ignore"), evicted]]) {
        const { failurePolicy } = specOf(resourceOf(...jobSetWith(rules)));
        expect(failurePolicy).toMatchObject({ rules: [{ action: "RestartJobSetAndIgnoreMaxRestarts" }] });
        expect(codesOf(...jobSetWith(rules))).not.toContain("eviction-ends-run");
      }
    });

    it("has the failure policy that the user writes", () => {
      const theirs = { maxRestarts: 3 };
      const args = jobSetWith([evicted, exit("FailJob")], { failurePolicy: { ...theirs, rules: null } });
      expect(specOf(resourceOf(...args)).failurePolicy).toEqual(theirs);
      expect(codesOf(...args)).not.toContain("eviction-ends-run");
      const counted = (failurePolicy: object) => codesOf(...jobSetWith([exit("Count")], { failurePolicy }));
      expect(counted({ ...theirs, rules: null })).not.toContain("eviction-ends-run");
      expect(counted({ ...theirs, rules: [{ name: "own", action: "FailJobSet" }] })).toContain("eviction-ends-run");
    });
  });

  it("is said to end a Job whose policy raw fields replace, unless they say more", () => {
    const theirs = (...rules: readonly object[]) => ({ podFailurePolicy: { rules } });
    const exit = { action: "FailJob", onExitCodes: { operator: "In", values: [42] } };
    const ends = (spec: object) => codesOf("Job", { eks: { resource: { spec } } }, {}, 1).includes("eviction-ends-run");
    expect(ends(theirs(exit))).toBe(true);
    expect(ends({ template: { spec: { restartPolicy: "OnFailure" } } })).toBe(true);
    expect(ends(theirs(exit, ...policy("Ignore").rules))).toBe(false);
    expect(ends({ ...theirs(exit), backoffLimit: 3 })).toBe(false);
  });
});
