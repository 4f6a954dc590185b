import { describe, expect, it } from "vitest";
import { offerRules } from "../../../src/core/kubernetes/offer-rules.ts";
import { minimal, problemsOf } from "../../support/workload.ts";

const said = (accelerator: object, rest: object = {}) =>
  problemsOf({ ...minimal, accelerator, ...rest }, offerRules).map(
    ({ code, severity, path, message }) => `${severity} ${code} ${path!.join(".")}: ${message}`,
  );

describe("a resource that the types are not known to offer", () => {
  it("is a warning, and names what they offer", () => {
    expect(said({ instanceTypes: ["p5.48xlarge", "p4d.24xlarge"], resource: "nvidia.com/mig-1g.5gb" })).toEqual([
      "warning resource-not-offered accelerator.instanceTypes.0: p5.48xlarge is not known to offer nvidia.com/mig-1g.5gb: " +
        "its nodes offer nvidia.com/mig-1g.10gb, nvidia.com/mig-1g.10gb.me, nvidia.com/mig-1g.20gb, " +
        "nvidia.com/mig-2g.20gb, nvidia.com/mig-3g.40gb, nvidia.com/mig-4g.40gb and nvidia.com/mig-7g.80gb",
    ]);
    expect(said({ instanceTypes: ["g6.xlarge"], resource: "nvidia.com/mig-1g.10gb" })[0]).toContain(
      "its nodes offer nvidia.com/gpu and nvidia.com/gpu.shared",
    );
    expect(said({ instanceTypes: ["inf2.xlarge"], resource: "nvidia.com/gpu" })[0]).toContain(
      "its nodes offer aws.amazon.com/neuron and aws.amazon.com/neuroncore",
    );
  });

  it("is more than a node has", () => {
    expect(said({ instanceTypes: ["inf2.24xlarge"], resource: "aws.amazon.com/neuroncore", count: 13 })).toEqual([
      "warning resource-not-offered accelerator.count: accelerator.count is 13, and a node of inf2.24xlarge offers 12 aws.amazon.com/neuroncore",
    ]);
    expect(said({ instanceTypes: ["inf2.24xlarge"], resource: "aws.amazon.com/neuroncore", count: 12 })).toEqual([]);
    expect(said({ instanceTypes: ["g6.xlarge"], resource: "nvidia.com/gpu", hami: { memory: "23GiB" } })[0]).toContain(
      "accelerator.hami.memory 23GiB is more than one L4 of g6.xlarge has",
    );
  });

  it("is nothing to say of without types", () => {
    expect(said({ resource: "nvidia.com/mig-1g.5gb" })).toEqual([]);
  });
});

describe("several shares of a GPU", () => {
  it("are no larger a part of it", () => {
    expect(said({ resource: "nvidia.com/gpu.shared", count: 2 })).toEqual([
      "warning shared-count accelerator.count: 2 nvidia.com/gpu.shared may all be of one GPU, and are no larger a part of it",
    ]);
    expect(said({ resource: "nvidia.com/gpu.shared" })).toEqual([]);
    expect(said({ resource: "nvidia.com/mig-1g.10gb", count: 2 })).toEqual([]);
  });
});
