import { expect, it } from "vitest";
import { capacityOf } from "../../src/core/ecs/capacity.ts";
import { chooseProvider } from "../../src/core/plan/run-request.ts";
import { Refusal } from "../../src/core/base/problem.ts";
import { resolveWorkload } from "../../src/core/workload/resolve.ts";
import type { Workload } from "../../src/core/workload/schema.ts";

const choose = (capacity: unknown, all: readonly string[], managedInstances?: readonly string[]) =>
  chooseProvider(
    capacityOf(
      resolveWorkload({
        name: "bert",
        image: "bert:1",
        accelerator: { instanceTypes: ["inf2.xlarge"] },
        ecs: { networkMode: "awsvpc", capacity: capacity as NonNullable<Workload["ecs"]>["capacity"] },
      }),
    ),
    { all, managedInstances },
  );
const refusal = (capacity: unknown, all: readonly string[], managedInstances?: readonly string[]) => {
  try {
    choose(capacity, all, managedInstances);
  } catch (error) {
    if (error instanceof Refusal)
      return error.problems.map(({ code, message, hint }) => `${code}: ${message}. ${hint}`).join("\n");
    throw error;
  }
  return "";
};

it.each([
  ["plain EC2", "ec2", ["asg"], [], undefined],
  ["the one that is named", { provider: "asg" }, ["other", "asg"], [], "asg"],
  ["Managed Instances by name", { managedInstances: "mi" }, ["mi"], [], "mi"],
  ["the cluster's only Managed Instances provider", "managed-instances", ["asg", "mi"], ["mi"], "mi"],
])("takes %s", (_, capacity, all, managedInstances, chosen) => {
  expect(choose(capacity, all, managedInstances)).toBe(chosen);
});

it("refuses a provider that the cluster does not have, and names those it has", () => {
  expect(refusal({ provider: "asg" }, ["gpu", "neuron"])).toMatch(
    /^no-such-provider: the cluster has no capacity provider asg\. It has gpu and neuron;/,
  );
  expect(refusal({ managedInstances: "mi" }, [])).toMatch(
    /^no-such-provider: the cluster has no capacity provider mi\. It has none;/,
  );
});

it("refuses Managed Instances where the cluster has none or several", () => {
  expect(refusal("managed-instances", ["asg"], [])).toMatch(/^no-managed-instances:/);
  expect(refusal("managed-instances", ["a", "b"], ["a", "b"])).toMatch(/^several-managed-instances:.*a, b/);
});

it("refuses to guess which provider is Managed Instances", () => {
  expect(refusal("managed-instances", ["mi"], undefined)).toMatch(/^managed-instances-unknown:.*Name the provider/);
});
