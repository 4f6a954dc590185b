import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../support/depth.ts";
import type { PlacementStrategy } from "../../../src/core/ecs-api/placement-strategy.ts";
import { requirementsOf, type Requirements } from "../../../src/core/ecs/requirements.ts";
import { firstReason } from "../../../src/core/placement/checks.ts";
import { countPlaceable } from "../../../src/core/placement/evaluate-fit.ts";
import {
  copyInstanceStates,
  instanceStatesOf,
  occupy,
  vacate,
  type InstanceState,
} from "../../../src/core/placement/instance-state.ts";
import { placerFor } from "../../../src/core/placement/placer.ts";
import { aDefinition, anInstance, aSnapshot } from "../../support/cluster.ts";

/** Chooses as AWS's page says it, looking at every instance for every task. */
class PlainPlacer {
  readonly rooms: readonly InstanceState[];
  readonly #requirements: Requirements;
  readonly #strategy: readonly PlacementStrategy[];
  readonly #random: () => number;

  constructor(
    rooms: readonly InstanceState[],
    requirements: Requirements,
    strategy: readonly PlacementStrategy[],
    random: () => number,
  ) {
    this.rooms = rooms;
    this.#requirements = requirements;
    this.#strategy = strategy;
    this.#random = random;
  }

  place(): number | undefined {
    let best = this.rooms.filter(
      (room) => room.instance.status === "ACTIVE" && firstReason(this.#requirements, room) === undefined,
    );
    for (const { type, field = "" } of this.#strategy) {
      if (type === "random") {
        best = best.length === 0 ? [] : [best[Math.floor(this.#random() * best.length)]!];
        break;
      }
      const figures = best.map((room) => this.#figure(type, field, room));
      best = best.filter((_, index) => figures[index] === Math.min(...figures));
    }
    if (best[0] === undefined) return undefined;
    occupy(best[0], this.#requirements);
    return this.rooms.indexOf(best[0]);
  }

  #figure(type: string, field: string, room: InstanceState): number {
    if (type === "binpack") return field === "memory" ? room.memoryMiB : room.cpu;
    const tasks = ({ groups }: InstanceState) => groups.get(this.#requirements.group) ?? 0;
    if (!field.startsWith("attribute:")) return tasks(room);
    const value = ({ instance }: InstanceState) => instance.attributes[field.slice("attribute:".length)] ?? "";
    return this.rooms.reduce((sum, each) => (value(each) === value(room) ? sum + tasks(each) : sum), 0);
  }
}

const machine = fc.record({
  zone: fc.constantFrom("a", "b", "c"),
  rack: fc.constantFrom(undefined, "1", "2", "3"),
  cpu: fc.constantFrom(1024, 2048, 4096),
  memoryMiB: fc.constantFrom(1024, 2048, 4096),
  status: fc.constantFrom("ACTIVE", "ACTIVE", "ACTIVE", "DRAINING"),
});
const rule: fc.Arbitrary<PlacementStrategy> = fc.constantFrom(
  { type: "spread", field: "attribute:ecs.availability-zone" },
  { type: "spread", field: "attribute:rack" },
  { type: "spread", field: "instanceId" },
  { type: "binpack", field: "memory" },
  { type: "binpack", field: "cpu" },
  { type: "random" },
);
/** What happens: tasks of the placer's, a task of others that comes or goes, or one of its own that goes. */
const event = fc.record({
  kind: fc.constantFrom("place" as const, "place" as const, "other" as const, "leave" as const, "stop" as const),
  count: fc.integer({ min: 1, max: 5 }),
  at: fc.nat(),
});

interface Machine {
  readonly zone: string;
  readonly rack: string | undefined;
  readonly cpu: number;
  readonly memoryMiB: number;
  readonly status: string;
}

function roomsOf(machines: readonly Machine[]) {
  return instanceStatesOf(
    aSnapshot(
      machines.map(({ zone, rack, cpu, memoryMiB, status }, index) => {
        const resources = { cpu, memoryMiB, tcpPorts: [], udpPorts: [], gpus: [] };
        const attributes = { "ecs.availability-zone": zone, ...(rack === undefined ? {} : { rack }) };
        return anInstance(String(index), "m5.large", {
          status,
          attributes,
          registered: resources,
          remaining: resources,
        });
      }),
    ),
  );
}

const needsOf = (family: string, cpu: number, memory: number) =>
  requirementsOf(aDefinition(family, { cpu, memory }), {}, 28_700);

/** Numbers from 0 up to 1, the same each time. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16_807 + 11) % 2_147_483_647) / 2_147_483_647;
}

describe("a placer", () => {
  it("chooses what looking at every instance for every task would, whoever else comes and goes", () => {
    fc.assert(
      fc.property(
        fc.array(machine, { minLength: 1, maxLength: 12 }),
        fc.array(rule, { maxLength: 3 }),
        fc.array(event, { maxLength: 30 }),
        fc.nat(1_000_000),
        (machines, placementStrategy, events, seed) => {
          const rooms = roomsOf(machines);
          const requirements = needsOf("own", 256, 256);
          const other = needsOf("other", 512, 256);
          const placer = placerFor(rooms, requirements, {
            placementStrategy,
            random: numbersFrom(seed),
            refuse: firstReason,
          });
          const plain = new PlainPlacer(copyInstanceStates(rooms), requirements, placementStrategy, numbersFrom(seed));
          const tasks = new Map<Requirements, number[]>([
            [requirements, []],
            [other, []],
          ]);
          const both = (index: number, change: (room: InstanceState) => void) => {
            change(rooms[index]!);
            change(plain.rooms[index]!);
            placer.changed(index);
          };
          for (const { kind, count, at } of events) {
            if (kind === "place") {
              const expected = Array.from({ length: count }, () => plain.place()).filter(
                (index) => index !== undefined,
              );
              expect(placer.place(count).map(({ index }) => index)).toEqual(expected);
              tasks.get(requirements)!.push(...expected);
              continue;
            }
            if (kind === "other") {
              const index = at % rooms.length;
              if (firstReason(other, rooms[index]!) !== undefined) continue;
              both(index, (room) => occupy(room, other));
              tasks.get(other)!.push(index);
              continue;
            }
            const whose = kind === "stop" ? requirements : other;
            const there = tasks.get(whose)!;
            if (there.length === 0) continue;
            const [index] = there.splice(at % there.length, 1);
            both(index!, (room) => vacate(room, whose, []));
          }
        },
      ),
      { numRuns: runs(500) },
    );
  });

  it("gives a reason for each instance once no more can be placed", () => {
    const rooms = roomsOf([
      { zone: "a", rack: undefined, cpu: 256, memoryMiB: 4096, status: "ACTIVE" },
      { zone: "a", rack: undefined, cpu: 4096, memoryMiB: 256, status: "ACTIVE" },
      { zone: "a", rack: undefined, cpu: 4096, memoryMiB: 4096, status: "DRAINING" },
    ]);
    const placer = placerFor(rooms, needsOf("own", 256, 256));
    expect(placer.place(9).map(({ index }) => index)).toEqual([0, 1]);
    expect(placer.failures().map(({ reason }) => reason)).toEqual(["RESOURCE:CPU", "RESOURCE:MEMORY"]);
  });
});

describe("how many tasks can be placed", () => {
  it("is what filling the cluster with one variant after the other comes to", () => {
    fc.assert(
      fc.property(
        fc.array(machine, { minLength: 1, maxLength: 6 }),
        fc.array(fc.tuple(fc.constantFrom(256, 512, 1024), fc.constantFrom(256, 512, 1024)), {
          minLength: 1,
          maxLength: 3,
        }),
        fc.integer({ min: 0, max: 40 }),
        (machines, sizes, count) => {
          const variants = sizes.map(([cpu, memory], index) => needsOf(`v${index}`, cpu, memory));
          const rooms = roomsOf(machines);
          const copies = copyInstanceStates(rooms);
          let placed = 0;
          for (const requirements of variants)
            for (let at = 0; at < copies.length && placed < count;) {
              if (firstReason(requirements, copies[at]!) !== undefined) at++;
              else {
                occupy(copies[at]!, requirements);
                placed++;
              }
            }
          expect(countPlaceable(rooms, variants, count)).toBe(placed);
        },
      ),
    );
  });
});
