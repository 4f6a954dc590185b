import { afterEach, describe, expect, it } from "vitest";
import { startTestSandbox, type TestSandbox } from "../../../support/sandbox.ts";

let box: TestSandbox;
afterEach(() => box.sandbox.close());

describe("a fresh instance", () => {
  it("has room for daemons beside replicas that share the machine, as agents register more than plans count on", async () => {
    box = await startTestSandbox({ fleet: [{ instanceType: "inf2.24xlarge", count: 1 }] });
    // 3 of 6 devices' fair shares: a third of 90 % of 384 GiB each.
    await box.register("slot", { memory: Math.floor((393_216 * 0.9) / 3) });
    await box.register("daemon", { memory: 512 });
    expect((await box.ecs("RunTask", { taskDefinition: "slot", count: 3 })).tasks).toHaveLength(3);
    expect((await box.ecs("RunTask", { taskDefinition: "daemon" })).tasks).toHaveLength(1);
    const { containerInstanceArns } = await box.ecs("ListContainerInstances");
    const { containerInstances } = await box.ecs("DescribeContainerInstances", {
      containerInstances: containerInstanceArns,
    });
    expect(containerInstances[0].registeredResources).toContainEqual(
      expect.objectContaining({ name: "MEMORY", integerValue: Math.floor(393_216 * 0.95) }),
    );
  });

  it("registers another share where the sandbox is told so", async () => {
    box = await startTestSandbox({ registeredMemoryPercent: 97.5 });
    const { containerInstanceArns } = await box.ecs("ListContainerInstances");
    const described = await box.ecs("DescribeContainerInstances", { containerInstances: containerInstanceArns });
    expect(described.containerInstances[0].registeredResources).toContainEqual(
      expect.objectContaining({ name: "MEMORY", integerValue: Math.floor(393_216 * 0.975) }),
    );
  });
});
