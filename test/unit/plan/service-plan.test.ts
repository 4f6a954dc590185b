import { describe, expect, it } from "vitest";
import type { ClusterSnapshot } from "../../../src/core/cluster/snapshot.ts";
import type { RegisteredTaskDefinition } from "../../../src/core/ecs-api/api.ts";
import { generateService } from "../../../src/core/ecs/service.ts";
import type { Service } from "../../../src/core/ecs-api/service.ts";
import { distribute } from "../../../src/core/plan/distribute.ts";
import { planScale } from "../../../src/core/plan/plan-scale.ts";
import { present } from "../../../src/core/base/present.ts";
import { planServices } from "../../../src/core/plan/plan-service.ts";
import { staleServiceReasons } from "../../../src/core/plan/service-plan.ts";
import { Refusal } from "../../../src/core/base/problem.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { aDefinition, anInstance, aSnapshot, aTask } from "../../support/cluster.ts";
import { ecsOf } from "../../support/ecs.ts";
import { through } from "../../support/live-services.ts";

const settings = { cluster: "prod", enableExecuteCommand: false, force: false };
const slots = (changes: Partial<Workload> = {}) =>
  ecsOf({
    name: "chip",
    kind: "service",
    image: "chip:1",
    accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 2 },
    replicas: 4,
    ...changes,
  } as Workload);
const empty = { services: [], definitions: [] };
/** What an inf2.24xlarge registers. */
const registered = { cpu: 96 * 1024, memoryMiB: 370_000, tcpPorts: [22], udpPorts: [], gpus: [] };
const machine = (id: string) => anInstance(id, "inf2.24xlarge", { registered, remaining: registered });

function livePart(
  workload: ReturnType<typeof slots>,
  index: number,
  desiredCount: number,
): { readonly service: Service; readonly definition: RegisteredTaskDefinition } {
  const variant = workload.variants[index]!;
  const definition = {
    ...variant.definition,
    taskDefinitionArn: `arn:aws:ecs:us-east-1:1:task-definition/${variant.name}:1`,
    revision: 1,
    status: "ACTIVE",
  };
  const input = generateService(workload, variant, {
    ...settings,
    taskDefinition: definition.taskDefinitionArn,
    desiredCount,
    placementConstraints: [],
  });
  return {
    definition,
    service: {
      ...input,
      serviceArn: `arn:${variant.name}`,
      status: "ACTIVE",
      desiredCount,
      runningCount: desiredCount,
      pendingCount: 0,
      deployments: [],
      events: [],
    },
  };
}

const live = (workload: ReturnType<typeof slots>, counts: readonly number[]) => {
  const parts = counts.map((count, index) => livePart(workload, index, count));
  return { services: parts.map(({ service }) => service), definitions: parts.map(({ definition }) => definition) };
};
const counts = (
  workload: ReturnType<typeof slots>,
  snapshot: ClusterSnapshot,
  known: Parameters<typeof planServices>[3] = empty,
) =>
  planServices(workload, settings, snapshot, known).steps.map(
    ({ action, desiredCount }) => `${action} ${desiredCount}`,
  );

describe("the replicas over the slots", () => {
  it("are shared evenly, the first slots first", () => {
    expect(counts(slots(), aSnapshot([machine("i1"), machine("i2")]))).toEqual(["create 2", "create 1", "create 1"]);
  });

  it("stay where they are", () => {
    expect(counts(slots(), aSnapshot([machine("i1"), machine("i2")]), live(slots(), [1, 1, 2]))).toEqual([
      "keep 1",
      "keep 1",
      "keep 2",
    ]);
    expect(counts(slots({ replicas: 5 }), aSnapshot([machine("i1"), machine("i2")]), live(slots(), [1, 1, 2]))).toEqual(
      ["update 2", "keep 1", "keep 2"],
    );
    expect(counts(slots({ replicas: 2 }), aSnapshot([machine("i1"), machine("i2")]), live(slots(), [1, 1, 2]))).toEqual(
      ["keep 1", "keep 1", "update 0"],
    );
  });

  it("go round a slot that somebody holds without a lock, and the service is kept off that instance", () => {
    const foreign = aDefinition("foreign", { linuxParameters: { devices: [{ hostPath: "/dev/neuron0" }] } });
    const [one, two] = [machine("i1"), machine("i2")];
    const plan = planServices(
      slots({ replicas: 5 }),
      settings,
      aSnapshot([one, two], [aTask("f", foreign, one)], [foreign]),
      empty,
    );
    expect(plan.steps.map(({ desiredCount }) => desiredCount)).toEqual([1, 2, 2]);
    expect(plan.steps.map(({ create }) => create?.placementConstraints)).toEqual([
      [{ type: "memberOf", expression: "ec2InstanceId not_in [i-i1]" }],
      undefined,
      undefined,
    ]);
    expect(plan.unplaced).toEqual([]);
  });

  it("that have no room are said, one service at a time", () => {
    const { unplaced } = planServices(
      slots({ replicas: 8 }),
      settings,
      aSnapshot([machine("i1"), machine("i2")]),
      empty,
    );
    expect(unplaced.map(({ detail }) => detail?.split(" would stall")[0])).toEqual([
      "chip-inf2-24xlarge-n0-1",
      "chip-inf2-24xlarge-n2-3",
    ]);
  });

  it("are not counted against a capacity provider, which adds machines", () => {
    const { unplaced, steps } = planServices(
      slots({ replicas: 8 }),
      { ...settings, capacity: through("inf2") },
      aSnapshot([]),
      empty,
    );
    expect(unplaced).toEqual([]);
    expect(steps.map(({ desiredCount }) => desiredCount)).toEqual([3, 3, 2]);
  });

  it("leave the last type first and the slot with the most", () => {
    const share = (service: string, rank: number, current: number) => ({
      service,
      rank,
      current,
      requirements: {} as never,
    });
    expect(distribute([share("a", 0, 2), share("b", 0, 3), share("c", 1, 1)], 4, undefined)).toEqual([2, 2, 0]);
  });

  it("without room come closest where nothing but memory is short", () => {
    const one = machine("i1");
    const holder = aDefinition("other", {
      linuxParameters: { devices: [0, 1, 2, 3].map((device) => ({ hostPath: `/dev/neuron${device}` })) },
    });
    const full = { ...one, remaining: { ...one.remaining, memoryMiB: 100 } };
    const { steps, unplaced } = planServices(
      slots({ replicas: 1 }),
      settings,
      aSnapshot([full], [aTask("t1", holder, one)], [holder]),
      empty,
    );
    expect(steps.map(({ desiredCount }) => desiredCount)).toEqual([0, 0, 1]);
    expect(unplaced.map(({ detail }) => detail)).toEqual([
      expect.stringMatching(/^chip-inf2-24xlarge-n4-5 would stall: .* i-i1: needs [\d,]+ MiB, 100 remain$/),
    ]);
  });
});

describe("a plan of services", () => {
  it("deletes what no variant stands for any more, last, and where it goes first counts the room that it leaves", () => {
    const before = slots({ replicas: 6 });
    const known = live(before, [1, 1, 1]);
    const one = machine("i1");
    const tasks = known.definitions.map((definition, index) =>
      aTask(`t${index}`, definition, one, {
        group: `service:${definition.family}`,
        tags: [{ key: "aiplat:workload", value: "chip" }],
      }),
    );
    const full = {
      ...one,
      remaining: { ...registered, cpu: 9_000, memoryMiB: 16_000, udpPorts: [28700, 28701, 28702, 28703, 28704, 28705] },
    };
    const planOf = (recreate: boolean) =>
      planServices(
        slots({ replicas: 2, accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 3 } }),
        { ...settings, recreate },
        aSnapshot([full], tasks, known.definitions),
        known,
      );
    const stepsOf = (recreate: boolean) =>
      planOf(recreate).steps.map(({ action, service }) => `${action} ${service.slice(-4)}`);
    const deletions = ["delete n0-1", "delete n2-3", "delete n4-5"];
    expect(stepsOf(false)).toEqual(["create n0-2", "create n3-5", ...deletions]);
    expect(stepsOf(true)).toEqual([...deletions, "create n0-2", "create n3-5"]);
    expect(planOf(false).unplaced).toHaveLength(2);
    expect(planOf(true).unplaced).toEqual([]);
  });

  it("goes back to the latest revision that says the same rather than register it again", () => {
    const workload = slots({ accelerator: { instanceTypes: ["inf2.xlarge"] }, replicas: 1 });
    const { service, definition } = livePart(workload, 0, 1);
    const older = {
      ...definition,
      containerDefinitions: [{ ...definition.containerDefinitions[0]!, image: "chip:0" }],
      revision: 1,
    };
    const newest = { ...definition, taskDefinitionArn: definition.taskDefinitionArn.replace(/:1$/, ":2"), revision: 2 };
    const plan = planServices(workload, settings, aSnapshot([anInstance("i1", "inf2.xlarge")]), {
      services: [service],
      definitions: [older, newest],
    });
    expect(plan.registrations).toMatchObject([{ action: "keep", taskDefinitionArn: newest.taskDefinitionArn }]);
    expect(plan.steps).toMatchObject([{ action: "update", changes: [{ path: "taskDefinition" }] }]);
    expect(plan.steps[0]).not.toHaveProperty("definition");
  });

  it("refuses what no update can change", () => {
    const on = (ecs: Workload["ecs"]) =>
      slots({ accelerator: { instanceTypes: ["inf2.xlarge"] }, replicas: 1, ...present({ ecs }) });
    const known = live(on(undefined), [1]);
    const provided = {
      ...known,
      services: [
        {
          ...known.services[0]!,
          launchType: undefined,
          capacityProviderStrategy: [{ capacityProvider: "x", weight: 1 }],
        },
      ],
    } as unknown as typeof known;
    expect(() => planServices(on({ capacity: "ec2" }), settings, aSnapshot([]), provided)).toThrow(Refusal);
    // Where the file leaves it out the service keeps it.
    expect(planServices(on(undefined), settings, aSnapshot([]), provided).steps).toMatchObject([{ action: "keep" }]);
  });

  it("says what has moved since it was made", () => {
    const [a, b] = [{ service: "a", serviceArn: "arn:a", settings: { x: 1 }, latest: "arn:td/a:1" }, { service: "b" }];
    expect(staleServiceReasons([a, b], [a, b])).toEqual([]);
    expect(staleServiceReasons([a, b], [{ ...a, settings: { x: 2 } }, b])).toEqual(["service a was changed: x"]);
    expect(staleServiceReasons([a, b], [{ ...a, latest: "arn:td/a:2" }, b])).toEqual(["a:2 was registered"]);
    expect(staleServiceReasons([a, b], [b])).toEqual(["service a is gone"]);
    expect(
      staleServiceReasons([a, b], [a, { service: "b", serviceArn: "arn:b" }, { service: "c", serviceArn: "arn:c" }]),
    ).toEqual(["service b exists now", "service c exists now"]);
  });

  it("leaves the percentages of a rollout alone where only autoscaling has changed the count", () => {
    const file = (changes: Partial<Workload> = {}) =>
      slots({
        accelerator: { instanceTypes: ["inf2.xlarge"] },
        rollout: { maxUnavailable: 1, maxSurge: 0 },
        ecs: { service: { desiredCount: null } },
        ...changes,
      });
    const known = live(file(), [3]);
    const scaled = { ...known, services: [{ ...known.services[0]!, desiredCount: 6, runningCount: 6 }] };
    const planned = (changes?: Partial<Workload>) =>
      planServices(file(changes), settings, aSnapshot([]), scaled).steps[0]!;
    expect(planned()).toMatchObject({ action: "keep", changes: [] });
    // What is deployed has those of the count that there is.
    expect(planned({ image: "chip:2" }).update).toMatchObject({
      deploymentConfiguration: { minimumHealthyPercent: 83, maximumPercent: 100 },
    });
    expect(planned({ rollout: { maxUnavailable: 3, maxSurge: 0 } }).update).toMatchObject({
      deploymentConfiguration: { minimumHealthyPercent: 50, maximumPercent: 100 },
    });
    // By chance the same percentage: the service remembers the bounds all the same.
    const { action, tags } = planned({ rollout: { maxUnavailable: 2, maxSurge: 0 } });
    expect([action, tags?.at(-1)]).toEqual(["update", { key: "aiplat:rollout", value: "maxUnavailable=2 maxSurge=0" }]);
  });

  it("scales with the fewest changes, and says what has no room", () => {
    const known = live(slots(), [2, 1, 1]);
    const snapshot = aSnapshot([machine("i1"), machine("i2")]);
    const scaledTo = (replicas: number) =>
      planScale(known.services, known.definitions, { workload: "chip", cluster: "prod", replicas }, snapshot);
    expect(scaledTo(5).steps.map(({ action, desiredCount }) => `${action} ${desiredCount}`)).toEqual([
      "keep 2",
      "update 2",
      "keep 1",
    ]);
    expect(scaledTo(0).steps.map(({ desiredCount }) => desiredCount)).toEqual([0, 0, 0]);
    expect(scaledTo(7).unplaced).toHaveLength(1);
  });
});
