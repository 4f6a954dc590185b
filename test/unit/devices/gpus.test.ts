import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { GpuDevice } from "../../../src/core/cluster/snapshot.ts";
import type { ResourceRequirement } from "../../../src/core/ecs-api/api.ts";
import { gpuNeedOf, type GpuNeed } from "../../../src/core/devices/gpu-need.ts";
import { gpusOf, holdGpus, releaseGpus, takeGpus, type GpuState } from "../../../src/core/devices/gpus.ts";
import { runs } from "../../support/depth.ts";
import { aDefinition, anInstance, aTask } from "../../support/cluster.ts";

const share = (memory: number): ResourceRequirement => ({ type: "GPU", sharingStrategy: { nvidiaMps: { memory } } });
const asking = (...containers: readonly (readonly ResourceRequirement[])[]) => ({
  containerDefinitions: containers.map((resourceRequirements, index) => ({
    name: `c${index}`,
    image: "x",
    resourceRequirements,
  })),
});

describe("what a task takes of the GPUs", () => {
  it.each<readonly [string, Parameters<typeof gpuNeedOf>[0], GpuNeed]>([
    ["nothing", asking([], [{ type: "NeuronDevice", value: "ALL" }]), 0],
    ["whole ones, of all containers together", asking([{ type: "GPU", value: "2" }], [{ type: "GPU", value: "1" }]), 3],
    ["all", asking([{ type: "GPU", value: "all" }]), "all"],
    ["a share", asking([share(15_360)]), { kind: "share", memoryMiB: 15_360, containers: 1 }],
    [
      "shares of one GPU",
      asking([share(4096)], [], [share(8192)]),
      { kind: "share", memoryMiB: 12_288, containers: 2 },
    ],
    ["the part of a fractional type", asking([{ type: "GPU", value: "0.25" }]), { kind: "part", fraction: 0.25 }],
  ])("%s", (_, definition, need) => expect(gpuNeedOf(definition)).toEqual(need));
});

describe("the GPUs of an instance", () => {
  const all = { cpu: 1, memoryMiB: 1, tcpPorts: [], udpPorts: [], gpus: ["A", "B"] };
  const host = (left: readonly string[], gpuDevices?: readonly GpuDevice[], type = "g5.12xlarge") =>
    anInstance("g", type, {
      registered: all,
      remaining: { ...all, gpus: left },
      ...(gpuDevices === undefined ? {} : { gpuDevices }),
    });
  const sharing = aDefinition("sharing", { resourceRequirements: [share(8000)] });
  const whole = aDefinition("whole", { resourceRequirements: [{ type: "GPU", value: "1" }] });
  const on = (id: string, definition: typeof sharing, gpu: string | undefined, stopping = false) =>
    aTask(id, definition, host([]), {
      containers: [{ name: "main", ...(gpu === undefined ? {} : { gpuIds: [gpu] }) }, { name: "proxy" }],
      ...(stopping ? { desiredStatus: "STOPPED" } : {}),
    });
  const told = (gpus: readonly GpuState[]) =>
    gpus.map(({ id, mode, usedMiB, totalMiB }) => [id, mode, usedMiB, totalMiB]);
  const definitions = { [sharing.taskDefinitionArn]: sharing, [whole.taskDefinitionArn]: whole };

  it.each<readonly [string, ReturnType<typeof host>, readonly ReturnType<typeof on>[], unknown]>([
    [
      "are idle by ECS's count, with the catalogue's memory",
      host(["A", "B"]),
      [],
      [
        ["A", "IDLE", 0, 22_888],
        ["B", "IDLE", 0, 22_888],
      ],
    ],
    [
      "are held whole where they are gone",
      host(["B"]),
      [on("1", whole, "A")],
      [
        ["A", "DEDICATED", 0, 22_888],
        ["B", "IDLE", 0, 22_888],
      ],
    ],
    [
      "are shared by the tasks that say so, whether or not ECS counts them as remaining",
      host(["A"]),
      [on("1", sharing, "A"), on("2", sharing, "A"), on("3", sharing, "B")],
      [
        ["A", "NVIDIA_MPS", 16_000, 22_888],
        ["B", "NVIDIA_MPS", 8000, 22_888],
      ],
    ],
    [
      "are free of a task that starts to stop",
      host(["A", "B"]),
      [on("1", sharing, "A", true)],
      [
        ["A", "IDLE", 0, 22_888],
        ["B", "IDLE", 0, 22_888],
      ],
    ],
    [
      "have the share of a task of which nobody says where it is",
      host(["A", "B"]),
      [on("1", sharing, undefined), on("2", sharing, "B")],
      [
        ["A", "IDLE", 0, 22_888],
        ["B", "NVIDIA_MPS", 16_000, 22_888],
      ],
    ],
    [
      "are as ECS describes them, where it does, and no share counts twice",
      host(
        ["B"],
        [
          { gpuId: "A", sharingMode: "NVIDIA_MPS", totalMemoryInMiB: 22_563, remainingMemoryInMiB: 14_563 },
          { gpuId: "B", sharingMode: "IDLE", totalMemoryInMiB: 22_563, remainingMemoryInMiB: 22_563 },
        ],
      ),
      [on("1", sharing, "A")],
      [
        ["A", "NVIDIA_MPS", 8000, 22_563],
        ["B", "IDLE", 0, 22_563],
      ],
    ],
    [
      "have no memory that anybody knows, of a type that the catalogue lacks",
      host(["A", "B"], undefined, "g99.large"),
      [],
      [
        ["A", "IDLE", 0, undefined],
        ["B", "IDLE", 0, undefined],
      ],
    ],
  ])("%s", (_, instance, tasks, expected) => expect(told(gpusOf(instance, tasks, definitions))).toEqual(expected));

  it("are none where none is registered, whatever else is described", () => {
    const device = { gpuId: "A", sharingMode: "IDLE", totalMemoryInMiB: 1, remainingMemoryInMiB: 1 };
    expect(gpusOf(anInstance("g", "g5.xlarge", { gpuDevices: [device] }), [], {})).toEqual([]);
  });
});

/** Gives GPUs away in the plainest way: a list of who has what. */
class Oracle {
  readonly held: { readonly need: GpuNeed; readonly ids: readonly string[] }[] = [];
  readonly gpus: readonly string[];
  readonly memoryMiB: number;
  constructor(gpus: readonly string[], memoryMiB: number) {
    this.gpus = gpus;
    this.memoryMiB = memoryMiB;
  }
  used(gpu: string): number {
    return this.held.reduce(
      (sum, { need, ids }) =>
        typeof need === "object" && need.kind === "share" && ids.includes(gpu) ? sum + need.memoryMiB : sum,
      0,
    );
  }
  isWhole(gpu: string): boolean {
    return this.held.some(({ need, ids }) => (typeof need !== "object" || need.kind === "part") && ids.includes(gpu));
  }
  fits(need: GpuNeed): boolean {
    const idle = this.gpus.filter((gpu) => !this.isWhole(gpu) && this.used(gpu) === 0).length;
    if (need === "all") return idle === this.gpus.length && idle > 0;
    if (typeof need === "number") return need <= idle;
    if (need.kind === "part") return idle > 0;
    return this.gpus.some((gpu) => !this.isWhole(gpu) && this.used(gpu) + need.memoryMiB <= this.memoryMiB);
  }
}

describe("giving GPUs to tasks", () => {
  const need: fc.Arbitrary<GpuNeed> = fc.oneof(
    fc.integer({ min: 1, max: 3 }),
    fc.constant("all" as const),
    fc.constant({ kind: "part" as const, fraction: 0.25 }),
    fc.constantFrom(1000, 8000, 15_360, 22_888, 30_000).map((memoryMiB) => ({
      kind: "share" as const,
      memoryMiB,
      containers: 1,
    })),
  );
  const step = fc.oneof(need, fc.record({ stop: fc.nat(9) }));

  it("never gives a GPU twice, nor more of its memory than it has, and refuses nothing that fits", () => {
    let refused = 0;
    let given = 0;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4 }), fc.array(step, { maxLength: 25 }), (count, steps) => {
        const ids = Array.from({ length: count }, (_, index) => `g${index}`);
        const start: readonly GpuState[] = ids.map((id) => ({ id, mode: "IDLE", totalMiB: 22_888, usedMiB: 0 }));
        const oracle = new Oracle(ids, 22_888);
        let gpus = start;
        for (const each of steps) {
          if (typeof each === "object" && "stop" in each) {
            const [stopped] = oracle.held.splice(each.stop % Math.max(1, oracle.held.length), 1);
            if (stopped !== undefined) gpus = releaseGpus(gpus, stopped.need, stopped.ids);
            continue;
          }
          const taken = takeGpus(gpus, each);
          expect(taken !== undefined).toBe(oracle.fits(each));
          if (taken === undefined) {
            refused++;
            continue;
          }
          given++;
          expect(holdGpus(gpus, each, taken.given)).toEqual(taken.gpus);
          oracle.held.push({ need: each, ids: taken.given });
          gpus = taken.gpus;
          for (const gpu of gpus) {
            expect([gpu.mode === "DEDICATED", gpu.usedMiB]).toEqual([oracle.isWhole(gpu.id), oracle.used(gpu.id)]);
            expect(oracle.isWhole(gpu.id) && oracle.used(gpu.id) > 0).toBe(false);
            expect(oracle.used(gpu.id)).toBeLessThanOrEqual(22_888);
          }
        }
        for (const { need: last, ids: held } of oracle.held) gpus = releaseGpus(gpus, last, held);
        expect(gpus).toEqual(start);
      }),
      { numRuns: runs(2000) },
    );
    expect(Math.min(refused, given)).toBeGreaterThan(runs(500));
  });
});
