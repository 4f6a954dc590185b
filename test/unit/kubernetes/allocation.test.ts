import { describe, expect, it } from "vitest";
import { Refusal } from "../../../src/core/base/problem.ts";
import {
  generateManifests,
  resolveForKubernetes,
  type KubernetesSettings,
} from "../../../src/core/kubernetes/generate.ts";
import type { Kind } from "../../../src/core/kubernetes/kinds.ts";
import { eksRules } from "../../../src/core/kubernetes/rules.ts";
import { runRules } from "../../../src/core/workload/rules/rule.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { acceleratedPods, generate } from "../../support/kubernetes-workloads.ts";
import { schemaProblems } from "../../support/kubernetes-schemas.ts";
import { autoModeOf, fleetsOf, karpenterOf } from "../../support/nodes.ts";

const base = { name: "bert", image: "bert:1" };
const on = (instanceType: string, devices?: number) => ({
  accelerator: { instanceTypes: [instanceType], ...(devices === undefined ? {} : { devicesPerReplica: devices }) },
});
const dra = { neuronScheduler: "dra" } as const;

interface Devices {
  readonly requests: readonly { readonly exactly: Readonly<Record<string, unknown>> }[];
  readonly constraints?: readonly Readonly<Record<string, unknown>>[];
  readonly config?: readonly { readonly opaque: { readonly parameters: unknown } }[];
}

function claimOf(change: Partial<Workload>, settings: KubernetesSettings = dra, kind?: Kind): Devices {
  const template = generate({ ...base, ...change }, kind, settings).find(
    (each) => each.kind === "ResourceClaimTemplate",
  )!;
  return (template["spec"] as { spec: { devices: Devices } }).spec.devices;
}

function codes(change: Partial<Workload>, settings: KubernetesSettings = dra, kind?: Kind): readonly string[] {
  try {
    const { warnings } = generateManifests(resolveForKubernetes({ ...base, ...change }, kind), settings);
    return warnings.map(({ code }) => code).filter((code) => !["pod-security", "gang-without-queue"].includes(code));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.problems.map(({ code }) => code);
  }
}

describe("a claim of Neuron devices", () => {
  it.each<readonly [string, number, string | undefined]>([
    ["trn2.48xlarge", 1, undefined],
    ["trn2.48xlarge", 4, "resource.aws.com/devicegroup4_id"],
    ["trn1.32xlarge", 8, "resource.aws.com/devicegroup8_id"],
    ["trn1.32xlarge", 16, "resource.aws.com/devicegroup16_id"],
    // The driver publishes groups where there is EFA.
    ["inf2.48xlarge", 12, undefined],
    ["inf2.24xlarge", 2, undefined],
  ])("of %s has %d of them, in the group %s", (type, devices, group) => {
    const { requests, constraints } = claimOf(on(type, devices));
    expect(requests[0]!.exactly).toMatchObject({ deviceClassName: "neuron.aws.com", count: devices });
    expect(constraints?.map((each) => each["matchAttribute"])).toEqual(group === undefined ? undefined : [group]);
  });

  it("groups the cores of Trainium2 as the workload does", () => {
    const size = (change: Partial<Workload>) => claimOf(change).config?.map(({ opaque }) => opaque.parameters);
    const config = (logicalNeuronCore: number) => [
      { apiVersion: "neuron.aws.com/v1", kind: "NeuronConfig", logicalNeuronCore },
    ];
    expect(size(on("trn2.48xlarge"))).toEqual(config(2));
    expect(size({ ...on("trn2.48xlarge"), environment: { NEURON_LOGICAL_NC_CONFIG: "1" } })).toEqual(config(1));
    expect(size(on("trn1.32xlarge"))).toBeUndefined();
  });

  it("is warned of where sources disagree, or no group has the size", () => {
    expect(codes(on("trn2.48xlarge"))).toEqual([]);
    expect(codes(on("trn1.32xlarge"))).toEqual(["dra-disputed"]);
    expect(codes(on("inf2.24xlarge"))).toEqual(["dra-disputed"]);
    expect(codes(on("inf2.24xlarge", 2))).toEqual(["dra-disputed", "dra-ungrouped"]);
    expect(codes(on("inf2.24xlarge", 2), {})).toEqual([]);
    expect(codes(on("inf1.6xlarge"))).toEqual(["dra-type"]);
    expect(codes(on("trn2.48xlarge"), { ...dra, kubernetesVersion: "1.33" })).toEqual(["dra-version"]);
  });
});

describe("the nodes of an UltraServer", () => {
  const several = (nodes: number): Partial<Workload> => ({ ...on("trn2u.48xlarge"), nodes });

  it("are claimed whole, with the size of their set", () => {
    const { requests, config } = claimOf(several(4));
    expect(requests).toEqual([
      {
        name: "neurons",
        exactly: {
          deviceClassName: "neuron.aws.com",
          allocationMode: "ExactCount",
          count: 1,
          selectors: [{ cel: { expression: "device.attributes['neuron.aws.com'].resourceType == 'neuron_node'" } }],
        },
      },
    ]);
    expect(config![0]!.opaque.parameters).toEqual({
      apiVersion: "neuron.aws.com/v1",
      kind: "UltraServerConfig",
      ultraserverMode: 4,
    });
  });

  it.each([
    ["JobSet", "job", "alpha.jobset.sigs.k8s.io/exclusive-topology"],
    ["LeaderWorkerSet", "service", "leaderworkerset.sigs.k8s.io/exclusive-topology"],
  ] as const)("of a replica are one UltraServer's in a %s", (kind, runs, annotation) => {
    const resource = generate({ ...base, ...several(2), kind: runs, replicas: 2 }, kind, dra).find(
      (each) => each.kind === kind,
    )!;
    expect(resource.metadata.annotations).toMatchObject({
      [annotation]: "neuron.amazonaws.com/ultraserver-server-id-2",
    });
    // One node is no set.
    const single = generate({ ...base, ...several(1), kind: runs }, kind, dra).find((each) => each.kind === kind)!;
    expect(single.metadata.annotations?.[annotation]).toBeUndefined();
  });

  it("are refused where they would not be one", () => {
    expect(codes(several(4), {})).toEqual([]);
    expect(codes(several(4), { neuronScheduler: "extension" })).toEqual(["ultraserver-claim"]);
    expect(codes(several(3))).toEqual(["ultraserver-nodes"]);
    expect(codes(several(8))).toEqual(["ultraserver-nodes"]);
    expect(codes({ ...on("trn2u.48xlarge", 4), nodes: 2 })).toEqual(["ultraserver-part"]);
    expect(codes({ ...several(2), command: ["torchrun"] }, dra, "PyTorchJob")).toEqual(["ultraserver-kind"]);
    expect(codes(several(1), {})).toEqual([]);
  });
});

describe("GPUs that NVLink joins over machines", () => {
  const nvlink: Partial<Workload> = { accelerator: { instanceTypes: ["p6e-gb200.36xlarge"], efa: false } };

  it("are claimed, and their nodes are one domain", async () => {
    const manifests = generate({ ...base, ...nvlink, nodes: 2 }, "JobSet");
    expect(manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      "ResourceClaimTemplate bert-devices",
      "ComputeDomain bert",
      "JobSet bert",
    ]);
    expect(await schemaProblems(manifests[1]!)).toEqual([]);
    expect(claimOf(nvlink, {}).requests[0]!.exactly).toEqual({
      deviceClassName: "gpu.nvidia.com",
      allocationMode: "ExactCount",
      count: 4,
    });
    const [pod] = acceleratedPods(manifests);
    expect(pod!.resourceClaims).toEqual([
      { name: "gpus", resourceClaimTemplateName: "bert-devices" },
      { name: "compute-domain", resourceClaimTemplateName: "bert-compute-domain" },
    ]);
    expect(pod!.containers[0]!.resources!.claims).toEqual([{ name: "gpus" }, { name: "compute-domain" }]);
    expect(JSON.stringify(pod)).not.toContain('"nvidia.com/gpu":');
  });

  it("want 1.33, one replica, capacity blocks and a node group", () => {
    expect(codes(nvlink, { kubernetesVersion: "1.32" })).toEqual(["dra-version"]);
    expect(codes({ ...nvlink, nodes: 2, replicas: 2 }, {})).toEqual(["nvlink-replicas"]);
    const refused = (work: () => unknown) => {
      try {
        work();
        return [];
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return error.problems.map(({ code }) => code);
      }
    };
    const types = ["p6e-gb200.36xlarge"];
    const settings = { capacityBlock: "cr-1" };
    expect(refused(() => fleetsOf({ types }))).toEqual(["nvlink-capacity-block"]);
    expect(refused(() => fleetsOf({ types, settings: { ...settings, kubernetesVersion: "1.32" } }))).toEqual([
      "dra-version",
    ]);
    expect(refused(() => fleetsOf({ types, settings }))).toEqual([]);
    expect(refused(() => karpenterOf({ types, settings }))).toEqual(["nvlink-target"]);
    expect(refused(() => autoModeOf({ types, settings }))).toEqual(["no-node-image"]);
  });
});

describe("an instance type that no image of EKS drives yet", () => {
  it("is warned of", () => {
    const found = (name: string) =>
      runRules(eksRules, { ...base, ...on(name) }, []).map(({ code, message }) => `${code}: ${message}`);
    expect(found("g7.2xlarge")).toEqual([
      expect.stringMatching(/^node-image-missing: EKS has no image yet that drives the .+ of g7\.2xlarge$/) as string,
    ]);
    expect(found("g7e.2xlarge")).toEqual([]);
  });
});
