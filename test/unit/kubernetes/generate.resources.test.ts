// Parts of devices, and what else nodes offer in place of whole ones: accelerator.resource.
import { describe, expect, it } from "vitest";
import { requireInstanceType } from "../../../src/core/catalog/instance-types/catalog.ts";
import { Refusal } from "../../../src/core/base/problem.ts";
import {
  generateManifests,
  resolveForKubernetes,
  type KubernetesSettings,
} from "../../../src/core/kubernetes/generate.ts";
import { kinds, type Kind } from "../../../src/core/kubernetes/kinds.ts";
import type { Container, PodSpec } from "../../../src/core/kubernetes/manifest.ts";
import { podsIn } from "../../../src/core/kubernetes/pod-security.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { acceleratedPods, generate, multiNodeKinds, workloadOf } from "../../support/kubernetes-workloads.ts";

type Section = Exclude<Workload["accelerator"], "none" | undefined>;

const base = { name: "chat", image: "chat:1" } as const;
const podOf = (accelerator: Section, rest: Partial<Workload> = {}, kind?: Kind): PodSpec =>
  acceleratedPods(generate({ ...base, accelerator, ...rest }, kind))[0]!;
const limitsOf = (...args: Parameters<typeof podOf>) => podOf(...args).containers[0]!.resources!.limits!;

function codes(change: Partial<Workload>, settings: KubernetesSettings = {}, kind?: Kind): readonly string[] {
  try {
    const target = resolveForKubernetes({ ...base, accelerator: "none", ...change }, kind);
    return generateManifests(target, settings).warnings.map(({ code }) => code);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.problems.map(({ code }) => code);
  }
}

describe("a resource in place of devices", () => {
  it("has its limit, the toleration of its devices' taint and, with a type, its share of the node", () => {
    const pod = podOf({ instanceTypes: ["p4d.24xlarge"], resource: "nvidia.com/mig-1g.5gb", count: 2 });
    const whole = podOf({ instanceTypes: ["p4d.24xlarge"] });
    const memory = (spec: PodSpec) => Number.parseInt(spec.containers[0]!.resources!.requests!["memory"]!, 10);
    expect(pod.containers[0]!.resources!.limits).toMatchObject({ "nvidia.com/mig-1g.5gb": "2" });
    expect(pod.tolerations).toEqual([{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }]);
    expect(pod.affinity).toBeDefined();
    expect(memory(pod)).toBe(Math.floor((memory(whole) * 2) / 56));
  });

  it("has no share and no place where no type is named", () => {
    const pod = podOf({ resource: "aws.amazon.com/neuroncore", count: 1 });
    expect([pod.affinity, pod.containers[0]!.resources]).toEqual([
      undefined,
      { limits: { "aws.amazon.com/neuroncore": "1" } },
    ]);
    expect(pod.tolerations).toEqual([{ key: "aws.amazon.com/neuron", operator: "Exists", effect: "NoSchedule" }]);
    expect(podOf({ resource: "example.com/chip" }).tolerations).toBeUndefined();
  });

  it.each<[string, Section, string | undefined]>([
    [
      "part of the cores of a machine",
      { resource: "aws.amazon.com/neuroncore", count: 4, instanceTypes: ["inf2.24xlarge"] },
      "my-scheduler",
    ],
    ["all of them", { resource: "aws.amazon.com/neuroncore", count: 12, instanceTypes: ["inf2.24xlarge"] }, undefined],
    ["one", { resource: "aws.amazon.com/neuroncore", instanceTypes: ["inf2.24xlarge"] }, undefined],
    ["several of any machine", { resource: "aws.amazon.com/neuron", count: 2 }, "my-scheduler"],
    ["HAMi", { resource: "nvidia.com/gpu", hami: { memory: "8GiB" } }, "hami-scheduler"],
    ["HAMi's own resource", { resource: "nvidia.com/gpumem", count: 8192 }, "hami-scheduler"],
    ["a MIG profile", { resource: "nvidia.com/mig-1g.10gb", count: 2 }, undefined],
  ])("is placed by the scheduler that counts it: %s", (_, accelerator, scheduler) => {
    expect(podOf(accelerator).schedulerName).toBe(scheduler);
  });

  it("is HAMi's memory in MiB and compute in percent", () => {
    expect(limitsOf({ resource: "nvidia.com/gpu", count: 2, hami: { memory: "8GiB", maxComputePercent: 30 } })).toEqual(
      {
        "nvidia.com/gpu": "2",
        "nvidia.com/gpumem": "8192",
        "nvidia.com/gpucores": "30",
      },
    );
  });

  it.each(kinds)("stands once in the accelerated pods of a %s, and in no other", (kind) => {
    const nodes = multiNodeKinds.includes(kind) ? 2 : 1;
    const workload = workloadOf({ kind, accelerator: "nvidia", devices: "one device", nodes });
    const accelerator = { resource: "nvidia.com/mig-1g.10gb", count: 3, efa: false };
    const manifests = generate({ ...workload, accelerator }, kind);
    const containers = manifests
      .flatMap((each) => podsIn(each))
      .flatMap((pod) => (pod as { readonly containers?: readonly Container[] }).containers ?? []);
    const asked = acceleratedPods(manifests).flatMap(({ containers: own }) =>
      own.map(({ resources }) => resources?.limits?.["nvidia.com/mig-1g.10gb"]),
    );
    expect(asked.length).toBeGreaterThan(0);
    expect(new Set(asked)).toEqual(new Set(["3"]));
    expect(containers.flatMap(({ resources }) => Object.keys(resources?.limits ?? {}))).not.toContain("nvidia.com/gpu");
  });

  it("is told to Ray where KubeRay does not know it", () => {
    const started = (resource: string) => {
      const [cluster] = generate({ ...base, kind: "service", accelerator: { resource, count: 1 } }, "RayCluster");
      const { workerGroupSpecs } = cluster!["spec"] as {
        workerGroupSpecs: readonly { readonly rayStartParams: unknown }[];
      };
      return workerGroupSpecs[0]!.rayStartParams;
    };
    expect(started("nvidia.com/gpu.shared")).toEqual({ "num-gpus": "1" });
    // These KubeRay counts, and Ray's autoscaler does not.
    expect(started("nvidia.com/mig-1g.10gb")).toEqual({ "num-gpus": "1" });
    expect(started("aws.amazon.com/neuroncore")).toEqual({ resources: `'{"neuron_cores":1}'` });
    expect(started("nvidia.com/gpu")).toEqual({});
  });

  it("is not claimed", () => {
    const accelerator = { instanceTypes: ["trn2.48xlarge"], resource: "aws.amazon.com/neuroncore", count: 4 };
    expect(codes({ accelerator }, { neuronScheduler: "dra" })).toEqual(["dra-resource"]);
    expect(
      codes({ accelerator: { instanceTypes: ["p6e-gb200.36xlarge"], resource: "nvidia.com/mig-1g.23gb" } }),
    ).toEqual(["dra-resource"]);
    expect(
      codes({ nodes: 2, accelerator: { instanceTypes: ["trn2u.48xlarge"], resource: "aws.amazon.com/neuroncore" } }),
    ).toEqual(["ultraserver-part"]);
  });
});

describe("a queue over fleets", () => {
  const queued = (resource: string, type: string) =>
    ({
      accelerator: { resource },
      eks: { queue: { kueue: "team-a" } },
      fleets: [{ type: requireInstanceType(type), count: 2 }],
    }) as const;

  it("covers what the workload asks for in place of devices", () => {
    const { accelerator, eks, fleets } = queued("nvidia.com/mig-1g.10gb", "p5.48xlarge");
    const queue = generate({ ...base, accelerator, eks }, "Job", { queueFleets: fleets }).find(
      ({ kind }) => kind === "ClusterQueue",
    )!;
    expect(JSON.stringify(queue)).toContain('{"name":"nvidia.com/mig-1g.10gb","nominalQuota":"112"}');
  });

  it("is refused where nothing says how much of it there is", () => {
    const { accelerator, eks, fleets } = queued("nvidia.com/gpu.shared", "g6.xlarge");
    expect(codes({ accelerator, eks }, { queueFleets: fleets }, "Job")).toEqual(["queue-resource"]);
  });
});

describe("devices in the raw fields of a workload without accelerator", () => {
  const raw = (limits: object) => ({ pod: { spec: { containers: [{ name: "chat", resources: { limits } }] } } });

  it.each(["nvidia.com/gpu.shared", "nvidia.com/mig-1g.10gb", "aws.amazon.com/neuroncore"])(
    "%s passes with a warning that says what is missing",
    (resource) => {
      const target = resolveForKubernetes({ ...base, accelerator: "none", eks: raw({ [resource]: 1 }) });
      const { manifests, warnings } = generateManifests(target);
      expect(JSON.stringify(manifests)).toContain(`"limits":{"${resource}":1}`);
      expect(warnings.map(({ code, message, hint }) => `${code} ${message} ${hint}`)).toEqual([
        `raw-devices eks.pod requests ${resource} at spec.containers[0].resources, and accelerator is none: tolerations, affinity and a share of the node are left to you accelerator: { resource: ${resource}, count: 1 } has them.`,
      ]);
    },
  );

  it("pass in a resource's fields and in a sidecar, and other resources need no warning", () => {
    const sidecar = {
      pod: { spec: { containers: [{ name: "spy", image: "spy:1", resources: { limits: { "nvidia.com/gpu": 1 } } }] } },
    };
    expect(codes({ eks: sidecar })).toEqual(["raw-devices"]);
    const resource = {
      resource: {
        spec: { template: { spec: { containers: [{ name: "chat", resources: { claims: [{ name: "c" }] } }] } } },
      },
    };
    expect(codes({ eks: resource })).toEqual(["raw-devices"]);
    expect(codes({ eks: raw({ "example.com/licence": 1 }) })).toEqual([]);
  });
});
