import { describe, expect, it } from "vitest";
import { generateService } from "../../../src/core/ecs/service.ts";
import type { Service } from "../../../src/core/ecs-api/service.ts";
import {
  diffService,
  normalService,
  startsDeployment,
  unchangeable,
  updateInput,
} from "../../../src/core/ecs/service-form.ts";
import { Refusal } from "../../../src/core/base/problem.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { ecsOf } from "../../support/ecs.ts";

const targetGroup = "arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/bert/0123456789abcdef";

const via = (capacityProvider: string) => [{ capacityProvider, weight: 1 }];

function generate(changes: Partial<Workload> = {}, settings: object = {}) {
  const workload = ecsOf({
    name: "bert",
    kind: "service",
    image: "bert:1",
    accelerator: { instanceTypes: ["inf2.xlarge"] },
    replicas: 2,
    ...changes,
  } as Workload);
  return generateService(workload, workload.variants[0]!, {
    cluster: "prod",
    taskDefinition: "bert:3",
    desiredCount: 2,
    enableExecuteCommand: false,
    placementConstraints: [],
    ...settings,
  });
}

const raw = (service: object, changes: Partial<Workload> = {}) =>
  generate({ ...changes, ecs: { service: service as Record<string, unknown> } });
const codesOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return error.problems.map(({ code }) => code);
    throw error;
  }
  return [];
};

/** What ECS answers for `declared`: its own fields, its defaults, lists in another order. */
function live(declared: object, changes: object = {}): Service {
  return {
    serviceArn: "arn:aws:ecs:us-east-1:111122223333:service/prod/bert",
    clusterArn: "arn:aws:ecs:us-east-1:111122223333:cluster/prod",
    status: "ACTIVE",
    runningCount: 2,
    pendingCount: 0,
    deployments: [],
    events: [],
    roleArn: "arn:aws:iam::111122223333:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS",
    createdAt: 1,
    createdBy: "arn:aws:iam::111122223333:user/one",
    schedulingStrategy: "REPLICA",
    deploymentController: { type: "ECS" },
    serviceRegistries: [],
    loadBalancers: [],
    placementConstraints: [],
    placementStrategy: [],
    enableECSManagedTags: false,
    enableExecuteCommand: false,
    ...declared,
    ...changes,
  } as unknown as Service;
}

describe("the service of a workload", () => {
  it("says all that aiplat decides", () => {
    expect(generate()).toEqual({
      cluster: "prod",
      serviceName: "bert",
      taskDefinition: "bert:3",
      desiredCount: 2,
      launchType: "EC2",
      deploymentConfiguration: {
        maximumPercent: 200,
        minimumHealthyPercent: 100,
        deploymentCircuitBreaker: { enable: true, rollback: true },
      },
      propagateTags: "SERVICE",
      availabilityZoneRebalancing: "ENABLED",
      tags: [
        { key: "aiplat:workload", value: "bert" },
        { key: "aiplat:slot", value: "n0-0" },
      ],
    });
  });

  it("has the load balancer, its grace period, the provider and the command access that were asked for", () => {
    const service = generate(
      {
        health: { path: "/ping", port: 8080, startSeconds: 120 },
        ports: [{ container: 8080 }],
        roles: { task: "arn:aws:iam::111122223333:role/task" },
        ecs: { loadBalancer: { targetGroup, port: 8080 } },
      },
      { capacityProviderStrategy: via("inf2"), enableExecuteCommand: true },
    );
    expect(service).toMatchObject({
      loadBalancers: [{ targetGroupArn: targetGroup, containerName: "bert", containerPort: 8080 }],
      healthCheckGracePeriodSeconds: 120,
      capacityProviderStrategy: [{ capacityProvider: "inf2", weight: 1 }],
      enableExecuteCommand: true,
    });
    expect(service).not.toHaveProperty("launchType");
  });

  it("is refused command access without a role of the task, by the flag and by a raw field", () => {
    expect(codesOf(() => generate({}, { enableExecuteCommand: true }))).toEqual(["exec-without-role"]);
    expect(codesOf(() => raw({ enableExecuteCommand: true }))).toEqual(["exec-without-role"]);
    expect(codesOf(() => raw({ enableExecuteCommand: false }))).toEqual([]);
  });

  it("keeps rebalancing off where a task cannot start before another stops", () => {
    expect(
      raw({ deploymentConfiguration: { minimumHealthyPercent: 0, maximumPercent: 100 } })[
        "availabilityZoneRebalancing"
      ],
    ).toBe("DISABLED");
    expect(raw({ deploymentConfiguration: { maximumPercent: 101 } })["availabilityZoneRebalancing"]).toBe("ENABLED");
    expect(raw({ availabilityZoneRebalancing: "DISABLED" })["availabilityZoneRebalancing"]).toBe("DISABLED");
    expect(
      codesOf(() => raw({ availabilityZoneRebalancing: "ENABLED", deploymentConfiguration: { maximumPercent: 100 } })),
    ).toEqual(["zone-rebalancing"]);
  });

  it("has no more constraints, with those of its definition and of machines left out, than ECS takes", () => {
    const constraints = Array.from({ length: 9 }, (_, index) => `attribute:a == ${index}`);
    const away = { type: "memberOf", expression: "ec2InstanceId not_in [i-1]" };
    const made = (...placementConstraints: (typeof away)[]) =>
      generate({ ecs: { placement: { constraints } } }, { placementConstraints });
    expect(codesOf(() => made())).toEqual([]);
    expect(codesOf(() => made(away))).toEqual(["placement-constraint-limit"]);
  });

  const zone = "attribute:ecs.availability-zone";
  const inZone = `${zone} == us-east-1a`;

  it.each<[what: string, workload: Partial<Workload>, expected: "ENABLED" | "DISABLED"]>([
    ["spread over the zones", { ecs: { placement: { strategy: [{ type: "spread", field: zone }] } } }, "ENABLED"],
    [
      "the zones first, then binpack",
      {
        ecs: {
          placement: {
            strategy: [
              { type: "spread", field: zone },
              { type: "binpack", field: "cpu" },
            ],
          },
        },
      },
      "ENABLED",
    ],
    ["binpack", { ecs: { placement: { strategy: [{ type: "binpack", field: "memory" }] } } }, "DISABLED"],
    ["random", { ecs: { placement: { strategy: [{ type: "random" }] } } }, "DISABLED"],
    [
      "spread over instances",
      { ecs: { service: { placementStrategy: [{ type: "spread", field: "host" }] } } },
      "DISABLED",
    ],
    ["another attribute", { ecs: { placement: { constraints: ["attribute:stack == prod"] } } }, "ENABLED"],
    ["a zone, in words", { ecs: { placement: { constraints: [inZone] } } }, "DISABLED"],
    ["a zone", { ecs: { service: { placementConstraints: [{ type: "memberOf", expression: inZone }] } } }, "DISABLED"],
    ["a Classic Load Balancer", { ecs: { service: { loadBalancers: [{ loadBalancerName: "old" }] } } }, "DISABLED"],
    ["a target group", { ecs: { service: { loadBalancers: [{ targetGroupArn: "arn:tg" }] } } }, "ENABLED"],
  ])("rebalances over zones only as ECS does: %s", (_, workload, expected) => {
    expect(generate(workload)["availabilityZoneRebalancing"]).toBe(expected);
    const { placement, service } = workload.ecs!;
    const asked = () =>
      generate({
        ecs: {
          ...(placement === undefined ? {} : { placement }),
          service: { ...service, availabilityZoneRebalancing: "ENABLED" },
        },
      });
    // Of the definition's constraints AWS says nothing.
    const refused = expected === "DISABLED" && placement?.constraints === undefined;
    expect(codesOf(asked)).toEqual(refused ? ["zone-rebalancing"] : []);
  });

  it("merges raw fields last: deep, with null to delete, and drops none", () => {
    const service = raw({
      deploymentConfiguration: { alarms: { alarmNames: ["a"], enable: true, rollback: true } },
      propagateTags: null,
      placementStrategy: [{ type: "binpack", field: "memory" }],
      newFieldOfEcs: { deep: [1] },
      desiredCount: null,
    });
    expect(service).toMatchObject({
      deploymentConfiguration: { maximumPercent: 200, alarms: { alarmNames: ["a"] } },
      placementStrategy: [{ type: "binpack", field: "memory" }],
      newFieldOfEcs: { deep: [1] },
    });
    expect(service).not.toHaveProperty("propagateTags");
    expect(service).not.toHaveProperty("desiredCount");
  });

  describe("placement", () => {
    const away = { type: "memberOf", expression: "ec2InstanceId not_in [i-1]" };
    const prod = { type: "memberOf", expression: "attribute:stack == prod" };
    const distinct = { type: "distinctInstance" };
    const awsvpc = { networkMode: "awsvpc" } as const;

    it.each<[what: string, service: Record<string, unknown>, added: readonly object[]]>([
      ["constraints stand after aiplat's own", { placementConstraints: [prod] }, [prod]],
      ["the same constraint stands there once", { placementConstraints: [distinct, prod, away] }, [prod]],
      ["null deletes none of aiplat's", { placementConstraints: null }, []],
      ["an empty list replaces none of aiplat's", { placementConstraints: [] }, []],
    ])("of raw fields: %s", (_, service, added) => {
      const generated = generate({ ecs: { ...awsvpc, service } }, { placementConstraints: [away] });
      expect(generated.placementConstraints).toEqual([distinct, away, ...added]);
      const bridge = generate({ ecs: { service } }, { placementConstraints: [away] });
      expect(bridge.placementConstraints).toEqual([
        away,
        ...((service["placementConstraints"] ?? []) as readonly object[]).filter(
          (each) => JSON.stringify(each) !== JSON.stringify(away),
        ),
      ]);
    });

    it("of raw fields stands alone where aiplat has no constraint", () => {
      expect(raw({ placementConstraints: [prod] }).placementConstraints).toEqual([prod]);
      expect(raw({ placementConstraints: null })).not.toHaveProperty("placementConstraints");
      expect(generate()).not.toHaveProperty("placementConstraints");
    });

    it("has the strategy of the file, and the raw one in its place", () => {
      const strategy = [
        { type: "spread" as const, field: "attribute:ecs.availability-zone" },
        { type: "random" as const },
      ];
      const placement = { constraints: ["attribute:stack == prod"], strategy };
      expect(generate({ ecs: { placement } })).toMatchObject({ placementStrategy: strategy });
      // Constraints of the file are the task definition's, and hold for every task of it.
      expect(generate({ ecs: { placement } })).not.toHaveProperty("placementConstraints");
      expect(
        generate({ ecs: { placement, service: { placementStrategy: [{ type: "binpack", field: "memory" }] } } }),
      ).toMatchObject({ placementStrategy: [{ type: "binpack", field: "memory" }] });
      expect(generate()).not.toHaveProperty("placementStrategy");
    });

    it("is compared with what is live", () => {
      const declared = generate({ ecs: { ...awsvpc, service: { placementConstraints: [prod] } } });
      expect(diffService(declared, live(declared))).toEqual([]);
      const replaced = live(declared, { placementConstraints: [prod] });
      const changes = diffService(declared, replaced);
      expect(changes.map(({ path }) => path)).toEqual(["placementConstraints"]);
      expect(updateInput(declared, replaced, changes)).toMatchObject({ placementConstraints: [distinct, prod] });
    });
  });

  it("has the circuit breaker for rolling updates only", () => {
    expect(
      raw({ deploymentConfiguration: { strategy: "CANARY", canaryConfiguration: { canaryPercent: 10 } } })
        .deploymentConfiguration,
    ).toMatchObject({
      strategy: "CANARY",
      canaryConfiguration: { canaryPercent: 10 },
      deploymentCircuitBreaker: { enable: false, rollback: false },
    });
    expect(
      codesOf(() =>
        raw({
          deploymentConfiguration: {
            strategy: "BLUE_GREEN",
            bakeTimeInMinutes: 0,
            deploymentCircuitBreaker: { enable: true, rollback: true },
          },
        }),
      ),
    ).toEqual(["breaker-not-rolling"]);
  });

  it("has a bake time for blue/green", () => {
    expect(codesOf(() => raw({ deploymentConfiguration: { strategy: "BLUE_GREEN" } }))).toEqual([
      "blue-green-bake-time",
    ]);
    expect(codesOf(() => raw({ deploymentConfiguration: { strategy: "CANARY" } }))).toEqual([]);
  });

  it("lets the user's capacity win over the generated one", () => {
    expect(raw({ capacityProviderStrategy: [{ capacityProvider: "own" }] })).not.toHaveProperty("launchType");
  });

  it.each([
    [{ taskDefinition: "x" }, "service-task-definition"],
    [{ desiredCount: 3 }, "service-desired-count"],
    [{ cluster: "x" }, "service-cluster"],
    [{ launchType: "FARGATE" }, "service-fargate"],
    [{ deploymentController: { type: "CODE_DEPLOY" } }, "service-controller"],
  ])("refuses %j", (service, code) => {
    expect(codesOf(() => raw(service))).toEqual([code]);
  });

  it.each([
    [{ deploymentConfiguration: { strategy: "BLUE_GREEN", bakeTimeInMinutes: 5 } }, "slots-strategy"],
    [{ serviceConnectConfiguration: { enabled: true } }, "slots-service-connect"],
    [{ serviceName: "x" }, "slots-service-name"],
    [{ schedulingStrategy: "DAEMON" }, "slots-daemon"],
  ])("refuses %j on slots, and takes it on whole instances", (service, code) => {
    expect(
      codesOf(() => raw(service, { accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 1 } })),
    ).toEqual([code]);
    expect(codesOf(() => raw(service))).toEqual([]);
  });
});

describe("the difference of services", () => {
  const declared = generate({ ports: [{ container: 8080 }], ecs: { loadBalancer: { targetGroup, port: 8080 } } });

  it("is none between what is sent and what ECS answers", () => {
    expect(diffService(declared, live(declared))).toEqual([]);
    expect(normalService(live(declared))).toEqual(normalService(declared));
  });

  it("ignores what was not declared and aiplat never writes", () => {
    expect(
      diffService(
        declared,
        live(declared, {
          placementStrategy: [{ type: "spread", field: "host" }],
          serviceRegistries: [{ registryArn: "arn:x" }],
          platformVersion: "1.4.0",
          newField: { a: 1 },
        }),
      ),
    ).toEqual([]);
  });

  it("names exactly the field that changed, and sends it alone", () => {
    const changes = diffService({ ...declared, desiredCount: 5 }, live(declared));
    expect(changes).toEqual([{ path: "desiredCount", kind: "changed", before: 2, after: 5 }]);
    expect(updateInput({ ...declared, desiredCount: 5 }, live(declared), changes)).toEqual({
      cluster: "prod",
      service: "bert",
      desiredCount: 5,
    });
    expect(startsDeployment(changes, false)).toBe(false);
  });

  it("keeps what only the live service has within an object that changes", () => {
    const before = live(declared, {
      deploymentConfiguration: {
        ...declared.deploymentConfiguration,
        alarms: { alarmNames: ["a"], enable: true, rollback: false },
      },
    });
    const after = {
      ...declared,
      deploymentConfiguration: { ...declared.deploymentConfiguration, minimumHealthyPercent: 50 },
    };
    expect(updateInput(after, before, diffService(after, before))).toMatchObject({
      deploymentConfiguration: { minimumHealthyPercent: 50, maximumPercent: 200, alarms: { alarmNames: ["a"] } },
    });
  });

  it("takes away what aiplat could have written and is gone", () => {
    const without = generate();
    const before = live(declared, { placementConstraints: [{ type: "distinctInstance" }], enableExecuteCommand: true });
    const changes = diffService(without, before);
    expect(changes.map(({ path, kind }) => [path, kind])).toEqual([
      ["enableExecuteCommand", "removed"],
      [`loadBalancers[${targetGroup}]`, "removed"],
      ["placementConstraints", "removed"],
    ]);
    expect(updateInput(without, before, changes)).toEqual({
      cluster: "prod",
      service: "bert",
      enableExecuteCommand: false,
      loadBalancers: [],
      placementConstraints: [],
    });
    expect(startsDeployment(changes, false)).toBe(true);
  });

  it("says to UpdateService what stands for nothing: what is left out would stay", () => {
    const awsvpc = (network: object) =>
      ({ ...generate(), networkConfiguration: { awsvpcConfiguration: network } }) as ReturnType<typeof generate>;
    const before = live(awsvpc({ subnets: ["a"], securityGroups: ["sg"], assignPublicIp: "ENABLED" }), {
      propagateTags: "SERVICE",
      healthCheckGracePeriodSeconds: 30,
    });
    const after = { ...awsvpc({ subnets: ["a"] }), propagateTags: undefined } as unknown as ReturnType<typeof generate>;
    const update = updateInput(after, before, diffService(after, before))!;
    expect(update).toEqual({
      cluster: "prod",
      service: "bert",
      networkConfiguration: { awsvpcConfiguration: { subnets: ["a"], securityGroups: [], assignPublicIp: "DISABLED" } },
      propagateTags: "NONE",
      healthCheckGracePeriodSeconds: 0,
    });
    expect(diffService(after, { ...before, ...update })).toEqual([]);
  });

  it("cannot take a network configuration away, and can change it", () => {
    const awsvpc = (subnet: string) =>
      ({ ...generate(), networkConfiguration: { awsvpcConfiguration: { subnets: [subnet] } } }) as ReturnType<
        typeof generate
      >;
    expect(unchangeable(diffService(generate(), live(awsvpc("a"))))).toMatchObject([
      { path: "networkConfiguration", kind: "removed" },
    ]);
    expect(unchangeable(diffService(awsvpc("b"), live(awsvpc("a"))))).toEqual([]);
    expect(unchangeable(diffService(awsvpc("a"), live(generate())))).toEqual([]);
  });

  it("replaces tasks for exactly the fields of which UpdateService says so, and for capacity providers by force", () => {
    const starting = [
      "taskDefinition",
      "networkConfiguration.awsvpcConfiguration.subnets",
      "loadBalancers[arn:x]",
      "serviceRegistries",
      "serviceConnectConfiguration.enabled",
      "volumeConfigurations",
      "vpcLatticeConfigurations",
      "platformVersion",
      "capacityProviderStrategy",
    ];
    const others = [
      "desiredCount",
      "deploymentConfiguration.strategy",
      "placementConstraints",
      "placementStrategy",
      "enableExecuteCommand",
      "enableECSManagedTags",
      "propagateTags",
      "healthCheckGracePeriodSeconds",
      "availabilityZoneRebalancing",
      "tags[a]",
    ];
    expect(
      [...starting, ...others].filter((path) =>
        startsDeployment([{ path, kind: "changed", before: 1, after: 2 }], false),
      ),
    ).toEqual(starting);
    expect(startsDeployment([], true)).toBe(true);
  });

  it("leaves the count to autoscaling where desiredCount is null", () => {
    expect(diffService(raw({ desiredCount: null }), live(generate(), { desiredCount: 9 }))).toEqual([]);
  });

  it("cannot change a launch type, and moves to a capacity provider with a forced deployment", () => {
    const own = generate({}, { capacityProviderStrategy: via("inf2") });
    expect(unchangeable(diffService(generate(), live(own)))).toMatchObject([{ path: "launchType", kind: "added" }]);
    const changes = diffService(own, live(generate()));
    expect(unchangeable(changes)).toEqual([]);
    expect(updateInput(own, live(generate()), changes)).toEqual({
      cluster: "prod",
      service: "bert",
      capacityProviderStrategy: [{ capacityProvider: "inf2", weight: 1 }],
      forceNewDeployment: true,
    });
  });

  it("reads Service Connect where DescribeServices shows it", () => {
    const connected = { ...declared, serviceConnectConfiguration: { enabled: true, namespace: "ml" } };
    const answered = live(declared, {
      deployments: [{ id: "1", status: "PRIMARY", serviceConnectConfiguration: { enabled: true, namespace: "ml" } }],
    });
    expect(diffService(connected, answered)).toEqual([]);
  });
});
