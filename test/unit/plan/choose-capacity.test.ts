import { describe, expect, it } from "vitest";
import { Refusal } from "../../../src/core/base/problem.ts";
import type { CapacityProvider } from "../../../src/core/cluster/capacity-providers.ts";
import { capacityOf } from "../../../src/core/ecs/capacity.ts";
import { chooseCapacity, typesOf, type ChosenCapacity } from "../../../src/core/plan/choose-capacity.ts";
import { resolveWorkload } from "../../../src/core/workload/resolve.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";

const types = ["inf2.xlarge"];
const group = { name: "g", desired: 1, max: 4, instanceTypes: types };
const asg = (name: string, changes: Partial<CapacityProvider> = {}): CapacityProvider => ({
  name,
  type: "EC2_AUTOSCALING",
  managedScaling: true,
  group,
  ...changes,
});
const managed = (name: string): CapacityProvider => ({ name, type: "MANAGED_INSTANCES" });

interface Cluster {
  readonly providers: readonly CapacityProvider[] | undefined;
  readonly associated?: readonly string[];
  /** The default strategy, by names. */
  readonly byDefault?: readonly string[];
}

function choose(capacity: unknown, { providers, associated, byDefault = [] }: Cluster): ChosenCapacity {
  const workload = resolveWorkload({
    name: "bert",
    image: "bert:1",
    accelerator: { instanceTypes: types },
    ecs: {
      networkMode: "awsvpc",
      ...(capacity === undefined
        ? {}
        : { capacity: capacity as NonNullable<NonNullable<Workload["ecs"]>["capacity"]> }),
    },
  });
  const cluster = {
    associated: associated ?? (providers ?? []).map(({ name }) => name),
    defaultStrategy: byDefault.map((capacityProvider) => ({ capacityProvider, weight: 1 })),
    providers,
  };
  return chooseCapacity(capacityOf(workload), cluster, typesOf(workload));
}

function refusal(...given: Parameters<typeof choose>): string {
  try {
    choose(...given);
  } catch (error) {
    if (error instanceof Refusal)
      return error.problems.map(({ code, message, hint }) => `${code}: ${message}. ${hint}`).join("\n");
    throw error;
  }
  return "";
}

const via = (...names: readonly string[]) => names.map((capacityProvider) => ({ capacityProvider, weight: 1 }));

describe("capacity that a file names", () => {
  it("is taken as it is named", () => {
    expect(choose("ec2", { providers: [asg("asg")], byDefault: ["asg"] })).toEqual({ mayGrow: 0 });
    expect(choose({ provider: "asg" }, { providers: [asg("other"), asg("asg")] }).capacityProviderStrategy).toEqual(
      via("asg"),
    );
    expect(choose({ managedInstances: "mi" }, { providers: [managed("mi")] })).toEqual({
      capacityProviderStrategy: via("mi"),
      mayGrow: Number.POSITIVE_INFINITY,
      managed: true,
    });
    expect(choose("managed-instances", { providers: [asg("asg"), managed("mi")] }).capacityProviderStrategy).toEqual(
      via("mi"),
    );
  });

  it("may be several providers with base and weight", () => {
    const strategy = choose([{ provider: "a", base: 1, weight: 3 }, { provider: "b" }], {
      providers: [asg("a"), asg("b")],
    });
    expect(strategy.capacityProviderStrategy).toEqual([
      { capacityProvider: "a", base: 1, weight: 3 },
      { capacityProvider: "b", weight: 1 },
    ]);
    expect(strategy.mayGrow).toBe(6);
  });

  it.each<[string, Partial<CapacityProvider>, number, string]>([
    ["that has room to grow", {}, 3, "the Auto Scaling group of asg may have 4 instances"],
    ["whose managed scaling is off", { managedScaling: false }, 0, "managed scaling of asg is off"],
    ["at its maximum", { group: { ...group, desired: 4 } }, 0, "the Auto Scaling group of asg may have 4 instances"],
    ["of another type", { group: { ...group, instanceTypes: ["m5.large"] } }, 0, "asg launches m5.large"],
  ])("grows by as many machines as a group %s, and says why by no more", (_, changes, machines, limit) => {
    expect(choose({ provider: "asg" }, { providers: [asg("asg", changes)] })).toMatchObject({
      mayGrow: machines,
      limit,
    });
  });

  it("says how ECS divides the tasks where several providers start some", () => {
    const noteOf = (...items: readonly object[]) => choose(items, { providers: [asg("a"), asg("b")] }).note;
    expect(noteOf({ provider: "a" }, { provider: "b" })).toMatch(
      /^ECS divides the tasks among a and b by base and weight/,
    );
    expect(noteOf({ provider: "a", base: 1, weight: 0 }, { provider: "b" })).toContain("a and b");
    expect(noteOf({ provider: "a", weight: 0 }, { provider: "b" })).toBeUndefined();
    expect(noteOf({ provider: "a" })).toBeUndefined();
  });

  it("is judged whole: a provider of a list with neither base nor weight starts nothing, and another one may", () => {
    const list = [{ provider: "off" }, { provider: "asg" }, { provider: "unused", weight: 0 }];
    const chosen = choose(list, { providers: [asg("off", { managedScaling: false }), asg("asg"), asg("unused")] });
    expect(chosen).toMatchObject({ mayGrow: 3, limit: expect.stringContaining("managed scaling of off is off; ") });
  });

  it("is refused where the cluster does not have it, and those that it has are named", () => {
    expect(refusal({ provider: "asg" }, { providers: [], associated: ["gpu", "neuron"] })).toMatch(
      /^no-such-provider: the cluster has no capacity provider asg\. It has gpu and neuron;/,
    );
    expect(refusal({ managedInstances: "mi" }, { providers: [] })).toMatch(
      /^no-such-provider: the cluster has no capacity provider mi\. It has none;/,
    );
    expect(refusal([{ provider: "a" }, { provider: "b" }], { providers: [] }).split("\n")).toHaveLength(2);
  });

  it("is refused as Managed Instances where the cluster has none or several, or nobody knows", () => {
    expect(refusal("managed-instances", { providers: [asg("asg")] })).toMatch(/^no-managed-instances:/);
    expect(refusal("managed-instances", { providers: [managed("a"), managed("b")] })).toMatch(
      /^several-managed-instances:.*a, b/,
    );
    expect(refusal("managed-instances", { providers: undefined, associated: ["mi"] })).toMatch(
      /^managed-instances-unknown:.*Name the provider/,
    );
  });
});

describe("capacity that a file leaves out", () => {
  it("is plain EC2, without a word, where the cluster has no default strategy", () => {
    expect(choose(undefined, { providers: [asg("asg")] })).toEqual({ mayGrow: 0 });
  });

  it("is the cluster's default strategy where its groups can launch the types", () => {
    expect(choose(undefined, { providers: [asg("asg")], byDefault: ["asg"] })).toEqual({
      capacityProviderStrategy: via("asg"),
      mayGrow: 3,
      limit: "the Auto Scaling group of asg may have 4 instances",
      byDefault: true,
    });
  });

  it.each<[string, CapacityProvider | undefined, RegExp]>([
    ["a provider without a group", { name: "FARGATE", type: "FARGATE" }, /FARGATE is of no Auto Scaling group/],
    ["Managed Instances", managed("mi"), /mi is of no Auto Scaling group/],
    [
      "a group of another type",
      asg("gpu", { group: { ...group, instanceTypes: ["g5.xlarge"] } }),
      /gpu launches g5\.xlarge, and not inf2\.xlarge/,
    ],
    [
      "a group that may not be read",
      { name: "asg", type: "EC2_AUTOSCALING", managedScaling: true, groupUnknown: "access denied" },
      /the Auto Scaling group of asg could not be read \(access denied\)/,
    ],
    ["a provider that nobody knows", undefined, /nothing is known of lost/],
  ])("is plain EC2, and says why, where that has %s", (_, provider, why) => {
    const name = provider?.name ?? "lost";
    const { capacityProviderStrategy, note } = choose(undefined, {
      providers: provider === undefined ? [] : [provider],
      byDefault: [name],
    });
    expect(capacityProviderStrategy).toBeUndefined();
    expect(note).toMatch(why);
  });
});
