import { afterEach, describe, expect, it } from "vitest";
import { startTestSandbox, type Json, type TestSandbox, type TestSandboxOptions } from "../../../support/sandbox.ts";

let box: TestSandbox;

async function start(options: TestSandboxOptions = {}): Promise<void> {
  box = await startTestSandbox(options);
}

afterEach(() => box.sandbox.close());

async function taskOf(arn: string): Promise<Json> {
  return (await box.ecs("DescribeTasks", { tasks: [arn] })).tasks[0];
}

async function run(taskDefinition: string, more: object = {}): Promise<Json> {
  const { tasks, failures } = await box.ecs("RunTask", { taskDefinition, ...more });
  expect(failures).toEqual([]);
  return tasks[0];
}

const neuron = (...numbers: readonly number[]) => ({
  linuxParameters: {
    devices: numbers.map((number) => ({ hostPath: `/dev/neuron${number}`, containerPath: `/dev/neuron${number}` })),
  },
});
const lock = (...numbers: readonly number[]) => ({
  portMappings: numbers.map((number) => ({
    containerPort: 28_700 + number,
    hostPort: 28_700 + number,
    protocol: "udp",
  })),
});
const variable = (name: string, value: string) => ({ environment: [{ name, value }] });

describe("a task's life", () => {
  it("goes from PENDING over RUNNING to STOPPED with its exit code", async () => {
    await start();
    await box.register("job", { command: ["sh", "-c", "echo hello; sleep 5; exit 3"] });
    const task = await run("job");
    expect([task.lastStatus, task.desiredStatus, task.containers[0].lastStatus]).toEqual([
      "PENDING",
      "RUNNING",
      "PENDING",
    ]);
    box.step(1);
    expect(await taskOf(task.taskArn)).toMatchObject({
      lastStatus: "RUNNING",
      containers: [{ lastStatus: "RUNNING" }],
    });
    box.step(5);
    expect(await taskOf(task.taskArn)).toMatchObject({ desiredStatus: "STOPPED" });
    box.step(2);
    const ended = await taskOf(task.taskArn);
    expect(ended).toMatchObject({
      lastStatus: "STOPPED",
      stopCode: "EssentialContainerExited",
      stoppedReason: "Essential container in task exited",
      containers: [{ exitCode: 3, lastStatus: "STOPPED" }],
    });
    expect(
      ended.createdAt <= ended.startedAt && ended.startedAt < ended.stoppingAt && ended.stoppingAt <= ended.stoppedAt,
    ).toBe(true);
  });

  it("is forgotten an hour after it stopped", async () => {
    await start();
    await box.register("job", { command: ["true"] });
    const { taskArn } = await run("job");
    box.step(60);
    expect((await taskOf(taskArn)).lastStatus).toBe("STOPPED");
    box.sandbox.advance(3_600);
    expect((await box.ecs("DescribeTasks", { tasks: [taskArn] })).failures).toEqual([
      { arn: taskArn, reason: "MISSING" },
    ]);
  });

  it("has an interface made and removed in awsvpc mode", async () => {
    await start();
    await box.register("job", {}, { networkMode: "awsvpc" });
    await expect(box.ecs("RunTask", { taskDefinition: "job" })).rejects.toThrow(
      "InvalidParameterException: Network Configuration must be provided when networkMode 'awsvpc' is specified.",
    );
    const { taskArn, lastStatus } = await run("job", {
      networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"] } },
    });
    const seen = [lastStatus];
    const look = async () => {
      const { lastStatus: status } = await taskOf(taskArn);
      if (seen.at(-1) !== status) seen.push(status);
    };
    for (let second = 0; second < 3; second++) {
      box.step(1);
      await look();
    }
    await box.ecs("StopTask", { task: taskArn });
    await look();
    for (let second = 0; second < 40; second++) {
      // Half seconds, so that no state passes between two looks.
      box.sandbox.advance(0.5);
      await look();
    }
    expect(seen).toEqual(["PROVISIONING", "PENDING", "RUNNING", "STOPPING", "DEPROVISIONING", "STOPPED"]);
  });

  it("stops with SIGTERM's code, or SIGKILL's where the container does not listen", async () => {
    await start();
    await box.register("calm");
    await box.register("stubborn", variable("AIPLAT_SANDBOX_STOP_SECONDS", "60"));
    const calm = await run("calm");
    const stubborn = await run("stubborn");
    box.step(2);
    const { task } = await box.ecs("StopTask", { task: calm.taskArn, reason: "enough" });
    expect(task).toMatchObject({
      desiredStatus: "STOPPED",
      lastStatus: "RUNNING",
      stopCode: "UserInitiated",
      stoppedReason: "enough",
    });
    await box.ecs("StopTask", { task: stubborn.taskArn });
    box.step(5);
    expect(await taskOf(calm.taskArn)).toMatchObject({ lastStatus: "STOPPED", containers: [{ exitCode: 143 }] });
    expect((await taskOf(stubborn.taskArn)).lastStatus).toBe("STOPPING");
    box.step(30);
    expect(await taskOf(stubborn.taskArn)).toMatchObject({ lastStatus: "STOPPED", containers: [{ exitCode: 137 }] });
  });

  it("fails to start where the image, a device or the log group is not there, and has no exit code then", async () => {
    await start();
    await box.register("image", { image: "repo/does-not-exist:1" });
    await box.register("device", neuron(6));
    await box.register("logs", {
      logConfiguration: {
        logDriver: "awslogs",
        options: { "awslogs-group": "/none", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "x" },
      },
    });
    const tasks = [await run("image"), await run("device"), await run("logs")];
    box.step(3);
    const ended = await Promise.all(tasks.map(({ taskArn }) => taskOf(taskArn)));
    expect(ended.map(({ stopCode, lastStatus }) => [stopCode, lastStatus])).toEqual(
      Array.from({ length: 3 }, () => ["TaskFailedToStart", "STOPPED"]),
    );
    expect(ended.map(({ containers }) => containers[0].reason.split(":")[0])).toEqual([
      "CannotPullContainerError",
      "CannotStartContainerError",
      "CannotStartContainerError",
    ]);
    expect(ended.some(({ containers }) => "exitCode" in containers[0])).toBe(false);
    expect(ended[1].containers[0].reason).toContain('custom device "/dev/neuron6"');
  });
});

describe("devices", () => {
  it("of one machine go to two tasks that nobody locked, and the second fails", async () => {
    await start({ fleet: [{ instanceType: "inf2.24xlarge", count: 1 }] });
    await box.register("holder", neuron(0, 1));
    await box.register("other", neuron(2));
    await box.register("loser", {
      ...neuron(1),
      logConfiguration: {
        logDriver: "awslogs",
        options: {
          "awslogs-group": "/g",
          "awslogs-region": "us-east-1",
          "awslogs-stream-prefix": "p",
          "awslogs-create-group": "true",
        },
      },
    });
    const holder = await run("holder");
    box.step(2);
    const [loser, other] = [await run("loser"), await run("other")];
    box.step(10);
    expect(await taskOf(loser.taskArn)).toMatchObject({
      lastStatus: "STOPPED",
      stopCode: "EssentialContainerExited",
      stoppedReason: "Essential container in task exited",
      containers: [{ exitCode: 1 }],
    });
    expect((await taskOf(holder.taskArn)).lastStatus).toBe("RUNNING");
    expect((await taskOf(other.taskArn)).lastStatus).toBe("RUNNING");
    const stream = `p/main/${loser.taskArn.split("/").at(-1)}`;
    const { events } = await box.call("Logs_20140328.GetLogEvents", {
      logGroupName: "/g",
      logStreamName: stream,
      startFromHead: true,
    });
    expect(events.map(({ message }: Json) => message).join("\n")).toContain("/dev/neuron1 is held by task");
  });

  it("with lock ports are refused by ECS itself", async () => {
    await start({ fleet: [{ instanceType: "inf2.24xlarge", count: 1 }] });
    await box.register("one", { ...neuron(0), ...lock(0) });
    await run("one");
    const { tasks, failures } = await box.ecs("RunTask", { taskDefinition: "one" });
    expect(tasks).toEqual([]);
    expect(failures).toEqual([
      { arn: expect.stringContaining(":container-instance/default/"), reason: "RESOURCE:PORTS" },
    ]);
  });

  it("are handed over: the successor is PENDING until the old task is STOPPED, and then runs", async () => {
    await start({ fleet: [{ instanceType: "inf2.24xlarge", count: 1 }] });
    await box.register("one", { ...neuron(0), ...lock(0), ...variable("AIPLAT_SANDBOX_STOP_SECONDS", "10") });
    const old = await run("one");
    box.step(2);
    await box.ecs("StopTask", { task: old.taskArn });
    const successor = await run("one");
    box.step(8);
    expect((await taskOf(old.taskArn)).lastStatus).toBe("STOPPING");
    expect((await taskOf(successor.taskArn)).lastStatus).toBe("PENDING");
    box.step(8);
    expect((await taskOf(old.taskArn)).lastStatus).toBe("STOPPED");
    expect((await taskOf(successor.taskArn)).lastStatus).toBe("RUNNING");
  });

  it("are not handed over in awsvpc mode: the successor starts at once and fails", async () => {
    await start({ fleet: [{ instanceType: "inf2.24xlarge", count: 1 }] });
    await box.register(
      "one",
      { ...neuron(0), ...variable("AIPLAT_SANDBOX_STOP_SECONDS", "20") },
      { networkMode: "awsvpc" },
    );
    const network = { networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"] } } };
    const old = await run("one", network);
    box.step(3);
    await box.ecs("StopTask", { task: old.taskArn });
    const successor = await run("one", network);
    box.step(12);
    expect(await taskOf(successor.taskArn)).toMatchObject({ desiredStatus: "STOPPED", containers: [{ exitCode: 1 }] });
  });

  it("hold the line: one slow shutdown blocks every later start on the machine", async () => {
    await start({ fleet: [{ instanceType: "inf2.24xlarge", count: 1 }] });
    await box.register("one", { ...neuron(0), ...lock(0), ...variable("AIPLAT_SANDBOX_STOP_SECONDS", "15") });
    await box.register("free");
    const old = await run("one");
    box.step(2);
    await box.ecs("StopTask", { task: old.taskArn });
    const [successor, free] = [await run("one"), await run("free")];
    box.step(5);
    expect([(await taskOf(successor.taskArn)).lastStatus, (await taskOf(free.taskArn)).lastStatus]).toEqual([
      "PENDING",
      "PENDING",
    ]);
    box.step(15);
    expect([(await taskOf(successor.taskArn)).lastStatus, (await taskOf(free.taskArn)).lastStatus]).toEqual([
      "RUNNING",
      "RUNNING",
    ]);
  });
});

describe("RegisterTaskDefinition", () => {
  it("refuses a device without a path", async () => {
    await start();
    await expect(
      box.register("bad", { linuxParameters: { devices: [{ containerPath: "/dev/neuron0" }] } }),
    ).rejects.toThrow("ClientException: Invalid setting for container 'main'. 'hostPath' should not be null or empty.");
  });
});

describe("RunTask", () => {
  it("says why each instance did not take a task", async () => {
    await start({ fleet: [{ instanceType: "inf2.xlarge", count: 1 }] });
    await box.register("big", { memory: 1_000_000 });
    await box.register(
      "elsewhere",
      {},
      { placementConstraints: [{ type: "memberOf", expression: "attribute:ecs.instance-type == trn1.2xlarge" }] },
    );
    await box.register("cores", { cpu: 100_000 });
    await box.register("gpu", { resourceRequirements: [{ type: "GPU", value: "1" }] });
    const reasons = [];
    for (const family of ["big", "elsewhere", "cores", "gpu"])
      reasons.push((await box.ecs("RunTask", { taskDefinition: family })).failures[0].reason);
    expect(reasons).toEqual([
      "RESOURCE:MEMORY",
      "MemberOf placement constraint unsatisfied.",
      "RESOURCE:CPU",
      "RESOURCE:GPU",
    ]);
  });

  it("keeps tasks of one group apart with distinctInstance", async () => {
    await start();
    await box.register("one");
    const { tasks, failures } = await box.ecs("RunTask", {
      taskDefinition: "one",
      count: 3,
      placementConstraints: [{ type: "distinctInstance" }],
    });
    expect(tasks).toHaveLength(2);
    expect(failures.map(({ reason }: Json) => reason)).toEqual(
      Array.from({ length: 2 }, () => "DistinctInstance placement constraint unsatisfied."),
    );
  });

  it("refuses a cluster without instances, and waits for the instances of a capacity provider", async () => {
    await start({ fleet: [] });
    await box.register("one");
    await expect(box.ecs("RunTask", { taskDefinition: "one" })).rejects.toThrow(
      "InvalidParameterException: No Container Instances were found in your cluster.",
    );
    await box.ecs("CreateCapacityProvider", {
      name: "pool",
      autoScalingGroupProvider: {
        autoScalingGroupArn: "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:x:autoScalingGroupName/pool",
      },
    });
    await box.ecs("PutClusterCapacityProviders", {
      cluster: "default",
      capacityProviders: ["pool"],
      defaultCapacityProviderStrategy: [],
    });
    const { tasks } = await box.ecs("RunTask", {
      taskDefinition: "one",
      capacityProviderStrategy: [{ capacityProvider: "pool" }],
    });
    expect(tasks[0].lastStatus).toBe("PROVISIONING");
    box.step(1_000);
    expect(await taskOf(tasks[0].taskArn)).toMatchObject({
      lastStatus: "STOPPED",
      stopCode: "TaskFailedToStart",
      stoppedReason: "EMPTY CAPACITY PROVIDER",
    });
  });

  it("gives each awsvpc task an interface until it is STOPPED", async () => {
    await start({ fleet: [{ instanceType: "inf2.xlarge", count: 1 }] });
    await box.register("own", {}, { networkMode: "awsvpc" });
    const networkConfiguration = { awsvpcConfiguration: { subnets: ["subnet-1"] } };
    const request = { taskDefinition: "own", count: 10, networkConfiguration };
    // 4 interfaces, of which the instance has one itself.
    const { tasks, failures } = await box.ecs("RunTask", request);
    expect([tasks.length, failures.map(({ reason }: Json) => reason)]).toEqual([3, ["RESOURCE:ENI"]]);
    box.step(10);
    await box.ecs("StopTask", { task: tasks[0].taskArn });
    expect((await box.ecs("RunTask", request)).failures[0].reason).toBe("RESOURCE:ENI");
    box.step(10);
    expect((await box.ecs("RunTask", request)).tasks).toHaveLength(1);
  });

  it("gives each GPU to one task", async () => {
    await start({ fleet: [{ instanceType: "g5.12xlarge", count: 1 }] });
    await box.register("two", { resourceRequirements: [{ type: "GPU", value: "2" }] });
    const { tasks, failures } = await box.ecs("RunTask", { taskDefinition: "two", count: 3 });
    const given = tasks.flatMap(({ containers }: Json) => containers[0].gpuIds);
    expect(new Set(given).size).toBe(4);
    expect(failures[0].reason).toBe("RESOURCE:GPU");
  });
});

describe("StartTask", () => {
  it("starts on the instances it names, and says which it does not know", async () => {
    await start();
    await box.register("one", lock(0));
    const { containerInstanceArns: arns } = await box.ecs("ListContainerInstances");
    const first = await box.ecs("StartTask", { taskDefinition: "one", containerInstances: [arns[0], "unknown"] });
    expect(first.tasks.map(({ containerInstanceArn }: Json) => containerInstanceArn)).toEqual([arns[0]]);
    expect(first.failures).toEqual([{ arn: expect.stringMatching(/\/unknown$/), reason: "MISSING" }]);
    const second = await box.ecs("StartTask", { taskDefinition: "one", containerInstances: arns });
    expect(second.failures).toEqual([{ arn: arns[0], reason: "RESOURCE:PORTS" }]);
    expect(second.tasks[0].containerInstanceArn).toBe(arns[1]);
  });
});

describe("what remains", () => {
  it("is less by a task's share while it is to run, and the same as before as soon as it stops", async () => {
    await start({ fleet: [{ instanceType: "inf2.24xlarge", count: 1 }] });
    await box.register("one", { cpu: 1000, memory: 2000, ...lock(3) });
    const remaining = async () => {
      const { containerInstanceArns } = await box.ecs("ListContainerInstances");
      const { containerInstances } = await box.ecs("DescribeContainerInstances", {
        containerInstances: containerInstanceArns,
      });
      return Object.fromEntries(
        containerInstances[0].remainingResources.map((each: Json) => [
          each.name,
          each.stringSetValue ?? each.integerValue,
        ]),
      );
    };
    const before = await remaining();
    const { taskArn } = await run("one");
    const during = await remaining();
    expect([before.CPU - during.CPU, before.MEMORY - during.MEMORY, during.PORTS_UDP]).toEqual([1000, 2000, ["28703"]]);
    box.step(2);
    await box.ecs("StopTask", { task: taskArn });
    expect(await remaining()).toEqual(before);
  });
});
