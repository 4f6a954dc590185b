import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { budgetOf, standingOf, type RollMachine } from "../../../src/core/plan/plan-roll.ts";
import { runs } from "../../support/depth.ts";

const machine = (ec2InstanceId: string, more: Partial<RollMachine> = {}): RollMachine => ({
  containerInstanceArn: `arn:${ec2InstanceId}`,
  ec2InstanceId,
  instanceType: "inf2.24xlarge",
  imageId: "ami-old",
  status: "ACTIVE",
  agentConnected: true,
  lifecycle: "InService",
  tasks: 0,
  ...more,
});

const current = { imageId: "ami-new" };
const { imageId: _, ...silent } = machine("i-d");
const stand = (desired: number, machines: readonly RollMachine[], budget = 1) =>
  standingOf({ desired, imageId: "ami-new", machines, budget });
const names = (machines: readonly RollMachine[]) => machines.map(({ ec2InstanceId }) => ec2InstanceId);

describe("standingOf", () => {
  it("has the emptiest go first, and what says no image stay", () => {
    const { left, mayDrain, done } = stand(4, [
      machine("i-a", { tasks: 2 }),
      machine("i-b", { tasks: 1 }),
      machine("i-c", current),
      silent,
    ]);
    expect([names(left), mayDrain, done]).toEqual([["i-b", "i-a"], 1, false]);
  });

  it("counts what drains, ends, boots or is away against the budget", () => {
    expect(stand(2, [machine("i-a", { status: "DRAINING" }), machine("i-b")])).toMatchObject({
      mayDrain: 0,
      unavailable: 1,
      draining: [{ ec2InstanceId: "i-a" }],
    });
    expect(stand(2, [machine("i-a", { lifecycle: "Terminating:Wait" }), machine("i-b")]).mayDrain).toBe(0);
    expect(stand(2, [machine("i-b")]).mayDrain).toBe(0);
    expect(stand(3, [machine("i-a", { status: "DRAINING" }), machine("i-b"), machine("i-c")], 2).mayDrain).toBe(1);
  });

  it("lets a machine go whose agent is away, which takes no tasks as it is", () => {
    const { left, mayDrain } = stand(2, [machine("i-b"), machine("i-z", { agentConnected: false })]);
    expect([names(left), mayDrain]).toEqual([["i-z", "i-b"], 1]);
  });

  it("is done only with as many machines as there are to be", () => {
    expect(stand(2, [machine("i-a", current), machine("i-b", current)]).done).toBe(true);
    expect(stand(2, [machine("i-a", current)]).done).toBe(false);
    expect(stand(1, [machine("i-a", current), machine("i-b", { lifecycle: "Terminating" })]).done).toBe(false);
    expect(stand(0, []).done).toBe(true);
  });

  it("never has more machines out of use than the budget", () => {
    const anyMachine = fc.record({
      imageId: fc.constantFrom("ami-old", "ami-new"),
      status: fc.constantFrom("ACTIVE", "DRAINING"),
      lifecycle: fc.constantFrom("InService", "Terminating:Wait"),
      tasks: fc.nat(3),
    });
    fc.assert(
      fc.property(
        fc.array(anyMachine, { maxLength: 8 }),
        fc.integer({ min: 1, max: 4 }),
        fc.nat(3),
        (some, budget, more) => {
          const machines = some.map((each, index) => machine(`i-${index}`, each));
          const desired = machines.length + more;
          const { left, mayDrain } = stand(desired, machines, budget);
          const drained = new Set(names(left.filter(({ status }) => status === "ACTIVE").slice(0, mayDrain)));
          const inUse = machines.filter(
            (each) => each.status === "ACTIVE" && each.lifecycle === "InService" && !drained.has(each.ec2InstanceId),
          ).length;
          const before = machines.filter((each) => each.status === "ACTIVE" && each.lifecycle === "InService").length;
          expect(desired - inUse).toBeLessThanOrEqual(Math.max(budget, desired - before));
        },
      ),
      { numRuns: runs(2_000) },
    );
  });
});

it.each([
  [{ machines: 2 }, 10, 2],
  [{ percent: 25 }, 10, 2],
  [{ percent: 10 }, 3, 1],
  [{ percent: 100 }, 3, 3],
])("%j of %i machines is %i", (budget, desired, expected) => {
  expect(budgetOf(budget, desired)).toBe(expected);
});
