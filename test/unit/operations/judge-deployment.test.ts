import { describe, expect, it } from "vitest";
import type { Deployment, Service } from "../../../src/core/ecs-api/service.ts";
import type { ServiceDeployment } from "../../../src/core/ecs-api/service-deployment.ts";
import { AiplatError } from "../../../src/errors.ts";
import { findStableRevision } from "../../../src/operations/find-stable.ts";
import { judgeDeployment, judgeService } from "../../../src/operations/judge-deployment.ts";
import type { HealthCounts } from "../../../src/core/ecs/task-health.ts";
import { waitForServices } from "../../../src/operations/wait-for-services.ts";
import { fakeRuntime, makeDefinition, makeTask, scriptedEcs } from "../../support/task-port.ts";

const deployment = (number: number, more: Partial<Deployment> = {}): Deployment => ({
  id: `ecs-svc/${number}`,
  status: "PRIMARY",
  taskDefinition: `arn:td/bert:${number}`,
  desiredCount: 2,
  pendingCount: 0,
  runningCount: 2,
  createdAt: 1_000,
  ...more,
});

function service(deployments: readonly Deployment[], strategy = "BLUE_GREEN", more: Partial<Service> = {}): Service {
  return {
    serviceArn: "arn:bert",
    serviceName: "bert",
    status: "ACTIVE",
    desiredCount: 2,
    runningCount: 2,
    pendingCount: 0,
    taskDefinition: deployments[0]!.taskDefinition,
    deployments,
    events: [],
    deploymentConfiguration: { strategy },
    ...more,
  };
}

const rollout = (status: string, more: Partial<ServiceDeployment> = {}): ServiceDeployment => ({
  arn: "arn:sd",
  revisionArn: "arn:service-revision/prod/bert/2",
  status,
  createdAt: 1_000,
  ...more,
});

const green = deployment(2);
const blue = deployment(1);
const changed = service([deployment(2, { rolloutState: "IN_PROGRESS" }), { ...blue, status: "ACTIVE" }], "BLUE_GREEN", {
  runningCount: 0,
});
const both = [green, { ...blue, status: "ACTIVE" }];

describe("a service that is given more tasks, without a deployment", () => {
  const event = (id: string, message: string) => ({ id, createdAt: 1_000, message: `(service bert) ${message}` });
  const before = [event("1", "has reached a steady state.")];
  const done = deployment(1, { rolloutState: "COMPLETED" });
  const raised = service([done], "ROLLING", { runningCount: 1, events: before });
  const now = (...messages: readonly string[]) =>
    service([done], "ROLLING", { events: [...messages.map((each, index) => event(`new-${index}`, each)), ...before] });

  it.each([
    ["is not steady because its deployment was", raised, now("has started 1 tasks: (task a)."), undefined],
    ["is when ECS says so once more", raised, now("has reached a steady state.", "has started 1 tasks."), "steady"],
    ["is not while a task is missing", raised, { ...now("has reached a steady state."), runningCount: 1 }, undefined],
    ["is without a word where it had its tasks", { ...raised, runningCount: 2 }, now(), "steady"],
  ])("%s", (_, since, seen, expected) => {
    expect(judgeDeployment(since, seen, undefined)).toBe(expected);
  });
});

describe("a deployment that is not a rolling update", () => {
  it.each([
    [
      "goes on while its tasks all run and it bakes",
      service(both),
      rollout("IN_PROGRESS", { stage: "BAKE_TIME" }),
      undefined,
    ],
    ["goes on while ECS has only been asked to roll it back", service(both), rollout("ROLLBACK_REQUESTED"), undefined],
    ["goes on until the old tasks are gone", service(both), rollout("SUCCESSFUL"), undefined],
    [
      "goes on until every task runs",
      service([green], "BLUE_GREEN", { runningCount: 1 }),
      rollout("SUCCESSFUL"),
      undefined,
    ],
    ["is steady when it succeeded", service([green]), rollout("SUCCESSFUL"), "steady"],
    [
      "has failed when it is rolled back",
      service([blue, { ...green, status: "ACTIVE" }]),
      rollout("ROLLBACK_IN_PROGRESS", { statusReason: "An alarm." }),
      "An alarm; the service goes back to bert:1",
    ],
    [
      "has failed when it was rolled back",
      service([blue]),
      rollout("ROLLBACK_SUCCESSFUL", { statusReason: "An alarm." }),
      "An alarm; the service goes back to bert:1",
    ],
    ["has failed where nothing could be done", service(both), rollout("ROLLBACK_FAILED"), "the deployment failed"],
    [
      "has failed when another one took its place",
      service([deployment(3), ...both.map((each) => ({ ...each, status: "ACTIVE" }))]),
      rollout("STOPPED", { statusReason: "Stopped." }),
      "Stopped; the service now deploys bert:3",
    ],
    [
      "has failed when another one took its place after it",
      service([deployment(3)]),
      rollout("SUCCESSFUL"),
      "another deployment has taken its place",
    ],
  ])("%s", (_, now, known, verdict) => {
    expect(judgeDeployment(changed, now, known)).toBe(verdict);
  });

  it.each([
    ["goes on while both revisions run", service(both), undefined],
    ["goes on while it says so itself", service([{ ...green, rolloutState: "IN_PROGRESS" }]), undefined],
    ["is steady with its own tasks alone", service([{ ...green, rolloutState: "COMPLETED" }]), "steady"],
    [
      "has failed when another is the newest",
      service([blue]),
      "the deployment was rolled back; the service goes back to bert:1",
    ],
  ])("whose history cannot be had %s", (_, now, verdict) => {
    expect(judgeDeployment(changed, now, undefined)).toBe(verdict);
  });
});

describe("a rolling update", () => {
  const rolling = service([deployment(2, { rolloutState: "IN_PROGRESS" }), { ...blue, status: "ACTIVE" }], "ROLLING");

  it.each([
    [0, 0, "steady"],
    [1, 0, undefined],
    [0, 1, undefined],
  ])("is over by its own word where %i old tasks run and %i start", (runningCount, pendingCount, verdict) => {
    const old = { ...blue, status: "ACTIVE", runningCount, pendingCount };
    const now = service([{ ...green, rolloutState: "COMPLETED" }, old], "ROLLING");
    expect(judgeDeployment(rolling, now, undefined)).toBe(verdict);
  });

  it("goes on, or has failed, by its own word", () => {
    expect(
      judgeDeployment(rolling, service([{ ...green, rolloutState: "IN_PROGRESS" }], "ROLLING"), undefined),
    ).toBeUndefined();
    expect(
      judgeDeployment(
        rolling,
        service([{ ...green, rolloutState: "FAILED", rolloutStateReason: "breaker." }], "ROLLING"),
        undefined,
      ),
    ).toBe("breaker");
  });

  it("that is gone has the reason of its service deployment", () => {
    expect(
      judgeDeployment(
        rolling,
        service([blue], "ROLLING"),
        rollout("ROLLBACK_SUCCESSFUL", { statusReason: "breaker." }),
      ),
    ).toBe("breaker; the service goes back to bert:1");
  });
});

describe("a rollback by ECS", () => {
  it.each([
    ["IN_PROGRESS", service(both), undefined],
    ["ROLLBACK_IN_PROGRESS", service(both), undefined],
    ["ROLLBACK_SUCCESSFUL", service([blue]), "steady"],
    ["ROLLBACK_SUCCESSFUL", service([blue], "BLUE_GREEN", { runningCount: 1 }), undefined],
    ["ROLLBACK_FAILED", service(both), "the rollback failed"],
    ["SUCCESSFUL", service([green]), "the deployment had succeeded before it could be rolled back"],
  ])("that is %s", (status, now, verdict) => {
    expect(judgeService(now, now, rollout(status), true)).toBe(verdict);
  });
});

describe("waiting", () => {
  const denied = () => Promise.reject(new AiplatError("AccessDenied", "no"));
  const wait = (more: Parameters<typeof scriptedEcs>[1], stages: string[] = []) =>
    waitForServices(
      scriptedEcs(() => [], more),
      "prod",
      [{ service: changed }],
      fakeRuntime(),
      {
        hint: "",
        onEvent: () => undefined,
        onTask: () => undefined,
        onStage: (_, { stage, status }) => stages.push(stage ?? status),
      },
    );

  it("looks for the service deployment that rolls out the newest revision, and tells its stages once", async () => {
    const script = [
      rollout("IN_PROGRESS", { stage: "SCALE_UP" }),
      rollout("IN_PROGRESS", { stage: "BAKE_TIME" }),
      rollout("IN_PROGRESS", { stage: "BAKE_TIME" }),
      rollout("SUCCESSFUL", { stage: "CLEAN_UP" }),
    ];
    let looks = 0;
    const stages: string[] = [];
    const other = {
      ...rollout("ROLLBACK_SUCCESSFUL"),
      arn: "arn:other",
      revisionArn: "arn:service-revision/prod/bert/12",
    };
    const outcomes = await wait(
      {
        describeServices: async () => [service(looks < 4 ? both : [green])],
        listServiceDeployments: async () => [other, rollout("PENDING")],
        describeServiceDeployments: async (arns) => (arns[0] === "arn:sd" ? [script[looks++]!] : []),
      },
      stages,
    );
    expect(outcomes.map(({ failure }) => failure)).toEqual([undefined]);
    expect(stages).toEqual(["SCALE_UP", "BAKE_TIME", "CLEAN_UP"]);
  });

  it("tells of a pause, and of the next one, in rolling updates with hooks too", async () => {
    const hooks = { deploymentConfiguration: { lifecycleHooks: [{ targetType: "PAUSE" }] } };
    const rolling = service([{ ...green, rolloutState: "IN_PROGRESS" }], "ROLLING", hooks);
    const paused = (hookId: string) => rollout("IN_PROGRESS", { pauses: [{ hookId }] });
    const script = [rollout("IN_PROGRESS"), paused("one"), paused("one"), paused("two"), rollout("SUCCESSFUL")];
    let looks = 0;
    const told: (string | undefined)[] = [];
    const ecs = scriptedEcs(() => [], {
      describeServices: async () => [service([green], "ROLLING", hooks)],
      listServiceDeployments: async () => [rollout("PENDING")],
      describeServiceDeployments: async () => [script[looks++]!],
    });
    await waitForServices(ecs, "prod", [{ service: rolling }], fakeRuntime(), {
      hint: "",
      onEvent: () => undefined,
      onTask: () => undefined,
      onStage: (_, { pauses }) => told.push(pauses?.[0]?.hookId),
    });
    expect(told).toEqual(["one", "two", undefined]);
  });

  it("names the revision that ECS went back to, though it went there between two answers", async () => {
    let looks = 0;
    const outcomes = await wait({
      describeServices: async () => [service(looks++ === 0 ? both : [blue])],
      listServiceDeployments: async () => [rollout("PENDING")],
      describeServiceDeployments: async () => [rollout("ROLLBACK_SUCCESSFUL", { statusReason: "An alarm." })],
    });
    expect(outcomes.map(({ failure }) => failure)).toEqual(["An alarm; the service goes back to bert:1"]);
  });

  it("tells of checks that fail once, and again when the grace period is over", async () => {
    const startedAt = fakeRuntime().now();
    const told: string[] = [];
    const counts: (HealthCounts | undefined)[] = [];
    const healthAt = (look: number) => (look < 2 ? "UNKNOWN" : look < 8 ? "UNHEALTHY" : "HEALTHY");
    const rolling = (more: object) =>
      service([{ ...green, ...more }], "ROLLING", { healthCheckGracePeriodSeconds: 10 });
    const ecs = scriptedEcs((look) => [makeTask("a", { startedAt, healthStatus: healthAt(look) })], {
      describeServices: async () => [rolling({ rolloutState: ecs.asked.length < 9 ? "IN_PROGRESS" : "COMPLETED" })],
    });
    await waitForServices(ecs, "prod", [{ service: rolling({ rolloutState: "IN_PROGRESS" }) }], fakeRuntime(), {
      hint: "",
      onEvent: () => undefined,
      onTask: (_, { lastStatus }, health) => told.push(`${lastStatus} ${health}`),
      onPoll: (_, health) => void counts.push(health.get("bert")),
    });
    expect(told).toEqual(["RUNNING unknown", "RUNNING starting", "RUNNING unhealthy"]);
    expect(new Set(counts.map((each) => JSON.stringify(each)))).toEqual(
      new Set([
        undefined,
        '{"healthy":0,"starting":1,"unhealthy":0}',
        '{"healthy":0,"starting":0,"unhealthy":1}',
        '{"healthy":1,"starting":0,"unhealthy":0}',
      ]),
    );
  });

  it("goes on until every task has stopped that is to stop, and says at the end of its time that it is those", async () => {
    const old = (lastStatus: string) => makeTask("old", { desiredStatus: "STOPPED", lastStatus });
    const steady = service([{ ...deployment(2), rolloutState: "COMPLETED" }], "ROLLING");
    const waitFor = (stops: number, deadline?: number) => {
      const runtime = fakeRuntime();
      const ecs = scriptedEcs((look) => [makeTask("new"), old(look < stops ? "RUNNING" : "STOPPED")], {
        describeServices: async () => [steady],
      });
      const options = { hint: "", onEvent: () => undefined, onTask: () => undefined };
      return waitForServices(ecs, "prod", [{ service: steady }], runtime, {
        ...options,
        ...(deadline === undefined ? {} : { deadline: runtime.now() + deadline }),
      }).then(() => ecs.asked.length);
    };
    expect(await waitFor(4)).toBe(5);
    await expect(waitFor(1_000, 60_000)).rejects.toThrow("bert (1 task still stops) not steady after 1m");
  });

  it("does without, where the endpoint keeps none or the caller may not read them", async () => {
    for (const listServiceDeployments of [async () => undefined, denied]) {
      let looks = 0;
      const outcomes = await wait({
        describeServices: async () => [service(looks++ < 3 ? both : [green])],
        listServiceDeployments,
      });
      expect(outcomes.map(({ failure }) => failure)).toEqual([undefined]);
      expect(looks).toBe(4);
    }
  });
});

describe("the revision to go back to", () => {
  const revision = (arn: string) =>
    makeDefinition({ taskDefinitionArn: arn, family: "bert", revision: Number(arn.split(":").at(-1)) });
  const find = async (stable: readonly string[] | undefined, now: Service, stopping?: ServiceDeployment) =>
    (
      await findStableRevision(
        scriptedEcs(() => [], {
          stableDefinitions: async (_, __, except) => (except === undefined ? stable : stable?.slice(1)),
          describeTaskDefinition: async (arn) => revision(arn),
        }),
        "prod",
        now,
        stopping,
      )
    )?.revision;
  const failing = service([
    deployment(3, { rolloutState: "IN_PROGRESS" }),
    deployment(2, { status: "ACTIVE", rolloutState: "FAILED" }),
    deployment(1, { status: "ACTIVE", rolloutState: "COMPLETED" }),
  ]);

  it("is the last successful one with another definition", async () => {
    expect(await find(["arn:td/bert:3", "arn:td/bert:1"], service([deployment(3)]))).toBe(1);
    expect(await find(["arn:td/bert:1"], failing)).toBe(1);
    expect(await find(["arn:td/bert:3"], service([deployment(3)]))).toBeUndefined();
  });

  it("is the last successful one whatever its definition, where a deployment is stopped", async () => {
    // The first of them has succeeded since.
    const stable = ["arn:td/bert:3", "arn:td/bert:3", "arn:td/bert:1"];
    expect(await find(stable, service([deployment(3)]), rollout("IN_PROGRESS"))).toBe(3);
    expect(await find(["arn:td/bert:3", "arn:td/bert:1"], service([deployment(3)]), rollout("IN_PROGRESS"))).toBe(1);
  });

  it("is the completed one that is being replaced, or the one before, where there is no history", async () => {
    for (const none of [undefined, []]) {
      expect(await find(none, failing)).toBe(1);
      expect(await find(none, service([deployment(3, { rolloutState: "COMPLETED" })]))).toBe(2);
    }
  });
});

describe("a rolling update that may succeed early", () => {
  const deploymentConfiguration = {
    strategy: "ROLLING" as const,
    earlySuccessCriteria: { enable: true, healthyPercent: 50, sourceServiceRevisionCleanup: "DEFERRED" as const },
  };
  const begun = service([deployment(2, { rolloutState: "IN_PROGRESS", runningCount: 0 })], "ROLLING", {
    deploymentConfiguration,
    runningCount: 0,
  });
  const done = (rolloutState: "IN_PROGRESS" | "COMPLETED", more: Partial<Service> = {}) =>
    service([deployment(2, { rolloutState, runningCount: 1 }), { ...blue, status: "ACTIVE" }], "ROLLING", {
      deploymentConfiguration,
      runningCount: 1,
      pendingCount: 1,
      ...more,
    });

  it.each([
    [done("COMPLETED"), undefined, "steady"],
    [done("COMPLETED"), rollout("SUCCESSFUL"), "steady"],
    [done("IN_PROGRESS"), undefined, undefined],
    [done("COMPLETED"), rollout("IN_PROGRESS"), undefined],
  ])("is over when ECS says so, whatever still starts and stops: case %#", (now, known, verdict) => {
    expect(judgeDeployment(begun, now, known)).toBe(verdict);
  });

  it("waits for all its tasks where another service goes once it has taken its place, and without the criteria", () => {
    const tags = [{ key: "aiplat:replaces:old", value: "1" }];
    expect(judgeDeployment({ ...begun, tags }, done("COMPLETED", { tags }), undefined)).toBeUndefined();
    const plain = { strategy: "ROLLING" as const };
    const [from, to] = [begun, done("COMPLETED")].map((each) => ({ ...each, deploymentConfiguration: plain }));
    expect(judgeDeployment(from!, to!, undefined)).toBeUndefined();
  });
});
