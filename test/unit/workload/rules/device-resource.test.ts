import { describe, expect, test } from "vitest";
import { ecsRules } from "../../../../src/core/ecs/rules.ts";
import { errorCodes, minimal, problemsOf } from "../../../support/workload.ts";

const on = (accelerator: object, rest: object = {}) => ({ ...minimal, accelerator, ...rest });

describe("accelerator.resource", () => {
  test.each<[what: string, accelerator: object, codes: readonly string[]]>([
    ["a MIG profile alone", { resource: "nvidia.com/mig-1g.10gb" }, []],
    ["so many of it", { resource: "nvidia.com/mig-1g.10gb.me", count: 2 }, []],
    ["with its type", { instanceTypes: ["p5.48xlarge"], resource: "nvidia.com/mig-1g.10gb" }, []],
    ["any well-formed name", { resource: "chips.example.com/x_9.y-z", count: 100 }, []],
    ["shared GPUs", { resource: "nvidia.com/gpu.shared", sharing: { strategy: "mps", replicas: 4 } }, []],
    [
      "shared parts of GPUs",
      { resource: "nvidia.com/mig-1g.10gb.shared", sharing: { strategy: "time-slicing", replicas: 4 } },
      [],
    ],
    ["HAMi", { resource: "nvidia.com/gpu", count: 2, hami: { memory: "8GiB", maxComputePercent: 30 } }, []],
    ["a name without a domain", { resource: "gpu" }, ["invalid-value"]],
    ["one of Kubernetes' own", { resource: "node.kubernetes.io/gpu" }, ["invalid-value"]],
    ["a quota's name", { resource: "requests.nvidia.com/gpu" }, ["invalid-value"]],
    ["two slashes", { resource: "nvidia.com/gpu/1" }, ["invalid-value"]],
    ["none of it", { resource: "nvidia.com/gpu", count: 0 }, ["invalid-value"]],
    ["one share of one", { resource: "nvidia.com/gpu", sharing: { strategy: "mps", replicas: 1 } }, ["invalid-value"]],
    ["devices beside it", { resource: "nvidia.com/gpu", devicesPerReplica: 1 }, ["resource-with-devices"]],
    ["a count of whole devices", { instanceTypes: ["inf2.xlarge"], count: 1 }, ["resource-missing"]],
    ["neither types nor a resource", { efa: false }, ["instance-types-missing"]],
    [
      "Neuron devices shared",
      { resource: "aws.amazon.com/neuron", sharing: { strategy: "time-slicing", replicas: 2 } },
      ["sharing-not-possible"],
    ],
    [
      "MPS on a part by MIG",
      { resource: "nvidia.com/mig-1g.10gb.shared", sharing: { strategy: "mps", replicas: 2 } },
      ["sharing-not-possible"],
    ],
    [
      "two shares",
      { resource: "nvidia.com/gpu.shared", count: 2, sharing: { strategy: "mps", replicas: 4 } },
      ["sharing-count"],
    ],
    ["HAMi's part of something else", { resource: "nvidia.com/gpu.shared", hami: {} }, ["hami-not-possible"]],
    [
      "HAMi beside the device plugin",
      { resource: "nvidia.com/gpu", hami: {}, sharing: { strategy: "mps", replicas: 4 } },
      ["hami-not-possible"],
    ],
  ])("%s", (_, accelerator, codes) => {
    expect(errorCodes(on(accelerator))).toEqual(codes);
  });

  test("with several nodes says what of EFA", () => {
    expect(errorCodes(on({ resource: "nvidia.com/gpu", count: 8 }, { nodes: 2 }))).toEqual(["no-efa"]);
    expect(errorCodes(on({ resource: "nvidia.com/gpu", count: 8, efa: false }, { nodes: 2 }))).toEqual([]);
    expect(
      errorCodes(on({ instanceTypes: ["p5.48xlarge"], resource: "nvidia.com/gpu", count: 8 }, { nodes: 2 })),
    ).toEqual([]);
  });

  test("is none of ECS's, and the refusal names what is", () => {
    const [problem] = problemsOf(on({ resource: "nvidia.com/gpu.shared" }), ecsRules);
    expect(problem).toMatchObject({ code: "resource-on-ecs", severity: "error", path: ["accelerator", "resource"] });
    expect(problem!.hint).toContain("mps:");
  });
});
