// What is read of a cluster for a run: whatever ECS then chooses, nothing comes to a held device, and as many tasks
// have a place as where everything is read.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileExpression } from "../../../src/core/cluster/evaluate-query.ts";
import type { ClusterSnapshot } from "../../../src/core/cluster/snapshot.ts";
import type { Service } from "../../../src/core/ecs-api/service.ts";
import { parseExpression } from "../../../src/core/ecs-api/query/parse.ts";
import { planRun } from "../../../src/core/plan/plan-run.ts";
import type { RunStep } from "../../../src/core/plan/run-plan.ts";
import { readingOfWorkload } from "../../../src/core/plan/run-reading.ts";
import { mayStart, type RunSettings } from "../../../src/core/plan/run-request.ts";
import { AiplatError } from "../../../src/errors.ts";
import { clusterPlanner } from "../../../src/operations/plan-on-cluster.ts";
import type { EcsPort } from "../../../src/ports.ts";
import { aDefinition, anInstance, aSnapshot, aTask } from "../../support/cluster.ts";
import { ecsOf } from "../../support/ecs.ts";
import { worstOf } from "../../support/planner-fuzz/adversaries-of-run.ts";
import { depth } from "../../support/planner-fuzz/depth.ts";
import { drawn } from "../../support/planner-fuzz/drawn.ts";
import { FuzzWorld } from "../../support/planner-fuzz/fuzz-world.ts";
import { settingsOf, workloadOf } from "../../support/planner-fuzz/wishes.ts";
import { scriptedEcs } from "../../support/task-port.ts";

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

/** ECS with the cluster of a snapshot, and many more instances and tasks than that, as it counts them. */
function playing(snapshot: ClusterSnapshot, asked: string[] = [], gone: readonly string[] = []): EcsPort {
  const describedServices = (snapshot.services ?? snapshot.taskServices ?? []) as Service[];
  return scriptedEcs(() => [], {
    describeCluster: async () => ({
      name: snapshot.cluster,
      arn: snapshot.clusterArn ?? "arn:cluster/prod",
      status: "ACTIVE",
      tags: snapshot.tags,
      capacityProviders: snapshot.capacityProviders,
      defaultCapacityProviderStrategy: [],
      instances: 5_000,
      tasks: 60_000,
    }),
    listContainerInstances: async (_, { filter } = {}) => {
      asked.push(`instances ${filter ?? ""}`);
      const holds = filter === undefined ? () => true : compileExpression(parseExpression(filter));
      return snapshot.instances.filter((instance) => holds({ instance, groups: new Set() })).map(({ arn }) => arn);
    },
    describeContainerInstances: async (_, arns) => snapshot.instances.filter(({ arn }) => arns.includes(arn)),
    listTasks: async (_, { containerInstance, desiredStatus }) => {
      if (gone.includes(containerInstance ?? ""))
        throw new AiplatError("AwsError", "no such instance", { details: { awsCode: "InvalidParameterException" } });
      asked.push(`tasks ${containerInstance ?? ""}`);
      return snapshot.tasks
        .filter((task) => task.desiredStatus === desiredStatus)
        .filter((task) => containerInstance === undefined || task.containerInstanceArn === containerInstance)
        .map(({ taskArn }) => taskArn);
    },
    describeTasks: async (_, arns) => ({
      tasks: snapshot.tasks.filter(({ taskArn }) => arns.includes(taskArn)),
      failures: [],
    }),
    describeTaskDefinition: async (arn) => snapshot.taskDefinitions[arn],
    describeServices: async (_, names) => describedServices.filter(({ serviceName }) => names.includes(serviceName)),
    listServices: async (_, filter) =>
      describedServices
        .filter(({ schedulingStrategy }) => filter === undefined || schedulingStrategy === filter.schedulingStrategy)
        .map(({ serviceName }) => serviceName),
    managedDaemons: async () => [],
  });
}

/** Machines of the type that ECS places nothing on: there are too many to look at all. */
const idle = (type: string) =>
  Array.from({ length: 11 }, (_, index) => anInstance(`idle-${index}`, type, { agentConnected: false }));

describe("a run on a part of the cluster", () => {
  it("starts nothing on a held device, and as many tasks as where everything is read, whatever ECS chooses", async () => {
    const seen = { kept: 0, whole: 0 };
    const some = depth(0.2);
    await fc.assert(
      fc.asyncProperty(drawn, async (given) => {
        const { wish } = given;
        const ecs = ecsOf(workloadOf(wish), { lockPortBase: given.base });
        const settings = settingsOf(wish);
        const snapshot = new FuzzWorld(given).snapshot();
        const { instanceType } = ecs.workload.shapes[0]!.instanceTypes[0]!;
        const large = { ...snapshot, instances: [...snapshot.instances, ...idle(instanceType)] };
        const reading = readingOfWorkload(settings, ecs);
        const plan = (from: ClusterSnapshot) => planRun(ecs, settings, wish.count, from, new Set());
        const planner = clusterPlanner(playing(large), snapshot.cluster, {
          ...(reading === undefined ? {} : { reading }),
          grows: mayStart(settings) > 0,
          now: () => snapshot.observedAt,
        });
        const round = await planner(plan);
        expect(worstOf(given, round)).toMatchObject({ harm: [], refused: [] });
        const planned = ({ steps }: typeof round) => steps.reduce((sum, { count }) => sum + count, 0);
        const whole = plan(large);
        expect([planned(round), round.unplaced.length]).toEqual([planned(whole), whole.unplaced.length]);
        seen[JSON.stringify(round.steps).includes("ec2InstanceId in [") ? "kept" : "whole"]++;
      }),
      some,
    );
    for (const times of Object.values(seen)) expect(times).toBeGreaterThan(some.numRuns / 20);
  });

  const type = "inf2.24xlarge";
  const ecs = ecsOf({ name: "chip", image: "chip:1", accelerator: { instanceTypes: [type], devicesPerReplica: 1 } });
  const settings: RunSettings = {
    run: "chip-1",
    cluster: "prod",
    count: 1,
    strategy: "pack",
    placementConstraints: [],
    enableExecuteCommand: false,
  };
  const roomy = { cpu: 96 * 1024, memoryMiB: 370_000, tcpPorts: [22], udpPorts: [], gpus: [] };
  const machines = Array.from({ length: 40 }, (_, index) =>
    anInstance(String(index), type, { registered: roomy, remaining: roomy }),
  );
  const others = Array.from({ length: 10 }, (_, index) => anInstance(`gpu-${index}`, "g5.xlarge"));
  const constraintsOf = (steps: readonly RunStep[]) =>
    (steps[0]!.request.placementConstraints ?? []).map(({ expression }) => expression);
  const plan = (from: ClusterSnapshot) => planRun(ecs, settings, 1, from, new Set());
  const planning = (port: EcsPort) => {
    const reading = readingOfWorkload(settings, ecs)!;
    return clusterPlanner(port, "prod", { reading, grows: false, now: () => 0 });
  };

  it("asks for the instances of the type, and looks at the tasks of a few", async () => {
    const asked: string[] = [];
    const { steps } = await planning(playing(aSnapshot([...others, ...machines]), asked))(plan);
    expect(asked[0]).toBe(`instances attribute:ecs.instance-type == ${type}`);
    expect(asked.filter((each) => each.startsWith("tasks"))).toHaveLength(2 * 5);
    expect(constraintsOf(steps)).toEqual(["ec2InstanceId in [i-0, i-1, i-2, i-3, i-4]"]);
  });

  it("names no machine where it has looked at all of the type", async () => {
    const { steps } = await planning(playing(aSnapshot([...others, ...machines.slice(0, 3)])))(plan);
    expect(constraintsOf(steps)).toEqual([]);
  });

  it("reads everything where a machine is gone since it was listed", async () => {
    const asked: string[] = [];
    const snapshot = aSnapshot([...others, ...machines]);
    const { steps } = await planning(playing(snapshot, asked, [machines[0]!.arn]))(plan);
    expect([asked.at(-1), steps.length]).toEqual(["tasks ", 1]);
  });

  it("goes on to machines where nobody holds the device that it wants", async () => {
    const whole = aDefinition("whole", {
      linuxParameters: { devices: upTo(6).map((n) => ({ hostPath: `/dev/neuron${n}` })) },
    });
    const held = machines.slice(0, 20).map((machine, index) => aTask(`held-${index}`, whole, machine));
    const { steps } = await planning(playing(aSnapshot([...others, ...machines], held, [whole])))(plan);
    expect(constraintsOf(steps)).toEqual(["ec2InstanceId in [i-20, i-21, i-22, i-23, i-24]"]);
  });
});
