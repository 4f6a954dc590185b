import { describe, expect, it } from "vitest";
import { Refusal } from "../../../src/core/base/problem.ts";
import type { CapacityProvider } from "../../../src/core/cluster/capacity-providers.ts";
import type { CapacityProviderStrategyItem } from "../../../src/core/ecs-api/api.ts";
import type { EcsWorkload } from "../../../src/core/ecs/resolve-for-ecs.ts";
import type { ClusterCapacity } from "../../../src/core/plan/choose-capacity.ts";
import { providersOfServices } from "../../../src/core/plan/choose-service-capacity.ts";
import { identifyServices } from "../../../src/core/plan/identify-services.ts";
import type { ServicePlan } from "../../../src/core/plan/service-plan.ts";
import { aSnapshot } from "../../support/cluster.ts";
import { chip, LiveWorld, on } from "../../support/live-services.ts";

const asg = (name: string, instanceTypes: readonly string[] = ["inf2.24xlarge"]): CapacityProvider => ({
  name,
  type: "EC2_AUTOSCALING",
  managedScaling: true,
  group: { name, desired: 0, max: 9, instanceTypes },
});
const item = (capacityProvider: string, more: object = {}) => ({ capacityProvider, weight: 1, ...more });

/** A cluster of these providers, with this default strategy. */
const cluster = (
  providers: readonly CapacityProvider[],
  defaultStrategy: readonly CapacityProviderStrategyItem[] = [],
): ClusterCapacity => ({ associated: providers.map(({ name }) => name), defaultStrategy, providers });

/** What a plan would have each service made with: its strategy by names, or its launch type. */
function madeWith({ steps }: ServicePlan): readonly string[] {
  return steps.map(({ create, changes, service }) => {
    if (create === undefined) return `${service}: ${changes.map(({ path }) => path).join() || "unchanged"}`;
    const names = create.capacityProviderStrategy?.map(({ capacityProvider }) => capacityProvider).join();
    return `${service}: ${names ?? create.launchType}`;
  });
}

/** A world in which the workload was deployed on the cluster. */
function deployed(ecs: EcsWorkload, capacity: ClusterCapacity): LiveWorld {
  const world = new LiveWorld();
  world.carryOut(world.plan(ecs, { capacity }));
  return world;
}

const plain = cluster([]);
const scaling = cluster([asg("neuron")], [item("neuron")]);
const halves = (replicas: number, more: object = {}) => chip({ ...on(["inf2.24xlarge"], 3), replicas, ...more });

describe("the capacity of a service whose file leaves it out", () => {
  it("is the cluster's default strategy for a new one", () => {
    const plan = new LiveWorld().plan(chip(), { capacity: scaling });
    expect([madeWith(plan), plan.warnings]).toEqual([["chip: neuron"], []]);
    expect(plan.steps[0]!.why).toContain("neuron, the cluster's default strategy, starts them");
    expect(madeWith(new LiveWorld().plan(chip(), { capacity: plain }))).toEqual(["chip: EC2"]);
  });

  it("is plain EC2 for a new one, and plan says why, where a provider launches other types", () => {
    const { warnings, ...plan } = new LiveWorld().plan(chip(), {
      capacity: cluster([asg("gpu", ["g5.xlarge"])], [item("gpu")]),
    });
    expect(madeWith(plan as ServicePlan)).toEqual(["chip: EC2"]);
    expect(warnings).toEqual([expect.stringContaining("gpu launches g5.xlarge, and not inf2.24xlarge")]);
  });

  it.each([
    ["the launch type EC2", {}, scaling],
    [
      "one provider",
      { ecs: { capacity: { provider: "old" } } },
      cluster([asg("old"), asg("neuron")], [item("neuron")]),
    ],
    [
      "a list with base and weight",
      {
        ecs: {
          capacity: [
            { provider: "a", base: 1, weight: 2 },
            { provider: "b", weight: 0 },
          ],
        },
      },
      cluster([asg("a"), asg("b")], [item("b")]),
    ],
    [
      "what raw fields said",
      { ecs: { service: { capacityProviderStrategy: [{ capacityProvider: "a", weight: 7 }] } } },
      cluster([asg("a"), asg("b")], [item("b")]),
    ],
  ])("is what a live one has: %s", (_, said, capacity) => {
    const world = deployed(chip(said), capacity === scaling ? plain : capacity);
    const capacities = () =>
      world.services.map(({ launchType, capacityProviderStrategy }) => ({ launchType, capacityProviderStrategy }));
    const before = capacities();
    expect(madeWith(world.plan(chip(), { capacity }))).toEqual(["chip: unchanged"]);
    // Another image changes the definition and nothing of who starts the tasks.
    world.carryOut(world.plan(chip({ image: "chip:2" }), { capacity }));
    expect(world.lines).toEqual(["chip chip:2 x 2"]);
    expect(capacities()).toEqual(before);
  });

  it("is what the live ones of its instance types have for a slot that is new among them", () => {
    const world = deployed(halves(1), plain);
    world.services = world.services.filter(({ serviceName }) => serviceName.endsWith("n0-2"));
    expect(madeWith(world.plan(halves(4), { capacity: scaling }))).toEqual([
      "chip-inf2-24xlarge-n0-2: desiredCount",
      "chip-inf2-24xlarge-n3-5: EC2",
    ]);
    expect(madeWith(world.plan(chip({ ...on(["inf2.48xlarge"]), replicas: 1 }), { capacity: scaling }))[0]).toBe(
      "chip: EC2",
    );
  });

  it("is described as far as it matters and no further", () => {
    const named = (ecs: EcsWorkload, world: LiveWorld, capacity: ClusterCapacity) =>
      providersOfServices(ecs, identifyServices(ecs, world), capacity);
    expect(named(chip(), new LiveWorld(), scaling)).toEqual(["neuron"]);
    expect(named(chip(), deployed(chip(), plain), scaling)).toEqual([]);
    const both = cluster([asg("old"), asg("neuron")], [item("neuron")]);
    const old = deployed(chip({ ecs: { capacity: { provider: "old" } } }), both);
    expect(named(chip(), old, both)).toEqual(["old"]);
    expect(named(chip({ ecs: { capacity: { provider: "neuron" } } }), old, both)).toEqual(["neuron"]);
  });
});

describe("a list of providers", () => {
  const several = { ecs: { capacity: [{ provider: "a", base: 1, weight: 3 }, { provider: "b" }] } };
  const two = cluster([asg("a"), asg("b")]);
  const refusal = (ecs: EcsWorkload): string => {
    try {
      new LiveWorld().plan(ecs, { capacity: two });
    } catch (error) {
      if (error instanceof Refusal) return error.problems.map(({ code, message }) => `${code}: ${message}`).join("\n");
      throw error;
    }
    return "";
  };

  it("is a service's as it is written", () => {
    const [{ create } = {}] = new LiveWorld().plan(chip(several), { capacity: two }).steps;
    expect(create?.capacityProviderStrategy).toEqual([item("a", { base: 1, weight: 3 }), item("b")]);
  });

  it.each([
    ["several", several],
    ["one with a base", { ecs: { capacity: [{ provider: "a", base: 1 }] } }],
  ])("is refused where the workload is several services, with the reason: %s", (_, capacity) => {
    expect(refusal(halves(4, capacity))).toMatch(
      /^providers-several-services: .*2 services .*each of them would divide its own tasks by base and weight/,
    );
  });

  it("of one provider without a base is as its name", () => {
    expect(refusal(halves(4, { ecs: { capacity: [{ provider: "a", weight: 5 }] } }))).toBe("");
  });

  it("as a cluster's default is not used by several services, and plan says why", () => {
    const capacity = { ...two, defaultStrategy: [item("a"), item("b")] };
    const plan = new LiveWorld().plan(halves(4), { capacity });
    expect(madeWith(plan)).toEqual(["chip-inf2-24xlarge-n0-2: EC2", "chip-inf2-24xlarge-n3-5: EC2"]);
    expect(plan.warnings).toEqual([expect.stringContaining("the workload is 2 services")]);
    expect(madeWith(new LiveWorld().plan(chip(), { capacity }, aSnapshot([])))).toEqual(["chip: a,b"]);
  });
});
