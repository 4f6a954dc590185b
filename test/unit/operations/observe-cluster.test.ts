import { describe, expect, it } from "vitest";
import { formatSnapshot, parseSnapshot } from "../../../src/core/cluster/snapshot-file.ts";
import type { ManagedDaemon } from "../../../src/core/cluster/managed-daemons.ts";
import type { Task } from "../../../src/core/ecs-api/api.ts";
import { AiplatError } from "../../../src/errors.ts";
import type { ObserveProgress } from "../../../src/operations/cluster-reader.ts";
import { observeCluster } from "../../../src/operations/observe-cluster.ts";
import type { EcsPort } from "../../../src/ports.ts";
import { aDefinition, anInstance } from "../../support/cluster.ts";
import { makeDefinition, makeTask, scriptedEcs } from "../../support/task-port.ts";

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

/** A cluster whose lists come in pages of 100; `asked` says what was asked in which order. */
function pagedEcs(
  running: readonly Task[],
  stopped: readonly Task[],
  instances: number,
  more: Partial<EcsPort> = {},
): { readonly ecs: EcsPort; readonly asked: string[] } {
  const asked: string[] = [];
  const machines = upTo(instances).map((index) => anInstance(String(index), "inf2.xlarge"));
  const all = new Map([...running, ...stopped].map((task) => [task.taskArn, task]));
  const paged = async (name: string, items: readonly string[], onPage?: (items: readonly string[]) => void) => {
    for (let first = 0; first < items.length; first += 100) {
      asked.push(name);
      await Promise.resolve();
      onPage?.(items.slice(first, first + 100));
    }
    return items;
  };
  const ecs = scriptedEcs(() => [], {
    describeCluster: async () => ({
      name: "prod",
      arn: "arn:cluster/prod",
      status: "ACTIVE",
      tags: {},
      capacityProviders: [],
      defaultCapacityProviderStrategy: [],
    }),
    listContainerInstances: (_, __, onPage) =>
      paged(
        "instances",
        machines.map(({ arn }) => arn),
        onPage,
      ),
    describeContainerInstances: async (_, arns) => {
      asked.push(`describe ${arns.length} instances`);
      return machines.filter(({ arn }) => arns.includes(arn));
    },
    listTasks: (_, { desiredStatus }, onPage) =>
      paged(
        String(desiredStatus),
        (desiredStatus === "STOPPED" ? stopped : running).map(({ taskArn }) => taskArn),
        onPage,
      ),
    describeTasks: async (_, arns) => {
      asked.push(`describe ${arns.length} tasks`);
      return { tasks: arns.map((arn) => all.get(arn)!), failures: [] };
    },
    describeTaskDefinition: async (arn) => {
      asked.push(`definition ${arn}`);
      return makeDefinition({ taskDefinitionArn: arn });
    },
    ...more,
  });
  return { ecs, asked };
}

const running = upTo(250).map((index) => makeTask(`r${index}`, { taskDefinitionArn: `d${index % 3}` }));
const leaving = upTo(30).map((index) =>
  makeTask(`l${index}`, { desiredStatus: "STOPPED", lastStatus: "DEPROVISIONING", taskDefinitionArn: "d1" }),
);
const gone = upTo(40).map((index) =>
  makeTask(`g${index}`, { desiredStatus: "STOPPED", lastStatus: "STOPPED", taskDefinitionArn: "old" }),
);

describe("the reading of a cluster", () => {
  it("describes in full batches over both lists, each definition once, and none of what has stopped", async () => {
    const { ecs, asked } = pagedEcs(running, [...leaving, ...gone], 130);
    const snapshot = await observeCluster(ecs, "prod", 5);
    expect(snapshot.tasks.map(({ taskArn }) => taskArn)).toEqual(
      [...running, ...leaving].map(({ taskArn }) => taskArn),
    );
    expect(snapshot.instances).toHaveLength(130);
    expect(Object.keys(snapshot.taskDefinitions).sort()).toEqual(["d0", "d1", "d2"]);
    expect([snapshot.cluster, snapshot.observedAt]).toEqual(["prod", 5]);
    const describes = asked.filter((each) => each.startsWith("describe"));
    expect(describes.toSorted()).toEqual([
      "describe 100 instances",
      "describe 100 tasks",
      "describe 100 tasks",
      "describe 100 tasks",
      "describe 20 tasks",
      "describe 30 instances",
    ]);
    expect(asked.filter((each) => each.startsWith("definition")).toSorted()).toEqual([
      "definition d0",
      "definition d1",
      "definition d2",
    ]);
  });

  it("describes while it lists", async () => {
    const { ecs, asked } = pagedEcs(
      upTo(1000).map((index) => makeTask(`r${index}`)),
      [],
      1,
    );
    await observeCluster(ecs, "prod", 0);
    expect(asked.indexOf("describe 100 tasks")).toBeLessThan(asked.lastIndexOf("RUNNING"));
  });

  it("takes a task once that moves from one list to the other", async () => {
    const moved = makeTask("r0", { desiredStatus: "STOPPED", lastStatus: "STOPPING" });
    const { ecs } = pagedEcs(running.slice(0, 2), [moved], 1);
    expect((await observeCluster(ecs, "prod", 0)).tasks).toHaveLength(2);
  });

  it("does without pages", async () => {
    const { ecs } = pagedEcs(running, leaving, 3, {
      listTasks: async (_, { desiredStatus }) =>
        (desiredStatus === "STOPPED" ? leaving : running).map(({ taskArn }) => taskArn),
    });
    expect((await observeCluster(ecs, "prod", 0)).tasks).toHaveLength(280);
  });

  it("stops listing when a describe has failed", async () => {
    const many = upTo(100_000).map((index) => makeTask(`r${index}`));
    const { ecs, asked } = pagedEcs(many, [], 1, { describeTasks: async () => Promise.reject(new Error("denied")) });
    await expect(observeCluster(ecs, "prod", 0)).rejects.toThrow("denied");
    expect(asked.filter((each) => each === "RUNNING").length).toBeLessThan(10);
  });

  it("tells how far it has come", async () => {
    const seen: ObserveProgress[] = [];
    const { ecs } = pagedEcs(running, leaving, 130);
    await observeCluster(ecs, "prod", 0, (progress) => seen.push({ ...progress }));
    expect(seen.at(-1)).toEqual({ instances: 130, tasks: 280, definitions: 3 });
    expect(seen.map(({ tasks }) => tasks)).toContain(100);
  });

  it("has the daemons of machines that are yet to come: DAEMON services with their definitions, managed ones by provider", async () => {
    const daemon = {
      serviceArn: "arn:service/prod/agent",
      serviceName: "agent",
      status: "ACTIVE",
      schedulingStrategy: "DAEMON",
      taskDefinition: "agent:1",
      placementConstraints: [{ type: "distinctInstance" }],
      desiredCount: 0,
      runningCount: 0,
      pendingCount: 0,
      deployments: [],
      events: [],
    };
    const managed: ManagedDaemon = {
      name: "watch",
      capacityProviders: ["mine"],
      definition: { family: "watch", memory: "512", containerDefinitions: [] },
    };
    const filters: unknown[] = [];
    const described: string[][] = [];
    const { ecs: plain } = pagedEcs([], [], 0);
    const ecs: EcsPort = {
      ...plain,
      describeCluster: async (name) => ({ ...(await plain.describeCluster(name))!, capacityProviders: ["mine"] }),
      listServices: async (_, filter) => {
        filters.push(filter);
        return [daemon.serviceArn, "arn:service/prod/leaving"];
      },
      describeServices: async (_, names) => {
        described.push([...names]);
        return [daemon, { ...daemon, serviceName: "leaving", status: "DRAINING" }];
      },
      describeTaskDefinition: async (arn) => aDefinition("agent", {}, { taskDefinitionArn: arn }),
      managedDaemons: async (arn) => (arn === "arn:cluster/prod" ? [managed] : []),
    };
    const snapshot = await observeCluster(ecs, "prod", 0);
    expect(filters).toEqual([{ schedulingStrategy: "DAEMON" }]);
    expect(described).toEqual([[daemon.serviceArn, "arn:service/prod/leaving"]]);
    expect(snapshot.taskServices).toEqual([
      {
        serviceName: "agent",
        schedulingStrategy: "DAEMON",
        taskDefinition: "agent:1",
        placementConstraints: [{ type: "distinctInstance" }],
      },
    ]);
    expect(Object.keys(snapshot.taskDefinitions)).toEqual(["agent:1"]);
    expect(snapshot.managedDaemons).toEqual([managed]);
    // A file of it says the same.
    expect(parseSnapshot(formatSnapshot(snapshot), "prod.json")).toEqual(snapshot);
  });

  it("goes on without daemons where they may not be read, and says why", async () => {
    const denied = new AiplatError("AccessDenied", "ecs:ListServices is not allowed");
    const { ecs } = pagedEcs(running.slice(0, 1), [], 1, { listServices: async () => Promise.reject(denied) });
    const snapshot = await observeCluster(ecs, "prod", 0);
    expect([snapshot.tasks.length, snapshot.daemonsUnknown]).toEqual([1, "ecs:ListServices is not allowed"]);
    const { ecs: broken } = pagedEcs([], [], 0, { listServices: async () => Promise.reject(new Error("down")) });
    await expect(observeCluster(broken, "prod", 0)).rejects.toThrow("down");
  });

  it("says that a cluster is not there", async () => {
    const { ecs } = pagedEcs([], [], 0, { describeCluster: async () => undefined });
    await expect(observeCluster(ecs, "prod", 0)).rejects.toMatchObject({ code: "NotFound" });
  });
});
