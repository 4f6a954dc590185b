import { describe, expect, it } from "vitest";
import type { RegisteredTaskDefinition } from "../../../src/core/ecs-api/api.ts";
import type { Service } from "../../../src/core/ecs-api/service.ts";
import { planRollback, type RollbackInput } from "../../../src/core/plan/plan-rollback.ts";
import { replacementIn } from "../../../src/core/plan/replacement.ts";
import { aDefinition } from "../../support/cluster.ts";

const revision = (family: string, number: number, image = `image:${number}`): RegisteredTaskDefinition =>
  aDefinition(family, { image }, { revision: number, taskDefinitionArn: `arn:task-definition/${family}:${number}` });
const service = (name: string, number: number, createdAt: number, replaces: readonly string[] = []): Service => ({
  serviceArn: `arn:${name}`,
  serviceName: name,
  status: "ACTIVE",
  desiredCount: 2,
  runningCount: 2,
  pendingCount: 0,
  taskDefinition: `arn:task-definition/${name}:${number}`,
  deployments: [{ id: "d", status: "PRIMARY", taskDefinition: "", desiredCount: 2, pendingCount: 0, runningCount: 2 }],
  events: [],
  createdAt,
  tags: replaces.map((key) => ({ key: `aiplat:replaces:${key}`, value: `2 x ${key}:7` })),
});
const wayOf = (each: Service, number: number, back?: number) => ({
  service: each,
  running: revision(each.serviceName, number),
  ...(back === undefined ? {} : { back: revision(each.serviceName, back) }),
});
const plan = (input: Partial<Omit<RollbackInput, "replacement">>, services: readonly Service[] = []) => {
  const replacement = replacementIn(services);
  return planRollback({
    workload: "w",
    cluster: "prod",
    rollbackTargets: [],
    rollouts: new Map(),
    named: false,
    ...(replacement === undefined ? {} : { replacement }),
    ...input,
  });
};
const lines = ({ plan: { steps } }: ReturnType<typeof plan>) =>
  steps.map(({ action, service: name }) => `${action} ${name}`);

describe("the way back", () => {
  it("is the revision before, and nothing where a service runs that already", () => {
    const [one, two] = [service("one", 3, 1), service("two", 2, 1)];
    const {
      plan: { inputs, steps },
      stuck,
    } = plan({ rollbackTargets: [wayOf(one, 3, 2), wayOf(two, 2, 2)] });
    expect(inputs).toMatchObject({ workload: "w", cluster: "prod", replicas: 4 });
    expect(steps).toMatchObject([
      {
        action: "update",
        update: { cluster: "prod", service: "one", taskDefinition: "arn:task-definition/one:2" },
        why: "back from one:3 to one:2",
      },
      { action: "keep", why: "it runs two:2" },
    ]);
    expect([steps.map(({ deployment }) => deployment?.service), stuck]).toEqual([["one", undefined], []]);
  });

  it("is none for a service without an earlier revision, or with one that is no longer active", () => {
    const [one, two] = [service("one", 1, 1), service("two", 2, 1)];
    const gone = { ...wayOf(two, 2), back: { ...revision("two", 1), status: "INACTIVE" } };
    expect(plan({ rollbackTargets: [wayOf(one, 1), gone] }).stuck).toEqual([one, two]);
  });

  it("of a replacement under way takes away what it made, leaves the old as it is, and takes the others back", () => {
    const [old, made, other] = [service("old", 7, 1), service("new", 1, 2, ["old"]), service("other", 4, 1)];
    const rollbackTargets = [wayOf(old, 7, 6), wayOf(other, 4, 3)];
    const back = plan({ rollbackTargets }, [old, made, other]);
    expect(lines(back)).toEqual(["delete new", "keep old", "update other"]);
    expect(back.plan.steps[0]!.why).toBe("it was made in place of old, which still lives");
    // A revision that the user names is meant for the old one too.
    expect(lines(plan({ rollbackTargets, named: true }, [old, made, other]))).toEqual([
      "delete new",
      "update old",
      "update other",
    ]);
  });

  it("knows the new from the old by when they were made, since names come back", () => {
    const [old, made] = [service("old", 7, 1, ["new"]), service("new", 1, 2, ["old"])];
    expect(lines(plan({ rollbackTargets: [wayOf(old, 7, 6)] }, [old, made]))).toEqual(["delete new", "keep old"]);
  });

  it("is ECS's where a deployment is under way", () => {
    const one = service("one", 3, 1);
    const rollout = { arn: "arn:deployment", revisionArn: "r", status: "IN_PROGRESS", createdAt: 1 };
    const { steps } = plan({ rollbackTargets: [wayOf(one, 3, 2)], rollouts: new Map([["one", rollout]]) }).plan;
    // The update is for where it succeeds before it can be stopped.
    const update = { cluster: "prod", service: "one", taskDefinition: wayOf(one, 3, 2).back!.taskDefinitionArn };
    expect(steps).toMatchObject([{ action: "update", rollback: "arn:deployment", update }]);
    expect(steps[0]!.deployment).toBeUndefined();
    const same = plan({ rollbackTargets: [wayOf(one, 3, 3)], rollouts: new Map([["one", rollout]]) }).plan;
    expect(same.steps[0]).toMatchObject({ action: "update", rollback: "arn:deployment" });
    expect(same.steps[0]!.update).toBeUndefined();
  });

  it("is none to a volume of which the service says nothing, but where ECS itself goes back", () => {
    const configured = (...names: readonly string[]) => {
      const volumeConfigurations = names.map((name) => ({ name }));
      const one = service("one", 3, 1);
      return { ...one, deployments: [{ ...one.deployments[0]!, volumeConfigurations }] };
    };
    const to = (one: Service, volume?: string, status?: string) => {
      const volumes = volume === undefined ? [] : [{ name: volume, configuredAtLaunch: true }];
      const rollout = { arn: "arn:deployment", revisionArn: "r", status: String(status), createdAt: 1 };
      return plan({
        rollbackTargets: [{ ...wayOf(one, 3), back: { ...revision("one", 2), volumes } }],
        rollouts: new Map(status === undefined ? [] : [["one", rollout]]),
      });
    };
    expect(to(configured("data"), "data").unsaidVolumes).toEqual([]);
    expect(to(configured("data"), "data").plan.steps[0]!.update).not.toHaveProperty("volumeConfigurations");
    expect(to(configured("data")).plan.steps[0]!.update).toMatchObject({ volumeConfigurations: [] });
    expect(to(configured(), "data").unsaidVolumes).toEqual([{ service: "one", revision: "one:2", volume: "data" }]);
    expect(to(configured("other"), "data").unsaidVolumes).toHaveLength(1);
    expect(to(configured(), "data", "IN_PROGRESS").unsaidVolumes).toEqual([]);
  });
});
