import { describe, expect, it } from "vitest";
import { occupancyOf } from "../../../src/core/devices/occupancy.ts";
import type { Failure, RegisteredTaskDefinition, RunTaskRequest, Task } from "../../../src/core/ecs-api/api.ts";
import { definitionsOf } from "../../../src/core/ecs/resolve-for-ecs.ts";
import { tasksToGiveBack } from "../../../src/core/plan/conflicts.ts";
import { planRun } from "../../../src/core/plan/plan-run.ts";
import type { RunSettings } from "../../../src/core/plan/run-request.ts";
import { explainShortage } from "../../../src/core/plan/shortage.ts";
import { observeCluster } from "../../../src/operations/observe-cluster.ts";
import type { EcsPort } from "../../../src/ports.ts";
import { runTasks } from "../../../src/operations/run-task.ts";
import { aDefinition, anInstance, aSnapshot } from "../../support/cluster.ts";
import { ecsOf } from "../../support/ecs.ts";
import { fakeRuntime, scriptedEcs } from "../../support/task-port.ts";

interface FakeTask extends Task {
  /** Of a task that is stopping: how many looks until it is STOPPED. */
  readonly looksLeft?: number;
}

/**
 * A cluster of one inf2.24xlarge as ECS runs it in awsvpc mode: it knows no devices and no host ports, refuses a second
 * task of a group under distinctInstance, and takes some looks to stop a task.
 */
class Cluster {
  readonly instance = anInstance("0", "inf2.24xlarge");
  readonly definitions = new Map<string, RegisteredTaskDefinition>();
  readonly tasks = new Map<string, FakeTask>();
  readonly requests: RunTaskRequest[] = [];
  readonly stopped: string[] = [];
  /** How many looks a task takes from StopTask to STOPPED. */
  looksToStop = 2;
  private clock = 1000;

  /** Starts a task whatever is there, as another tool does. */
  start(id: string, definition: RegisteredTaskDefinition, changes: Partial<FakeTask> = {}): Task {
    this.definitions.set(definition.taskDefinitionArn, definition);
    const task = {
      taskArn: `arn:task/prod/${id}`,
      taskDefinitionArn: definition.taskDefinitionArn,
      containerInstanceArn: this.instance.arn,
      group: `family:${definition.family}`,
      lastStatus: "RUNNING",
      desiredStatus: "RUNNING",
      containers: [],
      createdAt: this.clock++,
      ...changes,
    };
    this.tasks.set(task.taskArn, task);
    return task;
  }

  port(beforeRun: () => void = () => undefined): EcsPort {
    const all = () => [...this.tasks.values()];
    return scriptedEcs(all, {
      describeCluster: async () => ({
        name: "prod",
        arn: "arn:cluster/prod",
        status: "ACTIVE",
        tags: {},
        capacityProviders: [],
        defaultCapacityProviderStrategy: [],
      }),
      listContainerInstances: async () => [this.instance.arn],
      describeContainerInstances: async () => [this.instance],
      describeTaskDefinition: async (reference) =>
        this.definitions.get(reference) ?? [...this.definitions.values()].find(({ family }) => family === reference),
      registerTaskDefinition: async (definition) => {
        const registered = {
          ...definition,
          taskDefinitionArn: `arn:${definition.family}:1`,
          revision: 1,
          status: "ACTIVE",
        };
        this.definitions.set(registered.taskDefinitionArn, registered);
        return registered;
      },
      listTasks: async (_, { desiredStatus }) => {
        if (desiredStatus === "STOPPED") this.look();
        return all()
          .filter((task) => task.desiredStatus === desiredStatus)
          .map(({ taskArn }) => taskArn);
      },
      runTask: async (request) => {
        beforeRun();
        return this.run(request);
      },
      stopTask: async (_, arn) => {
        this.stopped.push(arn);
        const task = {
          ...this.tasks.get(arn)!,
          desiredStatus: "STOPPED",
          lastStatus: "DEPROVISIONING",
          looksLeft: this.looksToStop,
        };
        this.tasks.set(arn, task);
        return task;
      },
    });
  }

  /** Devices that more than one task holds. */
  shared(): readonly number[] {
    const snapshot = aSnapshot([this.instance], [...this.tasks.values()], [...this.definitions.values()]);
    return occupancyOf(snapshot).flatMap(({ devices }) =>
      devices.filter(({ holders }) => holders.length > 1).map(({ device }) => device),
    );
  }

  private look(): void {
    for (const [arn, task] of this.tasks) {
      if (task.looksLeft === undefined) continue;
      this.tasks.set(
        arn,
        task.looksLeft === 0 ? { ...task, lastStatus: "STOPPED" } : { ...task, looksLeft: task.looksLeft - 1 },
      );
    }
  }

  private run(request: RunTaskRequest): { readonly tasks: readonly Task[]; readonly failures: readonly Failure[] } {
    this.requests.push(request);
    const distinct = request.placementConstraints?.some(({ type }) => type === "distinctInstance") === true;
    const clash = [...this.tasks.values()].some(
      (task) => task.desiredStatus !== "STOPPED" && task.group === request.group,
    );
    const excluded =
      request.placementConstraints?.some(
        ({ expression }) => expression === `ec2InstanceId not_in [${this.instance.ec2InstanceId}]`,
      ) === true;
    if (excluded || (distinct && clash))
      return { tasks: [], failures: [{ reason: "DistinctInstance placement constraint unsatisfied." }] };
    return {
      tasks: [
        this.start(`own-${this.requests.length}`, this.definitions.get(request.taskDefinition)!, {
          group: request.group!,
          startedBy: request.startedBy!,
        }),
      ],
      failures: [],
    };
  }
}

/** Runs replicas of `size` devices each. */
async function runReplicas(
  cluster: Cluster,
  count: number,
  size: number,
  { beforeRun, allOrNothing = false }: { readonly beforeRun?: () => void; readonly allOrNothing?: boolean } = {},
) {
  const ecs = cluster.port(beforeRun);
  const workload = ecsOf({
    name: "chip",
    image: "chip:1",
    accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: size },
    resources: { cpu: 0.25, memory: "512MiB" },
    ecs: { networkMode: "awsvpc" },
  });
  const settings: RunSettings = {
    run: "chip-1",
    cluster: "prod",
    count,
    strategy: "pack",
    placementConstraints: [],
    networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"] } },
    enableExecuteCommand: false,
  };
  const observe = () => observeCluster(ecs, "prod", 0);
  const waited: string[] = [];
  const clock = fakeRuntime();
  const outcome = await runTasks(ecs, clock, {
    run: "chip-1",
    cluster: "prod",
    count,
    allOrNothing,
    plan: (remaining, snapshot, exhausted) => planRun(workload, settings, remaining, snapshot, exhausted),
    observe: async (planOn) => planOn(await observe()),
    conflicting: async (started) => tasksToGiveBack(await observe(), new Set(started.map(({ taskArn }) => taskArn))),
    explain: async (missing) =>
      explainShortage(await observe(), definitionsOf(workload), settings, { asked: missing, missing }),
    onRegistered: () => undefined,
    onStarted: () => undefined,
    onWaiting: (arns) => waited.push(...arns),
  });
  return { ...outcome, waited, sleeps: clock.sleeps };
}

const listing = (family: string, ...devices: readonly number[]) =>
  aDefinition(
    family,
    { linuxParameters: { devices: devices.map((device) => ({ hostPath: `/dev/neuron${device}` })) } },
    { networkMode: "awsvpc" },
  );
const slots = (tasks: readonly Task[]) => tasks.map(({ group }) => group).sort();

describe("run-task in awsvpc mode", () => {
  it("gives each slot a group, one task of which an instance takes", async () => {
    const cluster = new Cluster();
    const { tasks, failures } = await runReplicas(cluster, 3, 2);
    expect([slots(tasks), failures]).toEqual([["aiplat:n0-1", "aiplat:n2-3", "aiplat:n4-5"], []]);
    for (const { placementConstraints } of cluster.requests)
      expect(placementConstraints).toEqual([{ type: "distinctInstance" }]);
  });

  it("uses a slot again only when its last task has STOPPED, and waits for that", async () => {
    const cluster = new Cluster();
    cluster.looksToStop = 4;
    const old = cluster.start("old", listing("old", 0, 1), {
      desiredStatus: "STOPPED",
      lastStatus: "DEPROVISIONING",
      looksLeft: 4,
    });
    let statusAtStart: string | undefined;
    const { tasks, waited } = await runReplicas(cluster, 3, 2, {
      beforeRun: () => {
        if (cluster.requests.length === 2) statusAtStart = cluster.tasks.get(old.taskArn)!.lastStatus;
      },
    });
    expect(slots(tasks)).toEqual(["aiplat:n0-1", "aiplat:n2-3", "aiplat:n4-5"]);
    expect(statusAtStart).toBe("STOPPED");
    expect(new Set(waited)).toEqual(new Set([old.taskArn]));
    expect(cluster.shared()).toEqual([]);
  });

  it("waits only so long, and then says which task does not stop", async () => {
    const cluster = new Cluster();
    cluster.start("stuck", listing("stuck", 0, 1, 2, 3, 4, 5), { desiredStatus: "STOPPED", lastStatus: "STOPPING" });
    const { tasks, failures, sleeps } = await runReplicas(cluster, 1, 2);
    expect(tasks).toEqual([]);
    expect(failures[0]!.detail).toContain("stuck, which is stopping");
    expect(sleeps.reduce((sum, each) => sum + each, 0)).toBe(150_000);
    expect(cluster.requests).toEqual([]);
  });

  it("does not wait where that would not help", async () => {
    const cluster = new Cluster();
    cluster.start("held", listing("held", 0, 2, 4));
    cluster.start("going", listing("going", 1), { desiredStatus: "STOPPED", lastStatus: "STOPPING" });
    const { failures, sleeps } = await runReplicas(cluster, 1, 2);
    expect(failures).toHaveLength(1);
    expect(sleeps).toEqual([]);
  });

  it("reads back what it placed, gives back what somebody else holds, and takes another slot", async () => {
    const cluster = new Cluster();
    // Another tool places between the look and the launch.
    const { tasks, failures } = await runReplicas(cluster, 2, 2, {
      beforeRun: () => {
        if (cluster.requests.length === 0) cluster.start("theirs", listing("theirs", 1));
      },
    });
    expect([slots(tasks), failures]).toEqual([["aiplat:n2-3", "aiplat:n4-5"], []]);
    expect(cluster.stopped).toEqual(["arn:task/prod/own-1"]);
    expect(cluster.shared().filter((device) => device > 1)).toEqual([]);
  });

  it("keeps its task where the other one came later", async () => {
    const cluster = new Cluster();
    const { tasks } = await runReplicas(cluster, 2, 2, {
      beforeRun: () => {
        if (cluster.requests.length === 1) cluster.start("later", listing("later", 1));
      },
    });
    expect(slots(tasks)).toEqual(["aiplat:n0-1", "aiplat:n2-3"]);
    expect(cluster.stopped).toEqual([]);
  });

  it("leaves nothing running under --all-or-nothing when a slot given back has no other", async () => {
    const cluster = new Cluster();
    const { tasks, failures } = await runReplicas(cluster, 3, 2, {
      allOrNothing: true,
      beforeRun: () => {
        if (cluster.requests.length === 0) cluster.start("theirs", listing("theirs", 1));
      },
    });
    expect(failures).toHaveLength(1);
    expect(tasks.every(({ desiredStatus }) => desiredStatus === "STOPPED")).toBe(true);
    expect(
      [...cluster.tasks.values()]
        .filter(({ desiredStatus }) => desiredStatus === "RUNNING")
        .map(({ taskArn }) => taskArn),
    ).toEqual(["arn:task/prod/theirs"]);
  });
});
