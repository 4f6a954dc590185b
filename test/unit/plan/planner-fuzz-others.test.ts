import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TaskDefinition } from "../../../src/core/ecs-api/api.ts";
import type { RunRound } from "../../../src/core/plan/run-plan.ts";
import { planByInstanceState } from "../../../src/core/plan/plan-by-instance-state.ts";
import { planRegistered, planRun } from "../../../src/core/plan/plan-run.ts";
import { ecsOf } from "../../support/ecs.ts";
import { worstOf } from "../../support/planner-fuzz/adversaries-of-run.ts";
import { depth } from "../../support/planner-fuzz/depth.ts";
import { drawn, sizeOf, type Drawn, type Wish } from "../../support/planner-fuzz/drawn.ts";
import { gpuMiB, needsOf, sum, type RefereeMachine } from "../../support/planner-fuzz/ecs-referee.ts";
import { isFree, roomFor, takers } from "../../support/planner-fuzz/free-slots.ts";
import { FuzzWorld, registered } from "../../support/planner-fuzz/fuzz-world.ts";
import { settingsOf, workloadOf } from "../../support/planner-fuzz/wishes.ts";

/** What every draw is changed to: no provider starts machines here. */
function withWish(given: Drawn, changes: Partial<Wish>): Drawn {
  return { ...given, wish: { ...given.wish, provider: undefined, ...changes } };
}

const impairedIn =
  ({ machines }: Drawn) =>
  (id: string) =>
    machines[Number(id)]!.impaired;

/** How many of the tasks the plan says have no place. */
function missingIn({ unplaced }: RunRound): number {
  return sum(unplaced.map(({ detail = "" }) => Number(/^(\d+) of/.exec(detail)![1])));
}

describe("a run of a definition that lists its devices itself", () => {
  /** Its devices, locked or not, in the raw fields or registered by somebody else. */
  const listed = drawn.map((given) => withWish(given, { stack: false, size: "small", webPort: false }));

  it("starts nothing on a held device, has what the plan says placed, and finds every machine where they are free", () => {
    fc.assert(
      fc.property(listed, fc.constantFrom("locked", "unlocked", "registered"), (given, how) => {
        const { wish } = given;
        const world = new FuzzWorld(given);
        const devices = Array.from({ length: sizeOf(wish) }, (_, index) => index);
        const locked = how === "locked" && wish.mode !== "awsvpc";
        const definition: TaskDefinition = {
          family: "by-hand",
          networkMode: wish.mode,
          containerDefinitions: [
            {
              name: "by-hand",
              image: "chip:1",
              cpu: 512,
              memory: 1024,
              linuxParameters: {
                capabilities: { add: ["IPC_LOCK"] },
                devices: devices.map((device) => ({ hostPath: `/dev/neuron${device}` })),
              },
              ...(locked
                ? {
                    portMappings: devices.map((device) => {
                      const port = given.base + device;
                      return { containerPort: port, hostPort: port, protocol: "udp" };
                    }),
                  }
                : {}),
            },
          ],
          placementConstraints: [{ type: "memberOf", expression: `attribute:ecs.instance-type == ${wish.types[0]}` }],
        };
        const settings = settingsOf({ ...wish, group: undefined });
        const raw = ecsOf(
          {
            name: "by-hand",
            image: "chip:1",
            accelerator: "none",
            resources: { cpu: 0.5, memory: "1GiB" },
            ecs: {
              networkMode: wish.mode,
              placement: { constraints: [`attribute:ecs.instance-type == ${wish.types[0]}`] },
              taskDefinition: { containerDefinitions: [...definition.containerDefinitions] },
            },
          },
          { lockPortBase: given.base },
        );
        const snapshot = world.snapshot();
        const round =
          how === "registered"
            ? planRegistered(registered(definition), settings, wish.count, snapshot, new Set())
            : planRun(raw, settings, wish.count, snapshot, new Set());
        const { harm, mostRefused } = worstOf(given, round, definition);
        expect(harm).toEqual([]);
        expect(mostRefused).toBeLessThanOrEqual(missingIn(round));
        // Whoever locks nothing is handed nothing over either.
        const mode = locked ? wish.mode : "awsvpc";
        const places = takers(world, wish, wish.types[0]!, impairedIn(given)).filter(
          (machine) =>
            roomFor(world, { ...wish, group: undefined }, { cpu: 512, memoryMiB: 1024 }, machine) > 0 &&
            devices.every((device) => isFree(world, { ...wish, mode }, machine, device)),
        ).length;
        expect(missingIn(round)).toBe(Math.max(0, wish.count - places));
      }),
      depth(0.2),
    );
  });
});

describe("a run that ECS schedules by itself", () => {
  const chosen = fc.tuple(
    drawn,
    fc.constantFrom(0, 1, 2, 4),
    fc.boolean(),
    fc.constantFrom<string[]>(["g5.xlarge"], ["g5.12xlarge"], ["g5.xlarge", "g5.12xlarge"]),
  );

  it("plans nothing that ECS refuses, and finds every place", () => {
    const seen = { planned: 0, short: 0 };
    fc.assert(
      fc.property(chosen, ([any, gpus, shares, types]) => {
        const given = withWish(any, { types, size: "small" });
        const { wish } = given;
        const count = gpus === 0 ? 0 : types.includes("g5.xlarge") ? 1 : gpus;
        const { ecs, ports, resources } = workloadOf(wish);
        const workload = ecsOf({
          name: "gpu",
          image: "gpu:1",
          ...(ports === undefined ? {} : { ports }),
          resources: resources!,
          ecs: ecs!,
          accelerator:
            count === 0
              ? "none"
              : { instanceTypes: types, ...(shares ? { mps: { memory: "6GiB" } } : { devicesPerReplica: count }) },
        });
        const world = new FuzzWorld(given);
        const round = planByInstanceState(workload, settingsOf(wish), wish.count, world.snapshot());
        const { harm, refused } = worstOf(given, round);
        expect({ harm, refused }).toEqual({ harm: [], refused: [] });
        const { gpu, ...size } = needsOf(workload.variants[0]!.definition);
        const onGpus = (machine: RefereeMachine): number => {
          const used = Array.from({ length: machine.gpus }, (_, index) =>
            sum(world.referee.on(machine).map((task) => (task.state === "running" ? (task.gpus[index] ?? 0) : 0))),
          );
          if (typeof gpu === "number")
            return gpu === 0 ? Infinity : Math.floor(used.filter((each) => each === 0).length / gpu);
          if (!("ecs.capability.gpu-sharing-mps" in machine.attributes)) return 0;
          return sum(used.map((each) => Math.max(0, Math.floor((gpuMiB - each) / gpu.shareMiB))));
        };
        const { group = "family:gpu", distinct } =
          settingsOf(wish).group === undefined ? { ...wish, group: undefined } : wish;
        const apart = distinct ? group : undefined;
        const names = count === 0 ? [...new Set(world.referee.machines.map(({ type }) => type))] : types;
        const places = sum(
          names.flatMap((type) =>
            takers(world, wish, type, impairedIn(given)).map((machine) =>
              Math.min(roomFor(world, wish, size, machine, apart), onGpus(machine)),
            ),
          ),
        );
        const planned = sum(round.steps.map((step) => step.count));
        expect(planned).toBe(Math.min(places, wish.count));
        seen[planned === wish.count ? "planned" : "short"]++;
      }),
      depth(0.2),
    );
    // A fraction of what is seen usually: the clusters must be worth something.
    for (const times of Object.values(seen)) expect(times).toBeGreaterThan(depth(0.2).numRuns / 20);
  });
});
