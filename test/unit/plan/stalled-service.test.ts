import { describe, expect, it } from "vitest";
import type { Task } from "../../../src/core/ecs-api/api.ts";
import type { Service } from "../../../src/core/ecs-api/service.ts";
import { explainService, lacksRoom, waitingForProvider } from "../../../src/core/plan/stalled-service.ts";
import { aDefinition, anInstance, aSnapshot, aTask } from "../../support/cluster.ts";

const now = 1_000_000_000;
const ago = (seconds: number) => now - seconds * 1000;
const unplaced = "(service bert) was unable to place a task because no container instance met all of its requirements.";
const event = (message: string, createdAt: number, id = `${createdAt}`) => ({ id, message, createdAt });
const definition = aDefinition("bert", { memory: 30_000 });
const deployment = (changes: object = {}) => ({
  id: "ecs-svc/1",
  status: "PRIMARY",
  taskDefinition: definition.taskDefinitionArn,
  desiredCount: 3,
  runningCount: 1,
  pendingCount: 0,
  createdAt: ago(30),
  ...changes,
});
const service = (changes: Partial<Service> = {}): Service => ({
  serviceArn: "arn:aws:ecs:us-east-1:111122223333:service/prod/bert",
  serviceName: "bert",
  status: "ACTIVE",
  desiredCount: 3,
  runningCount: 1,
  pendingCount: 0,
  taskDefinition: definition.taskDefinitionArn,
  deployments: [deployment()],
  events: [event(unplaced, ago(10))],
  ...changes,
});

describe("whether a service lacks room", () => {
  it.each<readonly [string, boolean, Partial<Service>]>([
    ["ECS says so", true, {}],
    ["its tasks are there or on their way", false, { deployments: [deployment({ pendingCount: 2 })] }],
    [
      "ECS said so before it was steady",
      false,
      { events: [event("is steady: has reached a steady state.", ago(5)), event(unplaced, ago(10))] },
    ],
    ["ECS said so of the deployment before", false, { events: [event(unplaced, ago(40))] }],
    // The same words are not repeated within six hours.
    ["it waits for nothing else", true, { events: [], deployments: [deployment({ createdAt: ago(90) })] }],
    [
      "it waits for old tasks to stop",
      false,
      {
        events: [],
        deployments: [deployment({ createdAt: ago(90) }), deployment({ id: "ecs-svc/0", status: "ACTIVE" })],
      },
    ],
    ["it has only begun", false, { events: [] }],
    ["it is a DAEMON, whose number is ECS's", false, { schedulingStrategy: "DAEMON" }],
  ])("where %s: %s", (_, expected, changes) => expect(lacksRoom(service(changes), now)).toBe(expected));
});

describe("why a service has no room", () => {
  const registered = { ...anInstance("a", "inf2.xlarge").registered, memoryMiB: 62_000 };
  const host = (memoryMiB: number, changes: object = {}) =>
    anInstance("a", "inf2.xlarge", { registered, remaining: { ...registered, memoryMiB }, ...changes });

  it("is told in a run's words, with the nearest change", () => {
    const one = host(20_000);
    const task = aTask("t1", definition, one, { group: "service:bert" });
    expect(explainService(aSnapshot([one], [task], [definition]), service(), definition)).toEqual({
      reason: "MEMORY",
      detail: "bert: 2 of 3 tasks: inf2.xlarge i-a: needs 30,000 MiB, 20,000 remain",
      hint: "To make room: with memory 20000MiB it fits on 1 instance (i-a).",
    });
    expect(explainService(aSnapshot([host(60_000)]), service(), definition)).toBeUndefined();
  });

  it("goes by the service's own constraints and capacity providers", () => {
    const placementConstraints = [{ type: "memberOf", expression: "attribute:stack == prod" }];
    expect(explainService(aSnapshot([host(60_000)]), service({ placementConstraints }), definition)).toMatchObject({
      reason: "CONSTRAINT",
      detail: "bert: 2 of 3 tasks: inf2.xlarge i-a: attribute:stack == prod: the instance has no stack",
    });
    const capacityProviderStrategy = [{ capacityProvider: "asg", weight: 1 }];
    const outside = aSnapshot([host(60_000)]);
    expect(explainService(outside, service({ capacityProviderStrategy }), definition)?.reason).toBe(
      "CAPACITY_PROVIDER",
    );
    expect(
      explainService(
        aSnapshot([host(60_000, { capacityProvider: "asg" })]),
        service({ capacityProviderStrategy }),
        definition,
      ),
    ).toBeUndefined();
    const distinctInstance = [{ type: "distinctInstance" }];
    const own = aTask("t1", definition, host(60_000), { group: "service:bert" });
    expect(
      explainService(
        aSnapshot([host(60_000)], [own], [definition]),
        service({ placementConstraints: distinctInstance }),
        definition,
      )?.detail,
    ).toContain("a task of service:bert runs there already");
  });
});

describe("tasks that wait for a capacity provider", () => {
  const provided = (capacityProvider: string, createdAt = ago(90)) =>
    service({ capacityProviderStrategy: [{ capacityProvider, weight: 1 }], deployments: [deployment({ createdAt })] });
  const machine = anInstance("a", "inf2.xlarge");
  const waits = {
    ...aTask("t1", definition, machine, { lastStatus: "PROVISIONING" }),
    containerInstanceArn: undefined,
  };
  const { containerInstanceArn: _, ...waiting } = waits;
  it.each<readonly [string, number, Service, readonly Task[]]>([
    ["are without an instance", 1, provided("cp1"), [waiting]],
    ["are not those that get their interface", 0, provided("cp1"), [{ ...waiting, containerInstanceArn: machine.arn }]],
    ["are not on their way out", 0, provided("cp1"), [{ ...waiting, desiredStatus: "STOPPED" }]],
    ["have waited a minute", 0, provided("cp1", ago(30)), [waiting]],
    ["are not Fargate's", 0, provided("FARGATE_SPOT"), [waiting]],
    ["are of a service with a strategy", 0, service({ deployments: [deployment({ createdAt: ago(90) })] }), [waiting]],
  ])("%s: %i", (_name, expected, of, tasks) => {
    expect(waitingForProvider(of, tasks, now)).toHaveLength(expected);
  });

  it("are in the reason", () => {
    const full = { ...machine.registered, memoryMiB: 1000 };
    const host = { ...machine, remaining: full, registered: { ...full, memoryMiB: 62_000 }, capacityProvider: "cp1" };
    const of = service({ ...provided("cp1"), deployments: [deployment({ pendingCount: 2, createdAt: ago(90) })] });
    expect(explainService(aSnapshot([host], [], [definition]), of, definition, [waiting, waiting])?.detail).toMatch(
      /^bert: 2 of 3 tasks: .*; 2 wait in PROVISIONING for an instance of cp1$/,
    );
  });
});
