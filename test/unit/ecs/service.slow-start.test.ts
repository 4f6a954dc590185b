import { describe, expect, it } from "vitest";
import { generateService } from "../../../src/core/ecs/service.ts";
import { ecsRules } from "../../../src/core/ecs/rules.ts";
import { workloadRules } from "../../../src/core/workload/rules.ts";
import { runRules } from "../../../src/core/workload/rules/rule.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { ecsWorkload, ownContainer } from "../../support/ecs-workload.ts";

const loadBalancer = {
  targetGroup: "arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/bert/0123456789abcdef",
  port: 8080,
};

function service(startSeconds: number | undefined, ecs: Workload["ecs"] = {}) {
  const health = { path: "/", port: 8080, ...(startSeconds === undefined ? {} : { startSeconds }) };
  const change: Partial<Workload> = {
    kind: "service",
    accelerator: { instanceTypes: ["inf2.xlarge"] },
    ports: [{ container: 8080 }],
    health,
    ecs,
  };
  const problems = runRules(
    [...workloadRules, ...ecsRules],
    { name: "bert", image: "bert:1", ...change } as Workload,
    [],
  );
  const resolved = ecsWorkload(change);
  const made = generateService(resolved, resolved.variants[0]!, {
    cluster: "prod",
    taskDefinition: "bert:1",
    desiredCount: 1,
    enableExecuteCommand: false,
    placementConstraints: [],
  });
  return {
    problems: problems.filter(({ severity }) => severity === "error"),
    startPeriod: ownContainer(change).healthCheck!["startPeriod"],
    grace: made.healthCheckGracePeriodSeconds,
  };
}

describe("a service whose container starts slowly", () => {
  it.each([
    [undefined, undefined, undefined],
    [120, 120, undefined],
    [300, 300, undefined],
    [301, 300, 301],
    [1_800, 300, 1_800],
  ])("of %s seconds has a start period of %s and a grace period of %s", (seconds, startPeriod, grace) => {
    expect(service(seconds)).toEqual({ problems: [], startPeriod, grace });
  });

  it.each([
    [120, 120, 120],
    [1_800, 300, 1_800],
  ])("of %s seconds behind a load balancer has %s and %s", (seconds, startPeriod, grace) => {
    expect(service(seconds, { loadBalancer })).toEqual({ problems: [], startPeriod, grace });
  });

  it("can do without the grace period by its raw fields", () => {
    expect(service(1_800, { service: { healthCheckGracePeriodSeconds: null } }).grace).toBeUndefined();
  });
});
