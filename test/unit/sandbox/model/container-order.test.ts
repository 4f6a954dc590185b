import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startTestSandbox, type Json, type TestSandbox } from "../../../support/sandbox.ts";

let box: TestSandbox;
beforeEach(async () => {
  box = await startTestSandbox({ fleet: [{ instanceType: "inf2.xlarge", count: 1 }] });
});
afterEach(() => box.sandbox.close());

const main = (fields: object = {}) => ({ name: "main", image: "app", memory: 64, ...fields });
const init = (fields: object = {}) => ({ name: "init", image: "init", memory: 64, essential: false, ...fields });
const after = (condition: string) => ({ dependsOn: [{ containerName: "init", condition }] });
const says = (...variables: readonly [string, string][]) => ({
  environment: variables.map(([name, value]) => ({ name: `AIPLAT_SANDBOX_${name}`, value })),
});

async function run(...containerDefinitions: readonly object[]): Promise<() => Promise<Json>> {
  await box.ecs("RegisterTaskDefinition", { family: "app", containerDefinitions });
  const { tasks } = await box.ecs("RunTask", { taskDefinition: "app" });
  return async () => (await box.ecs("DescribeTasks", { tasks: [tasks[0].taskArn] })).tasks[0];
}

const statuses = ({ lastStatus, containers }: Json) => [
  lastStatus,
  ...containers.map((each: Json) => `${each.name} ${each.lastStatus}`),
];

describe("a container that depends on another", () => {
  it("starts when that one has ended with 0, and the task is RUNNING from then on", async () => {
    const task = await run(main(after("SUCCESS")), init(says(["SECONDS", "20"])));
    box.step(10);
    expect(statuses(await task())).toEqual(["PENDING", "main PENDING", "init RUNNING"]);
    box.step(20);
    const now = await task();
    expect(statuses(now)).toEqual(["RUNNING", "main RUNNING", "init STOPPED"]);
    expect(now.startedAt - now.pullStoppedAt).toBe(20);
  });

  it("never starts when that one has failed: it ends with 143, and the task with it", async () => {
    const task = await run(main(after("SUCCESS")), init(says(["EXIT", "3"])));
    box.step(10);
    const now = await task();
    expect(now).toMatchObject({
      lastStatus: "STOPPED",
      stopCode: "EssentialContainerExited",
      stoppedReason: "Essential container in task exited",
      containers: [
        { name: "main", exitCode: 143, reason: expect.stringContaining("dependency did not exit successfully") },
        { name: "init", exitCode: 3 },
      ],
    });
    expect(now).not.toHaveProperty("startedAt");
  });

  it("starts after that one however it ended, where it waits for COMPLETE", async () => {
    const task = await run(main(after("COMPLETE")), init(says(["EXIT", "3"])));
    box.step(10);
    expect(statuses(await task())).toEqual(["RUNNING", "main RUNNING", "init STOPPED"]);
  });

  it("starts when that one is healthy", async () => {
    const healthCheck = { command: ["CMD", "true"], interval: 30 };
    const task = await run(main(after("HEALTHY")), init({ healthCheck, ...says(["HEALTHY_AFTER", "60"]) }));
    box.step(40);
    expect(statuses(await task())).toEqual(["PENDING", "main PENDING", "init RUNNING"]);
    box.step(30);
    expect(statuses(await task())).toEqual(["RUNNING", "main RUNNING", "init RUNNING"]);
  });

  it("waits no longer than that one's startTimeout", async () => {
    const task = await run(main(after("SUCCESS")), init({ startTimeout: 30, ...says(["SECONDS", "60"]) }));
    box.step(25);
    expect((await task()).desiredStatus).toBe("RUNNING");
    box.step(15);
    expect((await task()).containers[0]).toMatchObject({ exitCode: 143, reason: expect.stringContaining("timed out") });
  });

  it("does not wait for ever for one that says nothing of its end", async () => {
    const task = await run(main(after("SUCCESS")), init());
    box.step(10);
    expect(statuses(await task())).toEqual(["RUNNING", "main RUNNING", "init STOPPED"]);
  });

  it("is stopped before that one", async () => {
    const slow = says(["STOP_SECONDS", "10"]);
    const task = await run(main({ ...after("START"), ...slow }), init(slow));
    box.step(10);
    await box.ecs("StopTask", { task: (await task()).taskArn });
    box.step(12);
    expect(statuses(await task())).toEqual(["STOPPING", "main STOPPED", "init RUNNING"]);
    box.step(12);
    expect(statuses(await task())).toEqual(["STOPPED", "main STOPPED", "init STOPPED"]);
  });
});

describe("a restart policy", () => {
  const policy = (fields: object = {}) => ({ restartPolicy: { enabled: true, restartAttemptPeriod: 60, ...fields } });

  it("starts an essential container again that ran for its period, and the task goes on", async () => {
    const task = await run(main({ ...policy(), ...says(["SECONDS", "90"], ["EXIT", "1"]) }));
    box.step(300);
    const now = await task();
    expect(statuses(now)).toEqual(["RUNNING", "main RUNNING"]);
    expect(now.containers[0]).not.toHaveProperty("exitCode");
  });

  it.each([
    ["ended before its period", policy(), "30", "1"],
    ["ended with a code to be ignored", policy({ ignoredExitCodes: [0] }), "90", "0"],
    ["has it switched off", policy({ enabled: false }), "90", "1"],
  ])("starts none again that %s", async (_, restartPolicy, seconds, exit) => {
    const task = await run(main({ ...restartPolicy, ...says(["SECONDS", seconds], ["EXIT", exit]) }));
    box.step(120);
    expect(await task()).toMatchObject({ lastStatus: "STOPPED", containers: [{ exitCode: Number(exit) }] });
  });
});

describe("DescribeTasks", () => {
  it("has the CPU, the memory and the reservation of containers, overrides included", async () => {
    await box.ecs("RegisterTaskDefinition", {
      family: "app",
      containerDefinitions: [main({ cpu: 256, memoryReservation: 32 }), init()],
    });
    const containerOverrides = [{ name: "init", memory: 128 }];
    const { tasks } = await box.ecs("RunTask", { taskDefinition: "app", overrides: { containerOverrides } });
    expect(tasks[0].containers).toMatchObject([
      { cpu: "256", memory: "64", memoryReservation: "32" },
      { cpu: "0", memory: "128" },
    ]);
    expect(tasks[0].containers[1]).not.toHaveProperty("memoryReservation");
  });
});
