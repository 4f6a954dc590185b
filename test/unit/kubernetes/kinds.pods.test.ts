// The accelerated pod is one function of the workload: whatever wraps it, and whichever orchestrator it goes to.
import { describe, expect, it } from "vitest";
import type { ContainerDefinition } from "../../../src/core/ecs-api/api.ts";
import { kinds } from "../../../src/core/kubernetes/kinds.ts";
import { takesPodFields } from "../../../src/core/kubernetes/pod-fields.ts";
import type { Container, Manifest, PodSpec } from "../../../src/core/kubernetes/manifest.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { ecsOf } from "../../support/ecs.ts";
import {
  acceleratedPods,
  cases,
  generate,
  multiNodeKinds,
  workloadOf,
  type AcceleratorName,
  type Case,
} from "../../support/kubernetes-workloads.ts";

/** A Notebook's own, beside the workload's. */
const notHome = ({ name }: { readonly name: string }) => name !== "home";

/** But for what an LLMInferenceService says against its preset, which takes no image of root's: that is no restriction. */
function restrictions({ securityContext = {} }: Container): unknown {
  const { runAsNonRoot, ...others } = securityContext;
  return runAsNonRoot === false ? others : securityContext;
}

/** What must be the same in every kind; the instance label is its name's, and the queue's is its kind's. */
function placed(pod: PodSpec): unknown {
  const [own] = pod.containers;
  const fabric = (own!.env ?? []).filter(({ name }) => name.startsWith("FI_"));
  return {
    resources: own!.resources,
    fabric,
    mounts: own!.volumeMounts?.filter(notHome),
    security: restrictions(own!),
    volumes: pod.volumes?.filter(notHome),
    tolerations: pod.tolerations,
    affinity: pod.affinity,
    scheduler: pod.schedulerName,
    claims: pod.resourceClaims,
  };
}

function podsOf(manifests: readonly Manifest[], atLeast = 1): readonly PodSpec[] {
  const pods = acceleratedPods(manifests);
  expect(pods.length).toBeGreaterThanOrEqual(atLeast);
  return pods;
}

const groups = (["neuron", "nvidia"] as const).flatMap((accelerator) =>
  (["one device", "whole instance"] as const).flatMap((devices) =>
    [1, 2].map((nodes) => [`${accelerator}, ${devices}, ${nodes} nodes`, { accelerator, devices, nodes }] as const),
  ),
);

describe("one pod in every kind", () => {
  it.each(groups)("%s", (_, group) => {
    const able = group.nodes === 1 ? kinds : multiNodeKinds;
    const pods = able.flatMap((kind) =>
      podsOf(generate(workloadOf({ kind, ...group }), kind)).map((pod) => ({ kind, pod: placed(pod) })),
    );
    const expected = pods[0]!.pod;
    expect(pods.filter(({ pod }) => JSON.stringify(pod) !== JSON.stringify(expected))).toEqual([]);
    expect(new Set(pods.map(({ kind }) => kind)).size).toBe(able.length);
    expect(pods[0]!.pod).toMatchObject({
      tolerations: [
        {
          key: group.accelerator === "neuron" ? "aws.amazon.com/neuron" : "nvidia.com/gpu",
          operator: "Exists",
          effect: "NoSchedule",
        },
      ],
    });
  });

  it("on the scheduler extension and by a claim", () => {
    const part = (kind: (typeof kinds)[number]): Workload => ({
      ...workloadOf({ kind, accelerator: "neuron", devices: "whole instance", nodes: 1 }),
      accelerator: { instanceTypes: ["trn2.48xlarge"], devicesPerReplica: 4 },
    });
    for (const settings of [{}, { neuronScheduler: "dra" }] as const) {
      const able = kinds.filter(
        (kind) =>
          !("neuronScheduler" in settings) || takesPodFields(kind, ["resourceClaims"], { nodes: 1, replicas: 1 }),
      );
      const pods = able.flatMap((kind) => podsOf(generate(part(kind), kind, settings)).map(placed));
      expect(new Set(pods.map((pod) => JSON.stringify(pod))).size).toBe(1);
      expect(pods[0]).toMatchObject(
        !("neuronScheduler" in settings)
          ? { scheduler: "my-scheduler" }
          : { scheduler: undefined, resources: { claims: [{ name: "neurons" }] } },
      );
    }
  });

  it("has as many nodes as the workload, devices on all of them and on none of the coordinators", () => {
    const counted: Record<string, unknown> = {};
    for (const kind of multiNodeKinds)
      counted[kind] = podsOf(
        generate(workloadOf({ kind, accelerator: "nvidia", devices: "whole instance", nodes: 2 }), kind),
      ).length;
    expect(Object.values(counted)).not.toContain(0);
    // Templates: a leader and its workers, a master and its workers.
    expect(counted).toMatchObject({
      Job: 1,
      CronJob: 1,
      JobSet: 1,
      LeaderWorkerSet: 2,
      PyTorchJob: 2,
      MPIJob: 1,
      TrainJob: 1,
      RayCluster: 1,
      RayJob: 1,
      RayService: 1,
    });
  });
});

describe("the same on ECS", () => {
  const onEcs = (
    each: Pick<Case, "accelerator" | "devices" | "nodes">,
    efa: boolean,
  ): { readonly workload: Workload; readonly container: ContainerDefinition } => {
    const { accelerator, ...rest } = workloadOf({ kind: "Job", ...each });
    const workload: Workload = { ...rest, accelerator: { ...(accelerator as { instanceTypes: string[] }), efa } };
    return { workload, container: ecsOf(workload).variants[0]!.definition.containerDefinitions[0]! };
  };

  it.each(
    groups.flatMap(([title, group]) =>
      [true, false].map((efa) => [`${title}, ${efa ? "with" : "without"} EFA`, group, efa] as const),
    ),
  )("%s", (_, group, efa) => {
    const { workload, container } = onEcs(group, efa);
    const [pod] = podsOf(generate(workload, "Job"));
    const limits = pod!.containers[0]!.resources!.limits!;
    const paths = (container.linuxParameters?.devices ?? []).map(({ hostPath }) => hostPath);
    const gpus = Number(container.resourceRequirements?.find(({ type }) => type === "GPU")?.value ?? 0);

    expect(Number(limits["aws.amazon.com/neuron"] ?? 0)).toBe(
      paths.filter((path) => path.startsWith("/dev/neuron")).length,
    );
    expect(Number(limits["nvidia.com/gpu"] ?? 0)).toBe(gpus);
    expect(Number(limits["vpc.amazonaws.com/efa"] ?? 0)).toBe(
      paths.filter((path) => path.startsWith("/dev/infiniband/")).length,
    );
    expect(pod!.volumes!.find(({ name }) => name === "shared-memory")).toEqual({
      name: "shared-memory",
      emptyDir: { medium: "Memory", sizeLimit: `${container.linuxParameters!.sharedMemorySize! / 1024}Gi` },
    });
    const fabric = (env: readonly { readonly name: string; readonly value?: string }[]) =>
      env.filter(({ name }) => name.startsWith("FI_"));
    expect(fabric(pod!.containers[0]!.env!)).toEqual(fabric(container.environment!));
    expect(fabric(container.environment!).length).toBe(efa ? 2 : 0);
  });

  it("the figures of EFA are AWS's", () => {
    const efaOf = (name: string) =>
      podsOf(generate({ name: "train", image: "i", nodes: 2, accelerator: { instanceTypes: [name] } }))[0]!
        .containers[0]!.resources!.limits!["vpc.amazonaws.com/efa"];
    // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-acc-inst-types.html
    const counts = {
      "trn1.32xlarge": "8",
      "trn1n.32xlarge": "16",
      "trn2.48xlarge": "16",
      "p4d.24xlarge": "4",
      "p4de.24xlarge": "4",
      "p5.48xlarge": "32",
      "p5e.48xlarge": "32",
      "p5en.48xlarge": "16",
      "p6-b200.48xlarge": "8",
      "p6-b300.48xlarge": "16",
    };
    expect(Object.fromEntries(Object.keys(counts).map((name) => [name, efaOf(name)]))).toEqual(counts);
  });

  it("one node with EFA has it to itself, in any zone", () => {
    const [pod] = podsOf(
      generate({ name: "train", image: "i", accelerator: { instanceTypes: ["trn1.32xlarge"], efa: true } }),
    );
    expect([pod!.containers[0]!.resources!.limits!["vpc.amazonaws.com/efa"], Object.keys(pod!.affinity!)]).toEqual([
      "8",
      ["nodeAffinity"],
    ]);
  });

  it("huge pages are NCCL's alone", () => {
    const hugepages = (accelerator: AcceleratorName) =>
      podsOf(generate(workloadOf({ kind: "JobSet", accelerator, devices: "whole instance", nodes: 2 }), "JobSet"))[0]!
        .containers[0]!.resources!.limits!["hugepages-2Mi"];
    expect([hugepages("nvidia"), hugepages("neuron")]).toEqual(["5120Mi", undefined]);
  });

  it("cases without a second node have no EFA", () => {
    for (const each of cases.filter(({ nodes }) => nodes === 1))
      expect(JSON.stringify(generate(workloadOf(each), each.kind))).not.toContain("vpc.amazonaws.com/efa");
  });
});
