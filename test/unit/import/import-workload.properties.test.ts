import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../support/depth.ts";
import { asService, importUnchanged } from "../../support/imports.ts";
import { arn, definition, few, label, positive, some, tags, word } from "../../support/random-definitions.ts";

const loadBalancers = few(
  fc.oneof(
    fc.record({
      targetGroupArn: word.map((name) => `arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/${name}/1`),
      containerName: word,
      containerPort: positive,
      advancedConfiguration: fc.constantFrom(undefined, {
        alternateTargetGroupArn: "arn:b",
        productionListenerRule: "arn:r",
        roleArn: "arn:r",
      }),
    }),
    fc.record({ loadBalancerName: word, containerName: word, containerPort: positive }),
  ),
  (each) => ("targetGroupArn" in each ? each.targetGroupArn : each.loadBalancerName),
);

const percentages = some({
  minimumHealthyPercent: fc.constantFrom(0, 50, 100),
  maximumPercent: fc.constantFrom(100, 150, 200),
});
const alarms = fc.constantFrom(
  { alarmNames: ["b", "a"], enable: true, rollback: true },
  { alarmNames: [], enable: false, rollback: false },
);
const hooks = [{ hookTargetArn: "arn:f", roleArn: "arn:r", lifecycleStages: ["POST_SCALE_UP", "PRE_SCALE_UP"] }];
const rolling = fc
  .tuple(
    percentages,
    some({
      strategy: fc.constant("ROLLING"),
      deploymentCircuitBreaker: fc.record({ enable: fc.boolean(), rollback: fc.boolean() }),
      alarms,
    }),
  )
  .map(([one, other]) => ({ ...one, ...other }));
const shifting = fc
  .tuple(
    percentages,
    fc.constantFrom(
      { strategy: "BLUE_GREEN" },
      { strategy: "LINEAR", linearConfiguration: { stepPercent: 20.5, stepBakeTimeInMinutes: 2 } },
      { strategy: "CANARY", canaryConfiguration: { canaryPercent: 5, canaryBakeTimeInMinutes: 10 } },
    ),
    some({ bakeTimeInMinutes: fc.integer({ min: 0, max: 9 }), lifecycleHooks: fc.constant(hooks), alarms }),
  )
  .map(([one, two, three]) => ({ ...one, ...two, ...three }));

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Service.html */
const settings = (awsvpc: boolean) =>
  fc
    .tuple(
      fc.oneof(
        fc.constant({ launchType: "EC2" }),
        fc.constant({}),
        few(
          fc.record({
            capacityProvider: word,
            weight: fc.integer({ min: 0, max: 9 }),
            base: fc.integer({ min: 0, max: 9 }),
          }),
          ({ capacityProvider }) => capacityProvider,
        ).map((capacityProviderStrategy) => ({ capacityProviderStrategy })),
      ),
      fc.record({
        desiredCount: fc.integer({ min: 0, max: 9 }),
        deploymentConfiguration: fc.oneof(rolling, shifting),
        daemon: fc.boolean(),
      }),
      fc.record({
        subnets: fc.uniqueArray(word, { minLength: 1, maxLength: 3 }),
        securityGroups: fc.uniqueArray(word, { maxLength: 2 }),
        assignPublicIp: fc.constantFrom("DISABLED", undefined),
      }),
      some({
        serviceName: label.map((name) => name.replace(/[./]/g, "_")),
        loadBalancers,
        serviceRegistries: few(
          fc.record({ registryArn: arn("servicediscovery"), containerName: word, containerPort: positive }),
          ({ registryArn }) => registryArn,
        ),
        placementConstraints: few(
          fc.constantFrom({ type: "distinctInstance" }, { type: "memberOf", expression: "attribute:a == b" }),
        ),
        placementStrategy: fc.uniqueArray(
          fc.constantFrom(
            { type: "spread", field: "attribute:ecs.availability-zone" },
            { type: "binpack", field: "memory" },
            { type: "random" },
          ),
        ),
        healthCheckGracePeriodSeconds: fc.integer({ min: 0, max: 600 }),
        enableExecuteCommand: fc.boolean(),
        enableECSManagedTags: fc.boolean(),
        propagateTags: fc.constantFrom("SERVICE", "TASK_DEFINITION", "NONE"),
        deploymentController: fc.constant({ type: "ECS" }),
        deployments: fc.constantFrom(
          [
            {
              id: "2",
              status: "PRIMARY",
              serviceConnectConfiguration: {
                enabled: true,
                namespace: "ml",
                services: [{ portName: "http", clientAliases: [{ port: 80, dnsName: "a" }] }],
              },
              volumeConfigurations: [{ name: "data", managedEBSVolume: { roleArn: "arn:r", sizeInGiB: 10 } }],
            },
            { id: "1", status: "ACTIVE" },
          ],
          [{ id: "3", status: "PRIMARY", serviceConnectConfiguration: { enabled: false } }],
        ),
        newServiceField: fc.constantFrom("x", { deep: [1] }),
        tags,
      }),
    )
    .map(([capacity, { desiredCount, deploymentConfiguration, daemon }, awsvpcConfiguration, rest]) => {
      const { maximumPercent = 200 } = deploymentConfiguration as { readonly maximumPercent?: number };
      // What ECS has: no strategy of a DAEMON, and no rebalancing over zones beside what excludes it.
      const { placementStrategy, ...others } = rest as {
        readonly placementStrategy?: readonly { readonly type: string }[];
      };
      const balanced =
        (placementStrategy?.[0]?.type ?? "spread") === "spread" &&
        !JSON.stringify(rest).includes("loadBalancerName") &&
        desiredCount % 2 === 0;
      return {
        ...others,
        ...(daemon || placementStrategy === undefined ? {} : { placementStrategy }),
        ...capacity,
        desiredCount,
        ...(daemon
          ? { schedulingStrategy: "DAEMON", deploymentConfiguration: { maximumPercent: 100, minimumHealthyPercent: 0 } }
          : { deploymentConfiguration }),
        ...(awsvpc ? { networkConfiguration: { awsvpcConfiguration } } : {}),
        availabilityZoneRebalancing: !daemon && maximumPercent > 100 && balanced ? "ENABLED" : "DISABLED",
      };
    });

/** In milliseconds: nothing here waits, but it computes for seconds, and ten times as long on a machine that is shared. */
const patience = 300_000;

describe("anything of the API's shape", { timeout: patience }, () => {
  it("is imported from a service, and plans to no change", () => {
    fc.assert(
      fc.property(
        definition.chain((registered) =>
          settings(registered.networkMode === "awsvpc").map((input) => ({
            registered,
            // ECS has no service with ECS Exec and without a role of the task.
            input: "taskRoleArn" in registered ? input : { ...input, enableExecuteCommand: false },
          })),
        ),
        ({ registered, input }) => {
          expect(
            importUnchanged({
              parts: [{ definition: registered, service: asService(registered, input) }],
              cluster: "prod",
            }).document,
          ).toMatchObject({ kind: "service", ecs: { cluster: "prod" } });
        },
      ),
      { numRuns: runs(250) },
    );
  });

  it("is imported from a task definition, and plans to a service more and no other change", () => {
    fc.assert(
      fc.property(
        definition.filter(({ networkMode }) => networkMode !== "awsvpc"),
        (registered) => {
          expect(
            importUnchanged({ parts: [{ definition: registered }], serviceName: "taken-over" }).document,
          ).toMatchObject({ replicas: 1, ecs: { service: { serviceName: "taken-over" } } });
        },
      ),
      { numRuns: runs(150) },
    );
  });
});
