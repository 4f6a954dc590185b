import { describe, expect, it } from "vitest";
import { deploymentProblem } from "../../../src/core/deployment/deployment-text.ts";
import type { DeploymentOutcome } from "../../../src/core/deployment/simulate-deployment.ts";
import { deploymentSettingsOf, type DeploymentConfiguration } from "../../../src/core/ecs-api/service.ts";
import { aDefinition } from "../../support/cluster.ts";

const stalled = (desired: number): DeploymentOutcome => ({
  service: "bert",
  finishes: false,
  desired,
  before: desired,
  lower: desired,
  upper: 2 * desired,
  started: 0,
  left: desired,
  placements: [],
  remedies: { minimumHealthyPercent: 50 },
});

const hintOf = (desired: number, deploymentConfiguration: DeploymentConfiguration) =>
  deploymentProblem(stalled(desired), {
    service: "bert",
    definition: aDefinition("bert"),
    desired,
    settings: deploymentSettingsOf({ deploymentConfiguration }),
    newDeployment: true,
  }).hint;

describe("what deploying all the same comes to", () => {
  const breaker = { enable: true, rollback: true };
  it.each<[string, number, DeploymentConfiguration, string]>([
    ["no circuit breaker", 4, {}, "--allow-stall deploys all the same."],
    [
      "one that is off",
      4,
      { deploymentCircuitBreaker: { ...breaker, enable: false } },
      "--allow-stall deploys all the same.",
    ],
    [
      "the least threshold",
      4,
      { deploymentCircuitBreaker: breaker },
      "all the same, and the circuit breaker may roll it back once 3 tasks could not be launched.",
    ],
    [
      "half of the tasks",
      11,
      { deploymentCircuitBreaker: { ...breaker, rollback: false } },
      "all the same, and the circuit breaker may end it once 6 tasks could not be launched.",
    ],
    [
      "a threshold of its own",
      4,
      { deploymentCircuitBreaker: { ...breaker, thresholdConfiguration: { type: "COUNT", value: 1 } } },
      "may roll it back once 1 task could not be launched.",
    ],
    [
      "another strategy, which has none",
      4,
      { strategy: "BLUE_GREEN", deploymentCircuitBreaker: breaker },
      "--allow-stall deploys all the same.",
    ],
  ])("with %s", (_, desired, configuration, end) => {
    expect(hintOf(desired, configuration)?.endsWith(end)).toBe(true);
  });
});
