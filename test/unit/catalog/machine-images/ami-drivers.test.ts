import { describe, expect, it } from "vitest";
import {
  describeDriver,
  ecsNeuronFamilyOf,
  isEcsImageWithoutNeuron,
  pinnedDriverOn,
} from "../../../../src/core/catalog/machine-images/ami-drivers.ts";
import { amiFamilies, describeAmiFamily } from "../../../../src/core/catalog/machine-images/ami-families.ts";
import { instanceTypes } from "../../../../src/core/catalog/instance-types/catalog.ts";
import { vcpuQuotaOf } from "../../../../src/core/catalog/instance-types/vcpu-quotas.ts";

describe("the quota of a type", () => {
  it.each([
    ["inf1.xlarge", "L-1945791B"],
    ["inf2.48xlarge", "L-1945791B"],
    ["trn1n.32xlarge", "L-2C3B7624"],
    ["trn2u.48xlarge", "L-2C3B7624"],
    ["g4ad.xlarge", "L-DB2E81BA"],
    ["gr6f.4xlarge", "L-DB2E81BA"],
    ["vt1.3xlarge", "L-DB2E81BA"],
    ["p6-b200.48xlarge", "L-417A185B"],
    ["dl1.24xlarge", "L-6E869C2A"],
    ["f2.6xlarge", "L-74FC7D96"],
    ["m5.large", "L-1216C47A"],
    ["im4gn.large", "L-1216C47A"],
    ["d3.xlarge", "L-1216C47A"],
    ["hpc7a.12xlarge", undefined],
    ["u-6tb1.metal", undefined],
    ["x2gd.large", undefined],
  ])("%s", (type, code) => {
    expect(vcpuQuotaOf(type)?.code).toBe(code);
  });

  it("every accelerated type has one", () => {
    expect(instanceTypes.filter(({ instanceType }) => vcpuQuotaOf(instanceType) === undefined)).toEqual([]);
  });
});

describe("the driver of a machine image", () => {
  it.each<readonly [name: string, family: string | undefined, inf1: string | undefined, inf2: string | undefined]>([
    ["amzn2-ami-ecs-inf-hvm-2.0.20260120-x86_64-ebs", "ecs al2 neuron x86_64", "2.17", "2.17"],
    ["amzn2-ami-ecs-kernel-5.10-inf-hvm-2.0.20260120-x86_64-ebs", "ecs al2 kernel-5.10 neuron x86_64", "2.21", "2.21"],
    ["al2023-ami-ecs-neuron-hvm-2023.0.20260805-kernel-6.1-x86_64", "ecs al2023 neuron x86_64", "2.21", undefined],
    ["al2023-ami-ecs-hvm-2023.0.20260805-kernel-6.1-x86_64", undefined, undefined, undefined],
    ["bottlerocket-aws-ecs-2-x86_64-v1.61.0-fcf71a47", "ecs bottlerocket neuron x86_64", undefined, undefined],
    ["bottlerocket-aws-ecs-2-fips-x86_64-v1.61.0-fcf71a47", "ecs bottlerocket neuron x86_64", undefined, undefined],
    ["bottlerocket-aws-ecs-2-nvidia-x86_64-v1.61.0-fcf71a47", undefined, undefined, undefined],
    ["bottlerocket-aws-ecs-3-x86_64-v1.61.0-fcf71a47", undefined, undefined, undefined],
    ["our-amzn2-ami-ecs-inf-hvm-copy", undefined, undefined, undefined],
  ])("%s", (name, description, inf1, inf2) => {
    const family = ecsNeuronFamilyOf(name);
    expect(family && describeAmiFamily(family)).toBe(description);
    expect([family && pinnedDriverOn(family, "inf1"), family && pinnedDriverOn(family, "inf2")]).toEqual([inf1, inf2]);
  });

  it("AWS's other ECS images have none", () => {
    expect(
      [
        "al2023-ami-ecs-hvm-2023.0.20260805-kernel-6.1-x86_64",
        "amzn2-ami-ecs-gpu-hvm-2.0.20260120-x86_64-ebs",
        "bottlerocket-aws-ecs-2-nvidia-x86_64-v1.55.0",
        "bottlerocket-aws-ecs-3-nvidia-fips-aarch64-v1.55.0",
        "bottlerocket-aws-ecs-2-aarch64-v1.55.0",
        // The plain one carries the driver; of later kernels no source tells.
        "bottlerocket-aws-ecs-2-x86_64-v1.55.0",
        "bottlerocket-aws-ecs-3-x86_64-v1.55.0",
        "al2023-ami-ecs-neuron-hvm-2023.0.1-x86_64",
        "my-image",
      ].map(isEcsImageWithoutNeuron),
    ).toEqual([true, true, true, true, true, false, false, false, false]);
  });

  it("is told as its number says", () => {
    expect(amiFamilies.flatMap((family) => describeDriver(family) ?? [])).toEqual([
      "on inf1 a boot service installs driver 2.21, on which Neuron SDK 2.30 and later images do not run",
      "kernel 4.14 and driver 2.17, on which Neuron SDK 2.30 and later images do not run",
      "driver 2.21, on which Neuron SDK 2.30 and later images do not run",
      "kernel 4.14",
      "on inf1 a boot service installs driver 2.21, on which Neuron SDK 2.30 and later images do not run",
    ]);
  });
});
