import { describe, expect, it } from "vitest";
import { Refusal } from "../../../../src/core/base/problem.ts";
import {
  createCommand,
  deviceSetup,
  pluginConfigurations,
} from "../../../../src/core/kubernetes/nodes/device-setup.ts";
import { setupNotes } from "../../../../src/core/kubernetes/nodes/pool-notes.ts";
import type { NodeTarget } from "../../../../src/core/kubernetes/nodes/settings.ts";
import type { ResourceRequest } from "../../../../src/core/workload/resolved.ts";
import { parse } from "yaml";
import { fleetsOf, karpenterOf, plansOf, type NodeCase } from "../../../support/nodes.ts";

const on = (
  types: readonly string[],
  accelerator: NodeCase["accelerator"],
  more: Partial<NodeCase> = {},
): NodeCase => ({
  types,
  accelerator: accelerator!,
  kind: "service",
  ...more,
});
const mig = on(["p5.48xlarge"], { resource: "nvidia.com/mig-1g.10gb" });
const shared = on(["g6.xlarge"], { resource: "nvidia.com/gpu.shared", sharing: { strategy: "mps", replicas: 4 } });
const hami = on(["g6.12xlarge"], { resource: "nvidia.com/gpu", hami: { memory: "8GiB", maxComputePercent: 30 } });

const specOf = (each: NodeCase, kind: string) =>
  karpenterOf(each).find((manifest) => manifest.kind === kind)?.["spec"] as Readonly<Record<string, unknown>>;
const labelsOf = (each: NodeCase) => plansOf(each)[0]!.nodegroup.labels;
const configurationOf = (each: NodeCase) => {
  const [manifest] = pluginConfigurations(fleetsOf(each));
  const name = manifest!.metadata.name;
  return { name, settings: parse((manifest!["data"] as Readonly<Record<string, string>>)[name]!) as unknown };
};
const refusal = (each: NodeCase, target: NodeTarget): readonly string[] => {
  try {
    fleetsOf(each, target);
    return [];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.problems.map(({ code, hint }) => `${code} | ${hint}`);
  }
};

describe("nodes whose GPUs MIG divides", () => {
  it("have the label that divides them, and the one by which the device plugin names the parts", () => {
    expect(labelsOf(mig)).toEqual({
      "nvidia.com/gpu.present": "true",
      "nvidia.com/mig.config": "all-1g.10gb",
      "nvidia.com/device-plugin.config": "nvidia-mig-1g.10gb",
    });
    expect(configurationOf(mig)).toEqual({
      name: "nvidia-mig-1g.10gb",
      settings: { version: "v1", flags: { migStrategy: "mixed" } },
    });
  });

  it("are as many as the parts fill, and Karpenter is told of the parts", () => {
    expect(fleetsOf({ ...mig, replicas: 56 })[0]!.desiredSize).toBe(1);
    expect(fleetsOf({ ...mig, replicas: 57 })[0]!.desiredSize).toBe(2);
    expect(specOf({ ...mig, replicas: 57 }, "NodePool")["limits"]).toEqual({ "nvidia.com/mig-1g.10gb": "112" });
    expect(specOf(mig, "NodeOverlay")["capacity"]).toEqual({ "nvidia.com/mig-1g.10gb": "56" });
  });
});

describe("nodes whose GPUs are shared", () => {
  it("have a configuration of the device plugin under a name of its content", () => {
    expect(labelsOf(shared)).toMatchObject({
      "nvidia.com/mps.capable": "true",
      "nvidia.com/device-plugin.config": "nvidia-mps-4-renamed",
    });
    expect(configurationOf(shared)).toEqual({
      name: "nvidia-mps-4-renamed",
      settings: {
        version: "v1",
        flags: { migStrategy: "none" },
        sharing: {
          mps: {
            renameByDefault: true,
            failRequestsGreaterThanOne: true,
            resources: [{ name: "nvidia.com/gpu", replicas: 4 }],
          },
        },
      },
    });
    expect(specOf(shared, "NodeOverlay")["capacity"]).toEqual({ "nvidia.com/gpu.shared": "4" });
  });

  it("never have two configurations of one name", () => {
    const requests = [
      "nvidia.com/gpu",
      "nvidia.com/gpu.shared",
      "nvidia.com/mig-1g.10gb",
      "nvidia.com/mig-1g.10gb.shared",
    ].flatMap((resource) =>
      ([undefined, "time-slicing", "mps"] as const).flatMap((strategy) =>
        [2, 4].map((replicas): ResourceRequest => ({
          kind: "resource",
          resource,
          count: 1,
          ...(strategy === undefined ? {} : { sharing: { strategy, replicas } }),
        })),
      ),
    );
    const found = requests.flatMap((request) => deviceSetup(request)?.configuration ?? []);
    const texts = new Map<string, Set<string>>();
    for (const { metadata, data } of found)
      texts.set(metadata.name, (texts.get(metadata.name) ?? new Set()).add(JSON.stringify(data)));
    expect(found.length).toBeGreaterThan(10);
    expect([...texts].filter(([, contents]) => contents.size > 1)).toEqual([]);
  });

  it("do not guess into how many parts", () => {
    expect(refusal(on(["g6.xlarge"], { resource: "nvidia.com/gpu.shared" }), "nodegroup")).toEqual([
      "node-resource | Write accelerator.sharing: { strategy: time-slicing, replicas: 4 }, say.",
    ]);
    expect(refusal(on(["g6.xlarge"], { resource: "example.com/chip" }), "karpenter")).toEqual([
      "node-resource | Its nodes offer nvidia.com/gpu and nvidia.com/gpu.shared; for nodes alone leave accelerator.resource out.",
    ]);
  });

  it("are not those of Bottlerocket or Auto Mode, whose plugins are their own", () => {
    expect(refusal({ ...shared, settings: { os: "bottlerocket" } }, "nodegroup")).toEqual([
      "node-resource | Use --os al2023, or write settings.kubelet-device-plugins.nvidia for nodes of your own.",
    ]);
    expect(refusal(shared, "auto-mode")).toEqual(["node-resource | Use --as karpenter, or nodegroup."]);
    expect(refusal(on(["inf2.xlarge"], { resource: "aws.amazon.com/neuroncore" }), "auto-mode")).toEqual([]);
  });

  it("come with the command that makes the configuration where no manifests are printed", () => {
    const fleets = [...fleetsOf(shared), ...fleetsOf(shared)];
    expect(setupNotes(fleets)).toHaveLength(1);
    expect(setupNotes(fleets, true)[1]).toBe(`The configuration: ${createCommand(fleets[0]!.setup!.configuration!)}`);
    expect(createCommand(fleets[0]!.setup!.configuration!)).toContain(
      "kubectl create configmap nvidia-mps-4-renamed --namespace kube-system --from-literal='nvidia-mps-4-renamed=version: v1\n",
    );
  });
});

describe("nodes of HAMi", () => {
  it("have its label, and not the one by which NVIDIA's plugin runs there too", () => {
    expect(labelsOf(hami)).toEqual({ gpu: "on" });
  });

  it("tell Karpenter of memory and compute, which it does not know; GPUs it does", () => {
    expect(specOf(hami, "NodeOverlay")["capacity"]).toEqual({
      "nvidia.com/gpumem": "91552",
      "nvidia.com/gpucores": "400",
    });
    // Two of 8 GiB and no third on each of four GPUs would be eight; by memory together it is eleven.
    expect(fleetsOf({ ...hami, replicas: 12 })[0]!.desiredSize).toBe(2);
  });
});

describe("NeuronCores", () => {
  const cores = on(["trn2.48xlarge"], { resource: "aws.amazon.com/neuroncore", count: 8 });

  it("are limited by devices: Karpenter counts cores otherwise than the plugin", () => {
    expect(specOf({ ...cores, replicas: 9 }, "NodePool")["limits"]).toEqual({ "aws.amazon.com/neuron": "32" });
    expect(specOf(cores, "NodeOverlay")).toBeUndefined();
    expect(fleetsOf({ ...cores, replicas: 8 })[0]!.desiredSize).toBe(1);
  });
});
