import { describe, expect, it } from "vitest";
import { machineShares } from "../../../src/core/ecs/machine-share.ts";
import type { Requirements } from "../../../src/core/ecs/requirements.ts";

type Taken = Pick<Requirements, "devices" | "gpus" | "leavesNeuronToEcs">;
const nothing: Taken = { devices: [], gpus: 0, leavesNeuronToEcs: false };

describe("the share of a machine that a task takes", () => {
  it.each<[what: string, taken: Partial<Taken>, type: string, shares: readonly object[]]>([
    ["two of six chips", { devices: [0, 1] }, "inf2.24xlarge", [{ share: 1 / 3, takes: "2 of 6 devices" }]],
    ["every chip by number", { devices: [0, 1, 2, 3, 4, 5] }, "inf2.24xlarge", [{ share: 1 }]],
    ["every chip", { devices: "all" }, "trn1.32xlarge", [{ share: 1 }]],
    ["what ECS hands out", { leavesNeuronToEcs: true }, "trn1.32xlarge", [{ share: 1 }]],
    ["a chip that the type does not have", { devices: [6] }, "inf2.24xlarge", []],
    ["one GPU of four", { gpus: 1 }, "g5.12xlarge", [{ share: 0.25, takes: "1 of 4 devices" }]],
    ["all GPUs", { gpus: "all" }, "p5.48xlarge", [{ share: 1 }]],
    ["more GPUs than there are", { gpus: 2 }, "g5.xlarge", []],
    [
      "an eighth of a GPU where that is the machine",
      { gpus: { kind: "part", fraction: 0.125 } },
      "g6f.large",
      [{ share: 1 }],
    ],
    [
      "a part of a GPU's memory",
      { gpus: { kind: "share", memoryMiB: 11_444, containers: 1 } },
      "g5.xlarge",
      [{ share: 0.5, takes: "11444MiB of 22888MiB GPU memory" }],
    ],
    ["no device", {}, "inf2.xlarge", []],
    ["no GPU", {}, "g5.xlarge", []],
    ["chips of a type without", { devices: [0] }, "g5.xlarge", []],
    ["anything of a type that nobody knows", { devices: "all" }, "m5.large", []],
  ])("is counted for %s", (_, taken, instanceType, shares) =>
    expect(machineShares({ ...nothing, ...taken }, [instanceType])).toEqual(
      shares.map((share) => ({ instanceType, ...share })),
    ),
  );
});
