import { describe, expect, it } from "vitest";
import type { Workload } from "../../../../src/core/workload/schema.ts";
import { checkWorkloadIn, node } from "../../../support/eks-cluster.ts";

const asking = (accelerator: Workload["accelerator"]): Workload => ({
  name: "bert",
  kind: "service",
  image: "repo/bert:1",
  accelerator,
});

describe("a node that offers none of what the pod asks for", () => {
  const change = (workload: Workload, ...objects: Parameters<typeof node>[]) =>
    checkWorkloadIn({ workload, objects: objects.map((each) => node(...each)) }).workload!.nearestChange!;

  it("is set up, since another of the type would offer none either", () => {
    const mig = asking({ instanceTypes: ["p5.48xlarge"], resource: "nvidia.com/mig-1g.10gb" });
    expect(change(mig, ["a", "p5.48xlarge"])).toEqual({
      kind: "offer-devices",
      message:
        "have a offer nvidia.com/mig-1g.10gb: aiplat eks nodegroup generate prints how its device plugin is set up",
    });
    const neuron = asking({ instanceTypes: ["inf2.xlarge"] });
    expect(change(neuron, ["a", "inf2.xlarge", { allocatable: { "aws.amazon.com/neuron": "0" } }]).message).toMatch(
      /^have a offer aws.amazon.com\/neuron: helm upgrade --install neuron-helm-chart/,
    );
    const other = asking({ instanceTypes: ["g5.xlarge"], resource: "example.com/npu" });
    expect(change(other, ["a", "g5.xlarge"]).message).toContain("what hands it out does not run there");
  });

  it("is no help where something else keeps the pod off it too, or another node has only no room", () => {
    const neuron = asking({ instanceTypes: ["inf2.xlarge"] });
    const without = { allocatable: { "aws.amazon.com/neuron": "0" } };
    expect(change(neuron, ["a", "inf2.xlarge", { ...without, ready: "False" }])).toEqual({
      kind: "add-nodes",
      message: expect.stringMatching(
        /\(a node is 0\.7582 USD\/hour on demand in us-east-1, \d{4}-\d\d-\d\d\): aiplat eks nodegroup create /,
      ),
    });
    expect(
      change(neuron, ["a", "inf2.xlarge", without], ["b", "inf2.xlarge", { spec: { unschedulable: true } }]).kind,
    ).toBe("uncordon");
  });
});
