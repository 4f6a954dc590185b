import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findInstanceType } from "../../../src/core/catalog/instance-types/catalog.ts";
import { instanceTypeOf } from "../../../src/core/cluster/snapshot.ts";
import { assignSlots, type Machine } from "../../../src/core/devices/assign.ts";
import { devicesIn } from "../../../src/core/catalog/device-set.ts";
import { claimsOn } from "../../../src/core/devices/claims.ts";
import { lockPortMappings } from "../../../src/core/catalog/lock-ports.ts";
import { occupancyOf } from "../../../src/core/devices/occupancy.ts";
import { devicePath, isLegalSlot, legalSlots, type Slot } from "../../../src/core/catalog/slots.ts";
import type { ContainerDefinition, RegisteredTaskDefinition, Task } from "../../../src/core/ecs-api/api.ts";
import { runs } from "../../support/depth.ts";
import { aDefinition, anInstance, aSnapshot, aTask } from "../../support/cluster.ts";

type Event =
  | { readonly kind: "run"; readonly replicas: number; readonly size: number; readonly strategy: "pack" | "spread" }
  | {
      readonly kind: "foreign";
      readonly instance: number;
      readonly device: number;
      readonly by: "devices" | "visible" | "all";
    }
  | { readonly kind: "stop" | "stopped"; readonly task: number };

const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({
    kind: fc.constant("run" as const),
    replicas: fc.integer({ min: 1, max: 6 }),
    size: fc.constantFrom(1, 1, 2, 3, 4, 6, 8, 16),
    strategy: fc.constantFrom("pack" as const, "spread" as const),
  }),
  fc.record({
    kind: fc.constant("foreign" as const),
    instance: fc.nat(),
    device: fc.nat(15),
    by: fc.constantFrom("devices" as const, "devices" as const, "visible" as const, "all" as const),
  }),
  fc.record({ kind: fc.constantFrom("stop" as const, "stopped" as const), task: fc.nat() }),
);
const cluster = fc.array(
  fc.constantFrom("inf2.xlarge", "inf2.24xlarge", "inf2.48xlarge", "inf1.24xlarge", "trn1.32xlarge"),
  { minLength: 1, maxLength: 5 },
);

/** A cluster that lives through events, with its own book of who holds what, kept without reading any definition. */
class Life {
  readonly instances;
  readonly book: {
    readonly task: Task;
    readonly instance: number;
    readonly devices: readonly number[];
    readonly ours: boolean;
    state: "RUNNING" | "STOPPING" | "STOPPED";
  }[] = [];
  readonly definitions: RegisteredTaskDefinition[] = [];
  readonly faults: string[] = [];

  constructor(types: readonly string[]) {
    this.instances = types.map((type, index) => anInstance(String(index), type));
  }

  get snapshot() {
    const tasks = this.book.map(({ task, state }): Task => ({
      ...task,
      desiredStatus: state === "RUNNING" ? "RUNNING" : "STOPPED",
      lastStatus: state === "STOPPED" ? "STOPPED" : "RUNNING",
    }));
    return aSnapshot(this.instances, tasks, this.definitions);
  }

  heldOn(instance: number): ReadonlySet<number> {
    return new Set(
      this.book
        .filter((each) => each.instance === instance && each.state !== "STOPPED")
        .flatMap((each) => each.devices),
    );
  }

  start(instance: number, container: Partial<ContainerDefinition>, devices: readonly number[], ours: boolean): void {
    const definition = aDefinition(`f${this.definitions.length}`, container);
    this.definitions.push(definition);
    this.book.push({
      task: aTask(String(this.book.length), definition, this.instances[instance]),
      instance,
      devices,
      ours,
      state: "RUNNING",
    });
  }

  typeOf(instance: number) {
    return findInstanceType(instanceTypeOf(this.instances[instance]!)!)!;
  }

  /** What run-task does: reads the claims, and gives each replica a slot. */
  run({ replicas, size, strategy }: Extract<Event, { kind: "run" }>): number {
    const { snapshot } = this;
    const claims = claimsOn(snapshot);
    const machines = this.instances.map((each, index): Machine => {
      const type = this.typeOf(index);
      return {
        id: String(index),
        type,
        size,
        room: Infinity,
        replicas: 0,
        taken: new Set(
          (claims.get(each.arn) ?? []).flatMap((claim) => devicesIn(claim.devices, type.accelerator.count)),
        ),
      };
    });
    const assigned = assignSlots(machines, replicas, strategy);
    for (const { machine, slot } of assigned) {
      const instance = Number(machine.id);
      if (!isLegalSlot(machine.type, slot))
        this.faults.push(`${slot.join()} is no legal slot of ${machine.type.instanceType}`);
      if (slot.some((device) => this.heldOn(instance).has(device)))
        this.faults.push(`${slot.join()} of instance ${instance} is held`);
      this.start(instance, ours(slot), slot, true);
    }
    return assigned.length;
  }

  free(size: number): boolean {
    return this.instances.some((_, index) =>
      legalSlots(this.typeOf(index), size).some((slot) => !slot.some((device) => this.heldOn(index).has(device))),
    );
  }
}

function ours(slot: Slot): Partial<ContainerDefinition> {
  return {
    linuxParameters: { devices: slot.map((device) => ({ hostPath: devicePath(device) })) },
    portMappings: lockPortMappings(slot),
  };
}

describe("devices over the life of a cluster", () => {
  it("are never given twice, are always a legal slot, and are never refused while a slot is free", () => {
    fc.assert(
      fc.property(cluster, fc.array(event, { maxLength: 30 }), (types, events) => {
        const life = new Life(types);
        for (const each of events) {
          if (each.kind === "run") {
            const placed = life.run(each);
            expect(placed === each.replicas || !life.free(each.size)).toBe(true);
          } else if (each.kind === "foreign") {
            const instance = each.instance % life.instances.length;
            const { count } = life.typeOf(instance).accelerator;
            const device = each.device % count;
            if (each.by === "devices")
              life.start(
                instance,
                { linuxParameters: { devices: [{ hostPath: devicePath(device) }] } },
                [device],
                false,
              );
            else if (each.by === "visible")
              life.start(
                instance,
                { environment: [{ name: "AWS_NEURON_VISIBLE_DEVICES", value: String(device) }] },
                [device],
                false,
              );
            else
              life.start(
                instance,
                { resourceRequirements: [{ type: "NeuronDevice", value: "ALL" }] },
                Array.from({ length: count }, (_, index) => index),
                false,
              );
          } else {
            const task = life.book[each.task % Math.max(1, life.book.length)];
            if (task !== undefined && task.state !== "STOPPED")
              task.state = each.kind === "stop" || task.state === "RUNNING" ? "STOPPING" : "STOPPED";
          }
          expect(life.faults).toEqual([]);
          expectTheBook(life);
        }
      }),
      { numRuns: runs(300) },
    );
  });
});

/**
 * What the snapshot shows is what the book says: holders of each device, and conflicts only where foreign tasks came.
 */
function expectTheBook(life: Life): void {
  for (const [index, { devices }] of occupancyOf(life.snapshot).entries()) {
    for (const { device, holders, state } of devices) {
      const entries = life.book.filter(
        (each) => each.instance === index && each.state !== "STOPPED" && each.devices.includes(device),
      );
      expect(holders.map((each) => each.taskArn)).toEqual(entries.map((each) => each.task.taskArn));
      expect(entries.filter((each) => each.ours && each.state === "RUNNING").length).toBeLessThanOrEqual(1);
      if (entries.every((each) => each.ours)) expect(state).not.toBe("conflict");
    }
  }
}
