import { describe, expect, it } from "vitest";
import { instanceTypes, requireInstanceType } from "../../../src/core/catalog/instance-types/catalog.ts";
import { deviceLimits, hugepagesMiB } from "../../../src/core/kubernetes/devices.ts";
import { shapeOfNode } from "../../../src/core/kubernetes/whole-node.ts";

describe("the huge pages of a pod with EFA", () => {
  const asked = (name: string) => deviceLimits(shapeOfNode(requireInstanceType(name)))["hugepages-2Mi"];

  it("are what NCCL takes, and no more than the machine sets aside", () => {
    expect(asked("p5.48xlarge")).toBe("5120Mi");
    // Two endpoints of 110 MiB on each of 16 cores.
    expect(asked("p5.4xlarge")).toBe("3520Mi");
    const beyond = instanceTypes.filter(
      (type) => Number.parseInt(asked(type.instanceType) ?? "0", 10) > hugepagesMiB(type),
    );
    expect(beyond).toEqual([]);
  });

  it("are none where Neuron's collectives run", () => {
    expect(asked("trn1.32xlarge")).toBeUndefined();
  });
});
