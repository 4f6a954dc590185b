import { describe, expect, it } from "vitest";
import { aDefinition, anInstance, aSnapshot, aTask } from "../../support/cluster.ts";
import { chip, LiveWorld, on } from "../../support/live-services.ts";

describe("replicas over the services of slots", () => {
  const machines = ["0", "1"].map((id) => anInstance(id, "inf2.24xlarge"));
  const byHand = aDefinition("by-hand", { linuxParameters: { devices: [{ hostPath: "/dev/neuron4" }] } });
  /** The third slot is free on the second machine alone. */
  const snapshot = aSnapshot(machines, [aTask("t", byHand, machines[0])], [byHand]);
  const counts = (memory: string) => {
    const { steps, unplaced } = new LiveWorld().plan(
      chip({ ...on(["inf2.24xlarge"], 2), replicas: 3, resources: { cpu: 1, memory } }),
      {},
      snapshot,
    );
    expect(unplaced).toEqual([]);
    return steps.map(({ desiredCount }) => desiredCount);
  };

  it("are even where every machine has room for all of them", () => {
    expect(counts("16GiB")).toEqual([1, 1, 1]);
  });

  it("leave out the slot whose only machine ECS may fill with the others first", () => {
    // Two of 64 GiB: where the first two services come to the second machine, nothing is left for the third.
    expect(counts("30GiB")).toEqual([2, 1, 0]);
  });
});
