import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { lowerLimit, upperLimit } from "../../../../src/core/ecs-api/deployment-limits.ts";
import { breakerThreshold } from "../../../../src/core/ecs-api/deployment-limits.ts";
import { nextMoves } from "../../../../src/sandbox/model/deployment-arithmetic.ts";
import { startTestSandbox, type Json, type TestSandbox, type TestSandboxOptions } from "../../../support/sandbox.ts";

let box: TestSandbox;

async function start(options: TestSandboxOptions = {}): Promise<void> {
  box = await startTestSandbox({ fleet: [{ instanceType: "inf2.24xlarge", count: 3 }], ...options });
}

afterEach(() => box?.sandbox.close());

async function serviceNow(name = "web"): Promise<Json> {
  return (await box.ecs("DescribeServices", { services: [name] })).services[0];
}

async function texts(name = "web"): Promise<readonly string[]> {
  return (await serviceNow(name)).events.map(({ message }: Json) => message);
}

const broken = { command: ["sh", "-c", "exit 1"] };
const lock = { portMappings: [{ containerPort: 28_700, hostPort: 28_700, protocol: "udp" }] };

describe("a service", () => {
  it("starts its tasks, counts them healthy 40 seconds after RUNNING, and says that it is steady", async () => {
    await start();
    await box.register("web");
    await box.ecs("CreateService", { serviceName: "web", taskDefinition: "web", desiredCount: 2 });
    box.step(3);
    expect(await serviceNow()).toMatchObject({
      runningCount: 2,
      pendingCount: 0,
      deployments: [{ rolloutState: "IN_PROGRESS" }],
    });
    box.step(30);
    expect((await serviceNow()).deployments[0].rolloutState).toBe("IN_PROGRESS");
    box.step(15);
    expect((await serviceNow()).deployments).toMatchObject([
      { rolloutState: "COMPLETED", status: "PRIMARY", runningCount: 2 },
    ]);
    const all = await texts();
    expect(all[0]).toBe("(service web) has reached a steady state.");
    expect(all[1]).toMatch(/^\(service web\) \(deployment ecs-svc\/\d{19}\) deployment completed\.$/);
    expect(all[2]).toMatch(/^\(service web\) has started 2 tasks: \(task [0-9a-f]{32}\) \(task [0-9a-f]{32}\)\.$/);
  });

  it.each<[what: string, input: object, expected: string]>([
    ["nothing", {}, "ENABLED"],
    ["at most 100 percent", { deploymentConfiguration: { minimumHealthyPercent: 0, maximumPercent: 100 } }, "DISABLED"],
    ["binpack", { placementStrategy: [{ type: "binpack", field: "cpu" }] }, "DISABLED"],
    [
      "the zones first",
      { placementStrategy: [{ type: "spread", field: "attribute:ecs.availability-zone" }] },
      "ENABLED",
    ],
    [
      "one zone",
      { placementConstraints: [{ type: "memberOf", expression: "attribute:ecs.availability-zone == us-east-1a" }] },
      "DISABLED",
    ],
    ["a DAEMON", { schedulingStrategy: "DAEMON" }, "DISABLED"],
  ])("that does not say has its zones rebalanced where that can be: %s", async (_, input, expected) => {
    await start();
    await box.register("web");
    const desiredCount = "schedulingStrategy" in input ? {} : { desiredCount: 0 };
    await box.ecs("CreateService", { serviceName: "web", taskDefinition: "web", ...desiredCount, ...input });
    expect((await serviceNow()).availabilityZoneRebalancing).toBe(expected);
  });

  // https://github.com/terraform-aws-modules/terraform-aws-ecs/issues/89
  it("takes a load balancer on a port of one mapping alone", async () => {
    await start();
    await box.register("dns", { portMappings: [{ containerPort: 53 }, { containerPort: 53, protocol: "udp" }] });
    const service = { serviceName: "dns", taskDefinition: "dns", desiredCount: 0 };
    const { containerDefinitions } = (await box.ecs("DescribeTaskDefinition", { taskDefinition: "dns" }))
      .taskDefinition;
    const { name } = containerDefinitions[0];
    const targetGroupArn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/dns/0123456789abcdef";
    const loadBalancers = [{ targetGroupArn, containerName: name, containerPort: 53 }];
    await expect(box.ecs("CreateService", { ...service, loadBalancers })).rejects.toThrow(
      `Container port 53 is used in more than one port mapping for container ${name}`,
    );
    await box.ecs("CreateService", service);
  });

  it("replaces a task that stops", async () => {
    await start();
    await box.register("web");
    await box.ecs("CreateService", { serviceName: "web", taskDefinition: "web", desiredCount: 1 });
    box.step(60);
    const { taskArns } = await box.ecs("ListTasks", { serviceName: "web" });
    await box.ecs("StopTask", { task: taskArns[0] });
    box.step(5);
    const now = await box.ecs("ListTasks", { serviceName: "web" });
    expect(now.taskArns).toHaveLength(1);
    expect(now.taskArns[0]).not.toBe(taskArns[0]);
  });

  it("rolls over between the limits: 100/200 starts all the new ones first", async () => {
    await start();
    await box.register("web");
    await box.ecs("CreateService", { serviceName: "web", taskDefinition: "web", desiredCount: 2 });
    box.step(60);
    await box.register("web", { cpu: 1 });
    await box.ecs("UpdateService", { service: "web", taskDefinition: "web" });
    box.step(5);
    expect((await serviceNow()).deployments).toMatchObject([
      { status: "PRIMARY", runningCount: 2 },
      { status: "ACTIVE", runningCount: 2 },
    ]);
    box.step(60);
    const { deployments, taskDefinition } = await serviceNow();
    expect(deployments).toMatchObject([{ status: "PRIMARY", rolloutState: "COMPLETED", runningCount: 2 }]);
    expect(taskDefinition).toMatch(/web:2$/);
  });

  it("of one slot with 0/100 stops the old task first and hands its lock over", async () => {
    await start({ fleet: [{ instanceType: "inf2.24xlarge", count: 1 }] });
    await box.register("web", lock);
    await box.ecs("CreateService", {
      serviceName: "web",
      taskDefinition: "web",
      desiredCount: 1,
      deploymentConfiguration: { minimumHealthyPercent: 0, maximumPercent: 100 },
      availabilityZoneRebalancing: "DISABLED",
    });
    box.step(60);
    await box.ecs("UpdateService", { service: "web", forceNewDeployment: true });
    for (let second = 0; second < 20; second++) {
      box.step(1);
      expect((await serviceNow()).runningCount).toBeLessThanOrEqual(1);
    }
    box.step(60);
    expect((await serviceNow()).deployments).toMatchObject([{ rolloutState: "COMPLETED", runningCount: 1 }]);
  });

  it("cannot roll over with 100/200 where a lock leaves no room, and says why", async () => {
    await start({ fleet: [{ instanceType: "inf2.24xlarge", count: 1 }] });
    await box.register("web", lock);
    await box.ecs("CreateService", { serviceName: "web", taskDefinition: "web", desiredCount: 1 });
    box.step(60);
    await box.ecs("UpdateService", { service: "web", forceNewDeployment: true });
    box.step(600);
    expect((await serviceNow()).deployments).toMatchObject([
      { status: "PRIMARY", runningCount: 0 },
      { status: "ACTIVE", runningCount: 1 },
    ]);
    expect((await texts())[0]).toMatch(
      /^\(service web\) was unable to place a task because no container instance met all of its requirements\. The closest matching container-instance [0-9a-f]{32} is already using a port required by your task\./,
    );
  });

  it("says that its limits leave no move", async () => {
    await start();
    await box.register("web");
    await box.ecs("CreateService", {
      serviceName: "web",
      taskDefinition: "web",
      desiredCount: 1,
      deploymentConfiguration: { minimumHealthyPercent: 50, maximumPercent: 150 },
    });
    box.step(60);
    await box.ecs("UpdateService", { service: "web", forceNewDeployment: true });
    box.step(60);
    expect((await texts())[0]).toContain(
      "was unable to stop or start tasks during a deployment because of the service deployment configuration.",
    );
  });

  it("whose tasks fail trips the circuit breaker after three and rolls back", async () => {
    await start();
    await box.register("web");
    await box.ecs("CreateService", {
      serviceName: "web",
      taskDefinition: "web",
      desiredCount: 2,
      deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
    });
    box.step(60);
    await box.register("web", broken);
    const { service } = await box.ecs("UpdateService", { service: "web", taskDefinition: "web" });
    const failed = service.deployments[0].id;
    let during = await serviceNow();
    for (let second = 0; second < 30 && during.deployments[0].id === failed; second++) {
      box.step(1);
      during = await serviceNow();
    }
    // The old deployment is the newest again: its tasks never stopped.
    expect(during.deployments).toMatchObject([
      { status: "PRIMARY", runningCount: 2, taskDefinition: expect.stringMatching(/web:1$/) },
      {
        id: failed,
        status: "ACTIVE",
        desiredCount: 0,
        rolloutState: "FAILED",
        failedTasks: 4,
        rolloutStateReason: expect.stringContaining("rolling back"),
      },
    ]);
    expect(during.events.map(({ message }: Json) => message)).toContain(
      `(service web) (deployment ${failed}) deployment failed: tasks failed to start.`,
    );
    box.step(120);
    expect(await serviceNow()).toMatchObject({
      runningCount: 2,
      taskDefinition: expect.stringMatching(/web:1$/),
      deployments: [{ rolloutState: "COMPLETED" }],
    });
  });

  it("whose tasks fail without a circuit breaker slows down and says so", async () => {
    await start();
    await box.register("web", broken);
    await box.ecs("CreateService", { serviceName: "web", taskDefinition: "web", desiredCount: 1 });
    box.step(600);
    const started = (await texts()).filter((text) => text.includes("has started")).length;
    expect(started).toBeGreaterThan(3);
    expect(started).toBeLessThan(20);
    expect((await texts()).some((text) => text.includes("is unable to consistently start tasks successfully."))).toBe(
      true,
    );
  });

  it("keeps the newest 100 events and does not repeat itself for six hours", async () => {
    await start({ fleet: [] });
    await box.register("web");
    await box.ecs("CreateService", { serviceName: "web", taskDefinition: "web", desiredCount: 1 });
    box.sandbox.advance(5 * 3600);
    expect(await texts()).toEqual([
      expect.stringContaining("Reason: No Container Instances were found in your cluster."),
    ]);
    box.sandbox.advance(4 * 3600);
    expect(await texts()).toHaveLength(2);
    await box.ecs("RegisterContainerInstance", {
      instanceIdentityDocument: JSON.stringify({ instanceType: "inf2.xlarge" }),
    });
    for (let turn = 0; turn < 70; turn++) {
      await box.ecs("UpdateService", { service: "web", desiredCount: turn % 2 });
      box.step(1);
    }
    expect((await texts()).length).toBeLessThanOrEqual(100);
  });

  it("of the kind DAEMON runs once on every machine, and on one that joins", async () => {
    await start();
    await box.register(
      "agent",
      {},
      { placementConstraints: [{ type: "memberOf", expression: "attribute:ecs.instance-type == inf2.24xlarge" }] },
    );
    await box.ecs("CreateService", { serviceName: "agent", taskDefinition: "agent", schedulingStrategy: "DAEMON" });
    box.step(60);
    expect(await serviceNow("agent")).toMatchObject({
      desiredCount: 3,
      runningCount: 3,
      deploymentConfiguration: { minimumHealthyPercent: 0, maximumPercent: 100 },
    });
    for (const instanceType of ["inf2.24xlarge", "inf2.xlarge"])
      await box.ecs("RegisterContainerInstance", { instanceIdentityDocument: JSON.stringify({ instanceType }) });
    await box.ecs("UpdateService", { service: "agent", forceNewDeployment: true });
    box.step(120);
    expect(await serviceNow("agent")).toMatchObject({
      desiredCount: 4,
      runningCount: 4,
      deployments: [{ rolloutState: "COMPLETED" }],
    });
  });

  it("moves off an instance that drains", async () => {
    await start({ fleet: [{ instanceType: "inf2.24xlarge", count: 2 }] });
    await box.register("web");
    await box.ecs("CreateService", { serviceName: "web", taskDefinition: "web", desiredCount: 2 });
    box.step(60);
    const { containerInstanceArns } = await box.ecs("ListContainerInstances");
    await box.ecs("UpdateContainerInstancesState", {
      containerInstances: [containerInstanceArns[0]],
      status: "DRAINING",
    });
    box.step(120);
    const { taskArns } = await box.ecs("ListTasks", { serviceName: "web" });
    const { tasks } = await box.ecs("DescribeTasks", { tasks: taskArns });
    expect(tasks.map(({ containerInstanceArn }: Json) => containerInstanceArn)).toEqual([
      containerInstanceArns[1],
      containerInstanceArns[1],
    ]);
  });

  it("is created once for one request, and refused for another under its name", async () => {
    await start();
    await box.register("web");
    const input = { serviceName: "web", taskDefinition: "web", desiredCount: 1, clientToken: "one" };
    const [first, second] = [await box.ecs("CreateService", input), await box.ecs("CreateService", input)];
    expect(second.service.createdAt).toBe(first.service.createdAt);
    await expect(box.ecs("CreateService", { ...input, desiredCount: 2 })).rejects.toThrow(
      "InvalidParameterException: Creation of service was not idempotent.",
    );
  });

  it("is deleted when it is at 0 or by force, and goes over DRAINING to INACTIVE", async () => {
    await start();
    await box.register("web");
    await box.ecs("CreateService", { serviceName: "web", taskDefinition: "web", desiredCount: 1 });
    box.step(5);
    await expect(box.ecs("DeleteService", { service: "web" })).rejects.toThrow(
      "The service cannot be stopped while it is scaled above 0.",
    );
    expect((await box.ecs("DeleteService", { service: "web", force: true })).service.status).toBe("DRAINING");
    box.step(10);
    expect((await serviceNow()).status).toBe("INACTIVE");
    expect((await box.ecs("ListServices")).serviceArns).toEqual([]);
    await box
      .ecs("DeleteCluster", { cluster: "default" })
      .catch((error: Error) => expect(error.message).toContain("ContainerInstances"));
  });
});

describe("deployment arithmetic", () => {
  it("rounds the lower limit up and the upper one down", () => {
    expect([lowerLimit(3, 50), upperLimit(3, 150), lowerLimit(1, 0), upperLimit(4, 125)]).toEqual([2, 4, 0, 5]);
    expect([1, 6, 7, 1000].map((desired) => breakerThreshold(desired))).toEqual([3, 3, 4, 200]);
    const of = (type: string, value: number) => [4, 1000].map((desired) => breakerThreshold(desired, { type, value }));
    expect(of("BOUNDED_PERCENT", 100)).toEqual([4, 200]);
    expect(of("UNBOUNDED_PERCENT", 30)).toEqual([2, 300]);
    expect(of("COUNT", 5)).toEqual([5, 5]);
  });

  it("never leaves the limits, and gets to the end where they leave a move", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 100, max: 300 }),
        (desired, minimumHealthyPercent, maximumPercent) => {
          const [lower, upper] = [lowerLimit(desired, minimumHealthyPercent), upperLimit(desired, maximumPercent)];
          let [fresh, stale] = [0, desired];
          for (let turn = 0; turn < 100; turn++) {
            const moves = nextMoves({
              desired,
              fresh,
              freshHealthy: fresh,
              stale,
              staleHealthy: stale,
              minimumHealthyPercent,
              maximumPercent,
            });
            fresh += moves.start;
            expect(fresh + stale).toBeLessThanOrEqual(Math.max(upper, desired));
            stale -= moves.stopStale;
            // Those that just started do not count as healthy until the next turn.
            expect(fresh - moves.start + stale).toBeGreaterThanOrEqual(lower);
          }
          if (lower < desired || upper > desired) expect([fresh, stale]).toEqual([desired, 0]);
          else expect(stale).toBe(desired);
        },
      ),
    );
  });
});
