import { describe, expect, it } from "vitest";
import type { CheckItem } from "../../../src/core/base/check-report.ts";
import type { ContainerInstance, Resources } from "../../../src/core/cluster/snapshot.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { anInstance, aSnapshot } from "../../support/cluster.ts";
import { complaints, examine, observe } from "../../support/doctor.ts";

const tts: Workload = {
  name: "tts",
  image: "tts:1",
  accelerator: { instanceTypes: ["g5.12xlarge"] },
  resources: { cpu: 2, memory: "4GiB" },
};
const cpu: Workload = { name: "web", image: "tts:1", accelerator: "none", resources: { cpu: 1, memory: "1GiB" } };
const gpuImage = "al2023-ami-ecs-gpu-hvm-2023.0.20260120-kernel-6.1-x86_64-ebs";

/** A g5.12xlarge, which has 4 A10G, whose agent registered so many. */
function host(id: string, gpus: number, changes: Partial<ContainerInstance> = {}): ContainerInstance {
  const registered: Resources = {
    ...anInstance(id, "g5.12xlarge").registered,
    gpus: Array.from({ length: gpus }, (_, index) => `GPU-${id}-${index}`),
  };
  return anInstance(id, "g5.12xlarge", {
    registered,
    remaining: registered,
    ...changes,
    attributes: { "ecs.ami-id": "ami-1", ...changes.attributes },
  });
}

function examined(instances: readonly ContainerInstance[], amiName: string | undefined, file: Workload | "none" = tts) {
  const account = observe(
    {
      images: new Map([["tts:1", { value: { kind: "found", architectures: [] } }]]),
      machineImages: { value: amiName === undefined ? [] : [{ id: "ami-1", name: amiName }] },
      quotas: new Map([["L-DB2E81BA", { value: 64 }]]),
    },
    { snapshot: { value: aSnapshot(instances) } },
  );
  return examine(account, file).filter(({ check }) => ["gpus", "driver", "instance-health"].includes(check));
}

describe("the hosts of GPUs", () => {
  it.each<readonly [what: string, items: readonly CheckItem[], expected: readonly string[]]>([
    ["with every GPU", examined([host("a", 4)], gpuImage), []],
    ["whose agent registered none", examined([host("a", 0)], gpuImage), ["FAIL gpus", "SKIP driver"]],
    ["one of which lost a GPU", examined([host("a", 4), host("b", 3)], gpuImage), ["FAIL gpus", "SKIP driver"]],
    ["for a workload without GPUs", examined([host("a", 0)], gpuImage, cpu), ["WARN gpus"]],
    ["for none", examined([host("a", 0)], gpuImage, "none"), ["FAIL gpus", "SKIP driver"]],
    [
      "of the plain image",
      examined([host("a", 0)], "al2023-ami-ecs-hvm-2023.0.20260101-kernel-6.1-x86_64"),
      ["FAIL gpus", "FAIL driver"],
    ],
    [
      "of the Neuron image",
      examined([host("a", 0)], "al2023-ami-ecs-neuron-hvm-2023.0.20260101-kernel-6.1-x86_64"),
      ["FAIL gpus", "FAIL driver"],
    ],
    [
      "of plain Bottlerocket",
      examined([host("a", 0)], "bottlerocket-aws-ecs-2-x86_64-v1.50.0"),
      ["FAIL gpus", "FAIL driver"],
    ],
    ["of an image of the user's own", examined([host("a", 0)], "my-gpus"), ["FAIL gpus", "SKIP driver"]],
    ["of an image that EC2 does not show", examined([host("a", 0)], undefined), ["FAIL gpus", "SKIP driver"]],
    // What works needs no name.
    ["of an image that EC2 does not show, with every GPU", examined([host("a", 4)], undefined), []],
  ])("%s", (_, items, expected) => expect(complaints(items)).toEqual(expected));

  it("say what is wrong, and with what to replace them", () => {
    const items = examined([host("a", 0), host("b", 3)], "al2023-ami-ecs-hvm-2023.0.20260101-kernel-6.1-x86_64");
    expect(items.map(({ message }) => message)).toEqual([
      "g5.12xlarge i-a: g5.12xlarge has 4 A10G, and its agent registered none: not the GPU-optimised AMI, " +
        "or ECS_ENABLE_GPU_SUPPORT is off, or the agent came up before the driver: restart ecs",
      "g5.12xlarge i-b: g5.12xlarge has 4 A10G, and its agent registered 3: nvidia-smi on it tells which 1 GPU " +
        "the driver lost: restart ecs once it has them again, or replace the instance",
      "2 of 2 instances, such as g5.12xlarge i-a, run al2023-ami-ecs-hvm-2023.0.20260101-kernel-6.1-x86_64, which carries no NVIDIA driver",
    ]);
    for (const { fix } of items) expect(fix).toContain("aiplat ami latest --instance-type g5.12xlarge");
  });
});

describe("several hosts together", () => {
  it.each([
    [4, "my-gpus", "have an NVIDIA driver: their agents registered the GPUs"],
    [0, "my-gpus", "run my-gpus: whether their NVIDIA driver works is not known"],
    [0, undefined, "run ami-1, which EC2 does not show to this account: their driver is not known"],
  ] as const)("with %i GPUs and the image %s", (gpus, image, said) => {
    const driver = examined([host("a", gpus), host("b", gpus)], image).find(({ check }) => check === "driver");
    expect(driver?.message).toBe(`2 of 2 instances, such as g5.12xlarge i-a, ${said}`);
  });
});

describe("the health of instances", () => {
  const health = (overallStatus: string) => ({
    healthStatus: { overallStatus, details: [{ type: "ACCELERATED_COMPUTE", status: overallStatus }] },
  });
  it.each<readonly [what: string, items: readonly CheckItem[], expected: readonly string[]]>([
    ["all impaired", examined([host("a", 4, health("IMPAIRED"))], gpuImage), ["FAIL instance-health"]],
    [
      "one of two impaired",
      examined([host("a", 4, health("IMPAIRED")), host("b", 4)], gpuImage),
      ["WARN instance-health"],
    ],
    ["not known yet", examined([host("a", 4, health("INSUFFICIENT_DATA"))], gpuImage), []],
    ["in order", examined([host("a", 4, health("OK"))], gpuImage), []],
  ])("%s", (_, items, expected) => expect(complaints(items)).toEqual(expected));

  it("says which check has failed", () => {
    expect(examined([host("a", 4, health("IMPAIRED"))], gpuImage)[0]!.message).toBe(
      "ECS finds g5.12xlarge i-a IMPAIRED (ACCELERATED_COMPUTE): containers may not run there",
    );
  });
});
