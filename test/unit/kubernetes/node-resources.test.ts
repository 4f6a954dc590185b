import { describe, expect, it } from "vitest";
import { requireInstanceType } from "../../../src/core/catalog/instance-types/catalog.ts";
import { nodeQuantities, offeredBy, partOfDevices } from "../../../src/core/kubernetes/node-resources.ts";
import type { ResourceRequest } from "../../../src/core/workload/resolved.ts";

const plain = { environment: {} };
const asked = (resource: string, more: Partial<ResourceRequest> = {}): ResourceRequest => ({
  kind: "resource",
  resource,
  count: 1,
  ...more,
});

describe("what a node offers", () => {
  it.each<[type: string, resource: string, offered: number | "unsaid" | undefined]>([
    ["p5.48xlarge", "nvidia.com/gpu", 8],
    ["p5.48xlarge", "nvidia.com/mig-1g.10gb", 56],
    ["p5.48xlarge", "nvidia.com/mig-1g.10gb.me", 8],
    ["p4d.24xlarge", "nvidia.com/mig-1g.10gb", 32],
    ["p4d.24xlarge", "nvidia.com/mig-7g.80gb", undefined],
    ["p6e-gb200.36xlarge", "nvidia.com/mig-3g.93gb", 8],
    // A10G and L4 have no MIG.
    ["g5.xlarge", "nvidia.com/mig-1g.10gb", undefined],
    ["g5.xlarge", "nvidia.com/gpu.shared", "unsaid"],
    ["p5.48xlarge", "nvidia.com/mig-1g.10gb.shared", "unsaid"],
    ["g5.xlarge", "aws.amazon.com/neuron", undefined],
    ["g6f.large", "nvidia.com/gpu", 1],
    ["g6f.large", "nvidia.com/mig-1g.10gb", undefined],
    ["inf2.24xlarge", "aws.amazon.com/neuron", 6],
    ["inf2.24xlarge", "aws.amazon.com/neuroncore", 12],
    ["inf1.6xlarge", "aws.amazon.com/neuroncore", 16],
    // Trainium2 groups two physical cores into one, unless it is told otherwise.
    ["trn2.48xlarge", "aws.amazon.com/neuroncore", 64],
    ["inf2.24xlarge", "nvidia.com/gpu", undefined],
    ["inf2.24xlarge", "example.com/chip", undefined],
  ])("%s of %s: %s", (type, resource, offered) => {
    expect(offeredBy(requireInstanceType(type), asked(resource), plain)).toBe(offered);
  });

  it("depends on how cores are grouped, and on how GPUs are shared", () => {
    const ungrouped = { environment: { NEURON_LOGICAL_NC_CONFIG: "1" } };
    expect(offeredBy(requireInstanceType("trn2.48xlarge"), asked("aws.amazon.com/neuroncore"), ungrouped)).toBe(128);
    const sharing = { strategy: "time-slicing", replicas: 3 } as const;
    const shared = (type: string, resource: string) =>
      offeredBy(requireInstanceType(type), asked(resource, { sharing }), plain);
    expect(shared("g5.12xlarge", "nvidia.com/gpu.shared")).toBe(12);
    expect(shared("g5.12xlarge", "nvidia.com/gpu")).toBe(12);
    expect(shared("p5.48xlarge", "nvidia.com/mig-3g.40gb.shared")).toBe(48);
  });
});

describe("a pod's part of a node", () => {
  const part = (type: string, request: ResourceRequest) => partOfDevices(requireInstanceType(type), request, plain);

  it("is by number, or by what HAMi gives of each GPU", () => {
    expect(part("p5.48xlarge", asked("nvidia.com/mig-1g.10gb", { count: 2 }))).toEqual([2, 56]);
    expect(part("g6.xlarge", asked("nvidia.com/gpu", { hami: { memoryMiB: 8192 } }))).toEqual([8192, 22_888]);
    expect(part("g6.xlarge", asked("nvidia.com/gpu", { hami: { maxComputePercent: 30 } }))).toEqual([30, 100]);
    expect(part("g6.xlarge", asked("nvidia.com/gpu", { hami: {} }))).toEqual([100, 100]);
    expect(part("g6.xlarge", asked("nvidia.com/gpu.shared"))).toBeUndefined();
  });

  it("counts for a queue and an overlay what the pod asks for", () => {
    const hami = asked("nvidia.com/gpu", { hami: { memoryMiB: 8192, maxComputePercent: 30 } });
    expect(nodeQuantities(requireInstanceType("g6.12xlarge"), hami, plain)).toEqual({
      "nvidia.com/gpu": "40",
      "nvidia.com/gpumem": String(4 * 22_888),
      "nvidia.com/gpucores": "400",
    });
    expect(nodeQuantities(requireInstanceType("g6.xlarge"), asked("nvidia.com/gpu.shared"), plain)).toBeUndefined();
  });
});
