import { describe, expect, it } from "vitest";
import type { ClusterSnapshot } from "../../../src/core/cluster/snapshot.ts";
import type { RegisteredTaskDefinition, RunTaskRequest, Task, TaskDefinition } from "../../../src/core/ecs-api/api.ts";
import type { RunStep } from "../../../src/core/plan/run-plan.ts";
import { AiplatError, Interrupted } from "../../../src/errors.ts";
import type { EcsPort } from "../../../src/ports.ts";
import { runTasks, type RunTaskInput } from "../../../src/operations/run-task.ts";

/**
 * An ECS of a few words: it has room for so many tasks, remembers client tokens as ECS does, and can be told to fail.
 */
class Ecs {
  room: number;
  readonly running = new Map<string, Task>();
  readonly answered = new Map<string, readonly Task[]>();
  readonly requests: RunTaskRequest[] = [];
  readonly registered: TaskDefinition[] = [];
  /** Called before every RunTask. */
  onRun: (request: RunTaskRequest) => void = () => undefined;

  constructor(room: number) {
    this.room = room;
  }

  get port(): EcsPort {
    const refuse = () => Promise.reject(new Error("not asked for in this test"));
    return {
      region: "us-east-1",
      listClusters: refuse,
      describeCluster: refuse,
      describeCapacityProviders: refuse,
      putCapacityProviders: refuse,
      createService: refuse,
      updateService: refuse,
      describeServices: refuse,
      listServices: refuse,
      managedDaemons: refuse,
      deleteService: refuse,
      listServiceDeployments: refuse,
      describeServiceDeployments: refuse,
      stopServiceDeployment: refuse,
      stableDefinitions: refuse,
      tagResource: refuse,
      listContainerInstances: refuse,
      drainInstance: refuse,
      activateInstance: refuse,
      describeContainerInstances: refuse,
      describeTaskDefinition: async (family) => this.latest(family),
      registerTaskDefinition: async (definition) => {
        this.registered.push(definition);
        return this.latest(definition.family)!;
      },
      runTask: async (request) => this.run(request),
      listTasks: async () => [...this.running.keys()],
      describeTasks: async (_, arns) => ({ tasks: arns.flatMap((arn) => this.running.get(arn) ?? []), failures: [] }),
      executeCommand: refuse,
      stopTask: async (_, arn) => {
        const task = this.running.get(arn)!;
        this.running.delete(arn);
        return { ...task, lastStatus: "STOPPED", desiredStatus: "STOPPED" };
      },
    };
  }

  private latest(family: string): RegisteredTaskDefinition | undefined {
    const revision = this.registered.filter((each) => each.family === family).length;
    return revision === 0
      ? undefined
      : {
          ...this.registered.findLast((each) => each.family === family)!,
          taskDefinitionArn: `arn:${family}:${revision}`,
          revision,
          status: "ACTIVE",
        };
  }

  private run(request: RunTaskRequest): { tasks: readonly Task[]; failures: readonly { reason: string }[] } {
    this.requests.push(request);
    const known = this.answered.get(request.clientToken!);
    if (known !== undefined) return { tasks: known, failures: [] };
    this.onRun(request);
    const count = Math.min(request.count, this.room);
    this.room -= count;
    const tasks = Array.from({ length: count }, (_, index): Task => ({
      taskArn: `task-${this.running.size + index}-${this.requests.length}`,
      taskDefinitionArn: request.taskDefinition,
      lastStatus: "PENDING",
      desiredStatus: "RUNNING",
      startedBy: request.startedBy!,
      containers: [],
    }));
    for (const task of tasks) this.running.set(task.taskArn, task);
    this.answered.set(request.clientToken!, tasks);
    return { tasks, failures: count < request.count ? [{ reason: "RESOURCE:PORTS" }] : [] };
  }
}

function runtime(): {
  readonly now: () => number;
  readonly sleep: () => Promise<void>;
  readonly signal: AbortSignal;
  readonly abort: () => void;
} {
  const controller = new AbortController();
  return {
    now: () => 0,
    sleep: () => (controller.signal.aborted ? Promise.reject(new Interrupted()) : Promise.resolve()),
    signal: controller.signal,
    abort: () => controller.abort(),
  };
}

const snapshot = {
  cluster: "prod",
  observedAt: 0,
  tags: {},
  capacityProviders: [],
  instances: [],
  tasks: [],
  taskDefinitions: {},
} satisfies ClusterSnapshot;

function step(count: number, family = "bert"): RunStep {
  return {
    count,
    why: "",
    definition: { family, containerDefinitions: [{ name: family, image: "x" }] },
    request: { cluster: "prod", taskDefinition: family, startedBy: "bert-1" },
  };
}

function input(count: number, change: Partial<RunTaskInput> = {}): RunTaskInput {
  return {
    run: "bert-1",
    cluster: "prod",
    count,
    allOrNothing: false,
    plan: (remaining, _, exhausted) => ({ steps: exhausted.has("bert") ? [] : [step(remaining)], unplaced: [] }),
    onRegistered: () => undefined,
    onStarted: () => undefined,
    onWaiting: () => undefined,
    ...change,
  };
}

describe("runTasks", () => {
  it("asks for at most 10 a call, each call with a token of its own, and registers once", async () => {
    const ecs = new Ecs(100);
    const { tasks, failures, error } = await runTasks(ecs.port, runtime(), input(25));
    expect([tasks.length, failures, error]).toEqual([25, [], undefined]);
    expect(ecs.requests.map((request) => request.count)).toEqual([10, 10, 5]);
    expect(new Set(ecs.requests.map((request) => request.clientToken)).size).toBe(3);
    expect(ecs.registered).toHaveLength(1);
  });

  it("asks no further once ECS has no place, and reports the shortage with a hint", async () => {
    const ecs = new Ecs(3);
    const { tasks, failures } = await runTasks(ecs.port, runtime(), input(25));
    expect(tasks).toHaveLength(3);
    expect(ecs.requests).toHaveLength(1);
    expect(failures).toMatchObject([{ reason: "RESOURCE:PORTS" }]);
    expect(failures[0]!.hint).not.toBe("");
  });

  it("tries the next shape for what the first had no place for", async () => {
    const ecs = new Ecs(4);
    ecs.onRun = ({ taskDefinition }) => {
      ecs.room = taskDefinition.includes("bert") ? 1 : 100;
    };
    const plan: RunTaskInput["plan"] = (remaining, _, exhausted) => {
      const family = ["bert", "large"].find((each) => !exhausted.has(each));
      return { steps: family === undefined ? [] : [step(remaining, family)], unplaced: [] };
    };
    const { tasks, failures } = await runTasks(ecs.port, runtime(), input(5, { plan }));
    expect(tasks).toHaveLength(5);
    expect(failures).toEqual([]);
  });

  it("reads the cluster again and plans the rest when another placement won the race", async () => {
    const ecs = new Ecs(100);
    let lost = 2;
    ecs.onRun = () => {
      ecs.room = lost-- > 0 ? 0 : 100;
    };
    const { tasks, failures } = await runTasks(
      ecs.port,
      runtime(),
      input(2, { observe: async (plan) => plan(snapshot) }),
    );
    expect(tasks).toHaveLength(2);
    expect(failures).toEqual([]);
    expect(ecs.requests).toHaveLength(3);
  });

  it("goes on while other placements come first, each time on another slot", async () => {
    const ecs = new Ecs(100);
    let lost = 20;
    ecs.onRun = () => {
      ecs.room = lost-- > 0 ? 0 : 100;
    };
    let round = 0;
    const plan: RunTaskInput["plan"] = (remaining) => ({ steps: [step(remaining, `bert-n${round++}`)], unplaced: [] });
    const { tasks, failures } = await runTasks(
      ecs.port,
      runtime(),
      input(2, { plan, observe: async (plan) => plan(snapshot) }),
    );
    expect([tasks.length, failures, round]).toEqual([2, [], 21]);
  });

  it("gives up after five refusals of the same plan in a row", async () => {
    const ecs = new Ecs(0);
    const { tasks, failures } = await runTasks(
      ecs.port,
      runtime(),
      input(2, { observe: async (plan) => plan(snapshot) }),
    );
    expect(tasks).toEqual([]);
    expect(failures).toMatchObject([{ reason: "RESOURCE:PORTS" }]);
    expect(ecs.requests).toHaveLength(5);
  });

  it("gives a reason where ECS gives none, and the explanation where there is one", async () => {
    const silent = new Ecs(0);
    const port: EcsPort = { ...silent.port, runTask: async () => ({ tasks: [], failures: [] }) };
    const bare = await runTasks(port, runtime(), input(2));
    expect(bare.failures).toMatchObject([
      { reason: "UNKNOWN", detail: "2 of 2 tasks: ECS placed fewer than it was asked for and gave no reason" },
    ]);
    const explanation = { reason: "MEMORY", hint: "ask for less" };
    const explained = await runTasks(
      port,
      runtime(),
      input(2, { explain: async (missing) => ({ ...explanation, detail: `${missing} missing` }) }),
    );
    expect(explained.failures).toEqual([{ ...explanation, detail: "2 missing" }]);
  });

  it("after an error in the middle says what was started and makes no further call", async () => {
    const ecs = new Ecs(1000);
    ecs.onRun = () => {
      if (ecs.requests.length === 2) throw new AiplatError("AccessDenied", "no");
    };
    const { tasks, error } = await runTasks(ecs.port, runtime(), input(500));
    // Calls are side by side: those under way are waited for, and their tasks are told.
    expect(ecs.requests.length).toBeLessThan(25);
    expect(tasks).toHaveLength((ecs.requests.length - 1) * 10);
    expect(ecs.running.size).toBe(tasks.length);
    expect(error).toMatchObject({ code: "AccessDenied" });
  });

  it("asks once where the first answer has no place for all, however many are wanted", async () => {
    const ecs = new Ecs(7);
    await runTasks(ecs.port, runtime(), input(500, { oneRound: true }));
    expect([ecs.requests.length, ecs.running.size]).toEqual([1, 7]);
  });

  it("at Ctrl-C finishes the call under way, reports its tasks and makes no further call", async () => {
    const ecs = new Ecs(100);
    const clock = runtime();
    ecs.onRun = () => clock.abort();
    const { tasks, error } = await runTasks(ecs.port, clock, input(30));
    expect(tasks).toHaveLength(10);
    expect(error).toBeInstanceOf(Interrupted);
    expect(ecs.running.size).toBe(10);
  });

  it("counts what an earlier command with the same client token started", async () => {
    const ecs = new Ecs(100);
    await runTasks(ecs.port, runtime(), input(3, { clientToken: "ci-1" }));
    const second = await runTasks(ecs.port, runtime(), input(5, { clientToken: "ci-1" }));
    expect(second.tasks).toHaveLength(5);
    expect(ecs.running.size).toBe(5);
  });

  describe("all or nothing", () => {
    it("stops what was placed when not all could be", async () => {
      const ecs = new Ecs(3);
      const { failures } = await runTasks(ecs.port, runtime(), input(4, { allOrNothing: true }));
      expect(ecs.running.size).toBe(0);
      expect(failures).not.toEqual([]);
    });

    it("starts nothing where the plan knows that not all have a place, though it asks ECS for all", async () => {
      const ecs = new Ecs(100);
      const unplaced = [{ reason: "CPU", detail: "3 of 5 tasks", hint: "" }];
      const plan = () => ({ steps: [step(5)], unplaced });
      const { tasks, failures } = await runTasks(ecs.port, runtime(), input(5, { allOrNothing: true, plan }));
      expect({ tasks, failures }).toEqual({ tasks: [], failures: unplaced });
      expect([ecs.requests, ecs.registered]).toEqual([[], []]);
    });

    it("stops everything after an error and after Ctrl-C too", async () => {
      const failing = new Ecs(100);
      failing.onRun = () => {
        if (failing.requests.length === 2) throw new AiplatError("AwsError", "broken");
      };
      await runTasks(failing.port, runtime(), input(20, { allOrNothing: true }));
      expect(failing.running.size).toBe(0);

      const interrupted = new Ecs(100);
      const clock = runtime();
      interrupted.onRun = () => clock.abort();
      await runTasks(interrupted.port, clock, input(20, { allOrNothing: true }));
      expect(interrupted.running.size).toBe(0);
    });

    it("stops the others when one cannot be stopped, and says why", async () => {
      const ecs = new Ecs(3);
      const port: EcsPort = {
        ...ecs.port,
        stopTask: async (cluster, arn, reason) =>
          arn.startsWith("task-1-")
            ? Promise.reject(new AiplatError("AwsError", "throttled"))
            : ecs.port.stopTask(cluster, arn, reason),
      };
      const { tasks, error } = await runTasks(port, runtime(), input(4, { allOrNothing: true }));
      expect([...ecs.running.keys()]).toEqual(["task-1-1"]);
      expect(error).toMatchObject({ message: "throttled" });
      expect(tasks.map(({ lastStatus }) => lastStatus)).toEqual(["STOPPED", "PENDING", "STOPPED"]);
    });

    it("waits for tasks in PROVISIONING, and stops all when one fails to start", async () => {
      const ecs = new Ecs(100);
      const clock = runtime();
      let looks = 0;
      const port: EcsPort = {
        ...ecs.port,
        runTask: async (request) => {
          const answer = await ecs.port.runTask(request);
          for (const task of answer.tasks) ecs.running.set(task.taskArn, { ...task, lastStatus: "PROVISIONING" });
          return { ...answer, tasks: answer.tasks.map((task) => ({ ...task, lastStatus: "PROVISIONING" })) };
        },
        describeTasks: async (_, arns) => {
          looks++;
          return {
            tasks: arns.map((arn, index) => ({
              ...ecs.running.get(arn)!,
              ...(index === 0
                ? { lastStatus: "STOPPED", stopCode: "TaskFailedToStart", stoppedReason: "EMPTY CAPACITY PROVIDER" }
                : {}),
            })),
            failures: [],
          };
        },
      };
      const { failures } = await runTasks(port, clock, input(2, { allOrNothing: true }));
      expect(looks).toBe(1);
      expect(failures).toMatchObject([{ reason: "EMPTY CAPACITY PROVIDER" }]);
      expect(ecs.running.size).toBe(1);
    });
  });
});
