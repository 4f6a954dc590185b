import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createEcs } from "../../src/aws/ecs.ts";
import { simulateDeployments } from "../../src/core/deployment/simulate-deployment.ts";
import { observeCluster } from "../../src/operations/observe-cluster.ts";
import { runs } from "../support/depth.ts";
import { startTestSandbox } from "../support/sandbox.ts";

/** How long a deployment may take: each task counts as healthy 40 seconds after it runs. */
const patienceSeconds = 400;

const cases = fc
  .record({
    instances: fc.integer({ min: 1, max: 4 }),
    desired: fc.integer({ min: 1, max: 4 }),
    after: fc.integer({ min: 1, max: 4 }),
    minimum: fc.constantFrom(0, 25, 33, 34, 50, 51, 66, 67, 75, 99, 100),
    maximum: fc.constantFrom(100, 125, 133, 134, 149, 150, 199, 200),
    whole: fc.boolean(),
  })
  .filter(({ instances, desired, minimum, maximum }) => minimum < maximum && desired <= instances);

/** Long enough for every stage: no bake times, a second for each of the others. */
const strategyCases = fc
  .record({
    instances: fc.integer({ min: 1, max: 5 }),
    before: fc.integer({ min: 1, max: 3 }),
    after: fc.integer({ min: 1, max: 3 }),
    minimum: fc.constantFrom(0, 50, 100),
    whole: fc.boolean(),
    configuration: fc.constantFrom(
      { strategy: "BLUE_GREEN", bakeTimeInMinutes: 0 },
      { strategy: "LINEAR", bakeTimeInMinutes: 0, linearConfiguration: { stepPercent: 50, stepBakeTimeInMinutes: 1 } },
      {
        strategy: "CANARY",
        bakeTimeInMinutes: 0,
        canaryConfiguration: { canaryPercent: 5, canaryBakeTimeInMinutes: 1 },
      },
    ),
  })
  .filter(({ instances, before }) => before <= instances);

describe("the rollout guard beside a sandbox", () => {
  it("says of blue/green, linear and canary deployments that they stall exactly where they do: beside all the old tasks", async () => {
    const seen = { finished: 0, stalled: 0 };
    await fc.assert(
      fc.asyncProperty(strategyCases, async ({ instances, before, after, minimum, whole, configuration }) => {
        const box = await startTestSandbox({ fleet: [{ instanceType: "inf2.xlarge", count: instances }] });
        try {
          const port = createEcs(
            {
              region: "us-east-1",
              credentials: { accessKeyId: "x", secretAccessKey: "x" },
              endpoints: { ecs: box.sandbox.url },
            },
            new AbortController().signal,
          );
          const container = whole
            ? { portMappings: [{ containerPort: 28_700, hostPort: 28_700, protocol: "udp" }] }
            : { memory: 5_000 };
          const deploymentConfiguration = { ...configuration, minimumHealthyPercent: minimum, maximumPercent: 200 };
          await box.ecs("CreateService", {
            serviceName: "bert",
            taskDefinition: await box.register("bert", container),
            desiredCount: before,
            deploymentConfiguration,
            availabilityZoneRebalancing: "DISABLED",
          });
          box.step(100);
          const second = await box.register("bert", { ...container, image: "busybox:2" });
          const snapshot = await observeCluster(port, "default", 0);
          const definition = (await port.describeTaskDefinition(second))!;
          const { finishes, started } = simulateDeployments(snapshot, [
            {
              service: "bert",
              definition,
              desired: after,
              settings: {
                strategy: configuration.strategy,
                minimumHealthyPercent: minimum,
                maximumPercent: 200,
                daemon: false,
              },
              newDeployment: true,
            },
          ])[0]!;
          await box.ecs("UpdateService", { service: "bert", taskDefinition: second, desiredCount: after });
          box.step(patienceSeconds);
          const { deployments, runningCount } = (await box.ecs("DescribeServices", { services: ["bert"] })).services[0];
          const done = deployments.length === 1 && runningCount === after;
          seen[done ? "finished" : "stalled"]++;
          expect(finishes).toBe(done);
          // Where it stalls the new tasks that found room wait beside all the old ones.
          if (!done)
            expect(deployments.map((each: { readonly runningCount: number }) => each.runningCount)).toEqual([
              started,
              before,
            ]);
        } finally {
          await box.sandbox.close();
        }
      }),
      { numRuns: runs(40), seed: 11 },
    );
    expect(Math.min(seen.finished, seen.stalled)).toBeGreaterThan(runs(40) / 8);
  }, 120_000);

  it("says that a deployment stalls exactly where it does", async () => {
    const seen = { finished: 0, stalled: 0 };
    await fc.assert(
      fc.asyncProperty(cases, async ({ instances, desired, after, minimum, maximum, whole }) => {
        const box = await startTestSandbox({ fleet: [{ instanceType: "inf2.xlarge", count: instances }] });
        try {
          const port = createEcs(
            {
              region: "us-east-1",
              credentials: { accessKeyId: "x", secretAccessKey: "x" },
              endpoints: { ecs: box.sandbox.url },
            },
            new AbortController().signal,
          );
          const container = whole
            ? {
                portMappings: [{ containerPort: 28_700, hostPort: 28_700, protocol: "udp" }],
                linuxParameters: { devices: [{ hostPath: "/dev/neuron0" }] },
              }
            : { memory: 5_000 };
          const first = await box.register("bert", container);
          const deploymentConfiguration = { minimumHealthyPercent: minimum, maximumPercent: maximum };
          await box.ecs("CreateService", {
            serviceName: "bert",
            taskDefinition: first,
            desiredCount: desired,
            deploymentConfiguration: { minimumHealthyPercent: 0, maximumPercent: 200 },
            availabilityZoneRebalancing: "DISABLED",
          });
          box.step(100);
          const second = await box.register("bert", { ...container, image: "busybox:2" });
          const snapshot = await observeCluster(port, "default", 0);
          const definition = (await port.describeTaskDefinition(second))!;
          const { finishes } = simulateDeployments(snapshot, [
            {
              service: "bert",
              definition,
              desired: after,
              settings: { strategy: "ROLLING", minimumHealthyPercent: minimum, maximumPercent: maximum, daemon: false },
              newDeployment: true,
            },
          ])[0]!;
          await box.ecs("UpdateService", {
            service: "bert",
            taskDefinition: second,
            desiredCount: after,
            deploymentConfiguration,
          });
          box.step(patienceSeconds);
          const { deployments, runningCount } = (await box.ecs("DescribeServices", { services: ["bert"] })).services[0];
          const done = deployments.length === 1 && runningCount === after;
          seen[done ? "finished" : "stalled"]++;
          expect(finishes).toBe(done);
        } finally {
          await box.sandbox.close();
        }
      }),
      { numRuns: runs(60), seed: 7 },
    );
    // Both happen, or the comparison would say nothing.
    expect(Math.min(seen.finished, seen.stalled)).toBeGreaterThan(runs(60) / 12);
  }, 120_000);
});
