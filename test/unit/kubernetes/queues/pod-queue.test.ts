// Volcano and YuniKorn: schedulers of their own, which hold back the pods of any kind.
import { describe, expect, it } from "vitest";
import {
  generateManifests,
  resolveForKubernetes,
  type KubernetesSettings,
} from "../../../../src/core/kubernetes/generate.ts";
import { isHeldBy } from "../../../../src/core/kubernetes/kind-definition.ts";
import { definitionOf, kinds, type Kind } from "../../../../src/core/kubernetes/kinds.ts";
import type { Manifest } from "../../../../src/core/kubernetes/manifest.ts";
import { podsIn } from "../../../../src/core/kubernetes/pod-security.ts";
import { eksRules } from "../../../../src/core/kubernetes/rules.ts";
import { runRules } from "../../../../src/core/workload/rules/rule.ts";
import type { Workload } from "../../../../src/core/workload/schema.ts";
import { multiNodeKinds, workloadOf } from "../../../support/kubernetes-workloads.ts";

type Queue = NonNullable<NonNullable<Workload["eks"]>["queue"]>;

function queued(
  kind: Kind,
  queue: Queue,
  nodes = 1,
  settings: KubernetesSettings = {},
  change: Partial<Workload> = {},
) {
  const workload = workloadOf({ kind, accelerator: "neuron", devices: "whole instance", nodes });
  return generateManifests(
    resolveForKubernetes({ ...workload, ...change, eks: { ...workload.eks, queue } }, kind),
    settings,
  );
}

const volcano = { volcano: "team-a" };
const yunikorn = { yunikorn: "root.team-a" };
const heldBy = (queue: "volcano" | "yunikorn") => kinds.filter((kind) => isHeldBy(definitionOf(kind), queue));
const specOf = (manifest: Manifest | undefined) => manifest?.["spec"] as Readonly<Record<string, unknown>> | undefined;
const schedulers = (manifests: readonly Manifest[]) => {
  const pods = manifests.flatMap((each) => podsIn(each));
  const hasDevices = ({ spec }: (typeof pods)[number]) =>
    JSON.stringify(spec["containers"]).includes('"aws.amazon.com/');
  return {
    accelerated: pods.filter(hasDevices).map(({ spec }) => spec["schedulerName"]),
    coordinators: pods.filter((pod) => !hasDevices(pod)).map(({ spec }) => spec["schedulerName"]),
  };
};

describe("Volcano", () => {
  const others = heldBy("volcano").filter((kind) => kind !== "VolcanoJob");

  it.each(others)("places the pods with devices of a group of its own: %s", (kind) => {
    const nodes = multiNodeKinds.includes(kind) ? 2 : 1;
    const { manifests, warnings } = queued(kind, volcano, nodes);
    const { replicas = 1 } = workloadOf({ kind, accelerator: "neuron", devices: "whole instance", nodes });
    expect(specOf(manifests.find((each) => each.kind === "PodGroup"))).toEqual({
      queue: "team-a",
      minMember: nodes === 1 ? 1 : nodes * replicas,
    });
    const { accelerated, coordinators } = schedulers(manifests);
    expect(new Set(accelerated)).toEqual(new Set(["volcano"]));
    expect(coordinators.filter((each) => each !== undefined)).toEqual([]);
    expect(JSON.stringify(manifests).replaceAll("\\", "")).toMatch(/"scheduling.k8s.io\/group-name": ?"bert"/);
    expect(warnings.map(({ code }) => code)).not.toContain("gang-without-queue");
  });

  it("is named by a VolcanoJob itself, whose group its controller makes", () => {
    const { manifests } = queued("VolcanoJob", volcano, 2);
    expect(manifests.map(({ kind }) => kind)).toEqual(["Job"]);
    expect(specOf(manifests[0])).toMatchObject({ queue: "team-a", schedulerName: "volcano", minAvailable: 2 });
  });

  it("does not count the pods of the coordinator", () => {
    for (const kind of ["MPIJob", "RayJob"] as const) {
      const text = JSON.stringify(queued(kind, volcano, 2).manifests);
      expect([kind, text.split("scheduling.k8s.io/group-name").length - 1]).toEqual([kind, 1]);
    }
  });
});

describe("YuniKorn", () => {
  it.each(heldBy("yunikorn"))("has the pods of an application in its queue: %s", (kind) => {
    const { manifests } = queued(kind, yunikorn, multiNodeKinds.includes(kind) ? 2 : 1);
    expect(new Set(schedulers(manifests).accelerated)).toEqual(new Set(["yunikorn"]));
    const text = JSON.stringify(manifests).replaceAll("\\", "");
    expect(text).toMatch(/"applicationId": ?"bert"/);
    expect(text).toMatch(/"queue": ?"root\.team-a"/);
  });

  it("keeps places for all nodes, with their devices and on their instances alone", () => {
    const [job] = queued("PyTorchJob", yunikorn, 2).manifests;
    const { annotations } = (specOf(job) as { pytorchReplicaSpecs: { Master: { template: Manifest } } })
      .pytorchReplicaSpecs.Master.template.metadata;
    const [group] = JSON.parse(annotations!["yunikorn.apache.org/task-groups"]!) as readonly Record<string, unknown>[];
    expect(group).toMatchObject({
      name: annotations!["yunikorn.apache.org/task-group-name"],
      minMember: 2,
      minResource: { "aws.amazon.com/neuron": "16", "vpc.amazonaws.com/efa": "8" },
      tolerations: [{ key: "aws.amazon.com/neuron" }],
    });
    // A placeholder has none of the labels that the pods look for in each other.
    expect(Object.keys(group!["affinity"] as object)).toEqual(["nodeAffinity"]);
    expect(JSON.stringify(queued("Job", yunikorn).manifests)).not.toContain("task-groups");
  });

  it("holds places as large as the pods, with what runs beside the workload", () => {
    const groupOf = (change: Partial<Workload>) => {
      const text = JSON.stringify(queued("JobSet", yunikorn, 2, {}, change).manifests);
      const [, groups] = /"yunikorn.apache.org\/task-groups":("(?:[^"\\]|\\.)*")/.exec(text)!;
      const [group] = JSON.parse(JSON.parse(groups!) as string) as readonly { readonly minResource: object }[];
      return group!.minResource;
    };
    const own = { resources: { cpu: 8, memory: "64GiB" } };
    const sidecars = [{ name: "metrics", image: "metrics:1", resources: { cpu: 1.5, memory: "4GiB" } }];
    expect(groupOf(own)).toMatchObject({ cpu: "8", memory: "64Gi" });
    expect(groupOf({ ...own, sidecars })).toMatchObject({ cpu: "9500m", memory: "68Gi" });
  });
});

describe("what cannot be", () => {
  it("is a kind of which one group would count the pods of several runs", () => {
    expect(() => queued("CronJob", volcano)).toThrow(/CronJob is no kind that Volcano holds back/);
    expect(() => queued("Experiment", yunikorn)).toThrow(/Experiment is no kind that YuniKorn holds back/);
  });

  it("is a second scheduler", () => {
    const part = { accelerator: { instanceTypes: ["trn2.48xlarge"], devicesPerReplica: 4 } };
    expect(() => queued("Job", volcano, 1, {}, part)).toThrow(/these devices are my-scheduler's to place/);
    expect(() => queued("Job", volcano, 1, { neuronScheduler: "dra" }, part)).not.toThrow();
  });

  it("is two queues, and a name that is none", () => {
    const problems = (queue: Queue) =>
      runRules(
        eksRules,
        { ...workloadOf({ kind: "Job", accelerator: "neuron", devices: "one device", nodes: 1 }), eks: { queue } },
        [],
      )
        .filter(({ severity }) => severity === "error")
        .map(({ message }) => message);
    expect(problems({ kueue: "a", volcano: "b" })).toEqual([
      "eks.queue names kueue and volcano: a workload waits in one queue",
    ]);
    expect(problems({ yunikorn: "root..team_a!" })).toEqual([
      'eks.queue.yunikorn must be a queue\'s path, e.g. root.team-a, not "root..team_a!"',
    ]);
    expect(problems({ yunikorn: "root.team_a" })).toEqual([]);
  });
});
