import { describe, expect, it } from "vitest";
import type { ManagedDaemon } from "../../../src/core/cluster/managed-daemons.ts";
import type { ClusterSnapshot } from "../../../src/core/cluster/snapshot.ts";
import type { TaskService } from "../../../src/core/cluster/task-services.ts";
import { simulateDeployments } from "../../../src/core/deployment/simulate-deployment.ts";
import type { RegisteredTaskDefinition } from "../../../src/core/ecs-api/api.ts";
import { explainPlacement } from "../../../src/core/placement/explain.ts";
import { definitionsOf } from "../../../src/core/ecs/resolve-for-ecs.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { ecsOf } from "../../support/ecs.ts";
import { aDefinition, aSnapshot } from "../../support/cluster.ts";

/** g5.xlarge: 4,096 CPU units and at least 14,745 MiB, as nine tenths of 16 GiB. */
const type = "attribute:ecs.instance-type == g5.xlarge";
const workload = (memory: number, changes: Partial<RegisteredTaskDefinition> = {}) =>
  aDefinition("tts", { memory }, { placementConstraints: [{ type: "memberOf", expression: type }], ...changes });
const agent = aDefinition("agent", { cpu: 256, memory: 1024 });
const daemon: TaskService = {
  serviceName: "agent",
  schedulingStrategy: "DAEMON",
  taskDefinition: agent.taskDefinitionArn,
};
const cluster = (changes: Partial<ClusterSnapshot> = {}) => ({ ...aSnapshot([], [], [agent]), ...changes });
const changeFor = (snapshot: ClusterSnapshot, definition: RegisteredTaskDefinition, capacityProviders?: string[]) =>
  explainPlacement(snapshot, [definition], capacityProviders === undefined ? {} : { capacityProviders }).nearestChange
    ?.message;

describe("a machine that is yet to be added", () => {
  const one = "one more g5.xlarge";
  const less = "with memory 13721MiB it fits on an empty g5.xlarge";

  it.each<readonly [string, Partial<ClusterSnapshot>, number, string | undefined]>([
    ["has all its memory without daemons", {}, 14_745, one],
    ["has what a DAEMON service leaves, wherever one has run yet", { taskServices: [daemon] }, 13_721, one],
    ["is no answer where that is too little", { taskServices: [daemon] }, 13_722, less],
    [
      "has no task of a service of another kind",
      { taskServices: [{ ...daemon, schedulingStrategy: "REPLICA" }] },
      14_745,
      one,
    ],
    [
      "has none of a DAEMON whose constraints keep it away",
      {
        taskServices: [
          { ...daemon, placementConstraints: [{ type: "memberOf", expression: "attribute:stack == web" }] },
        ],
      },
      14_745,
      one,
    ],
    [
      "has one of a DAEMON whose constraints take it",
      { taskServices: [{ ...daemon, placementConstraints: [{ type: "memberOf", expression: type }] }] },
      13_722,
      less,
    ],
  ])("%s", (_, changes, memory, expected) => expect(changeFor(cluster(changes), workload(memory))).toEqual(expected));

  it("runs managed daemons where its capacity provider does", () => {
    const managed: ManagedDaemon = {
      name: "agent",
      capacityProviders: ["gpus"],
      definition: { family: "agent", memory: "2048", containerDefinitions: [{ name: "agent", image: "agent:1" }] },
    };
    const snapshot = cluster({ managedDaemons: [managed], capacityProviders: ["gpus", "others"] });
    expect(changeFor(snapshot, workload(14_745), ["others"])).toEqual(`${one} of others`);
    expect(changeFor(snapshot, workload(12_697), ["gpus"])).toEqual(`${one} of gpus`);
    expect(changeFor(snapshot, workload(12_698), ["gpus"])).toMatch(/^with memory /);
  });

  it("has the network interfaces, ports and GPUs that daemons leave", () => {
    const awsvpc = workload(128, { networkMode: "awsvpc" });
    const asking = (change: object): Partial<ClusterSnapshot> => {
      const definition = { ...agent, ...change };
      return { taskServices: [daemon], taskDefinitions: { [agent.taskDefinitionArn]: definition } };
    };
    // EC2 gives a g5.xlarge 4 interfaces, its own one of them.
    expect(
      explainPlacement(cluster(asking({ networkMode: "awsvpc" })), [awsvpc], { count: 3 }).nearestChange,
    ).toMatchObject({
      kind: "add-instances",
      message: "2 more g5.xlarge",
    });
    const container = agent.containerDefinitions[0]!;
    const holding = (more: object) => asking({ containerDefinitions: [{ ...container, ...more }] });
    const port = { portMappings: [{ containerPort: 9100, hostPort: 9100 }] };
    const web = { ...workload(128), containerDefinitions: [{ ...workload(128).containerDefinitions[0]!, ...port }] };
    expect(changeFor(cluster(holding(port)), web)).toBeUndefined();
    const gpu = { resourceRequirements: [{ type: "GPU" as const, value: "1" }] };
    const asked = { ...workload(128), containerDefinitions: [{ ...workload(128).containerDefinitions[0]!, ...gpu }] };
    expect(changeFor(cluster(), asked)).toEqual(one);
    expect(changeFor(cluster(holding(gpu)), asked)).toBeUndefined();
  });

  it("is no way out of a stalled deployment either where a daemon leaves too little", () => {
    const rollout = (memory: number) => ({
      service: "tts",
      definition: workload(memory),
      desired: 1,
      settings: { strategy: "ROLLING", minimumHealthyPercent: 100, maximumPercent: 200, daemon: false },
      newDeployment: true,
    });
    const judge = (memory: number) => simulateDeployments(cluster({ taskServices: [daemon] }), [rollout(memory)])[0]!;
    expect(judge(13_721).remedies).toEqual({
      instances: {
        instanceType: "g5.xlarge",
        count: 1,
        command: "aiplat capacity deploy --cluster prod --instance-type g5.xlarge --subnet SUBNET",
      },
    });
    expect([judge(13_722).remedies, judge(13_722).nearest]).toEqual([{}, less]);
  });

  it("takes every slot beside the daemons that the file keeps a reserve for", () => {
    const replicas = (resources?: Workload["resources"]) =>
      definitionsOf(
        ecsOf({
          name: "bert",
          image: "bert:1",
          accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 2 },
          ...(resources === undefined ? {} : { resources }),
        }),
      );
    const machines = (resources?: Workload["resources"]) =>
      explainPlacement(cluster({ taskServices: [daemon] }), replicas(resources), { count: 3 }).nearestChange?.message;
    expect(machines()).toBe("2 more inf2.24xlarge");
    expect(machines({ reserve: { memory: "1GiB" } })).toBe("one more inf2.24xlarge");
  });
});
