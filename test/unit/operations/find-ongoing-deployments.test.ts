import { describe, expect, it } from "vitest";
import type { Service } from "../../../src/core/ecs-api/service.ts";
import type { ServiceDeployment } from "../../../src/core/ecs-api/service-deployment.ts";
import { findOngoingDeployments } from "../../../src/operations/find-ongoing-deployments.ts";
import type { EcsPort } from "../../../src/ports.ts";

const service = { serviceName: "chip", serviceArn: "arn:service/chip" } as Service;

/** An endpoint that lists one deployment as under way, and describes it a moment later. */
function endpoint(later: ServiceDeployment["status"]): EcsPort {
  const deployment = { arn: "arn:deployment/1", status: later } as ServiceDeployment;
  return {
    listServiceDeployments: async () => [{ arn: deployment.arn }],
    describeServiceDeployments: async () => [deployment],
  } as unknown as EcsPort;
}

describe("the service deployments under way", () => {
  it.each<[later: ServiceDeployment["status"], found: readonly string[]]>([
    ["IN_PROGRESS", ["chip"]],
    ["ROLLBACK_IN_PROGRESS", ["chip"]],
    ["SUCCESSFUL", []],
    ["STOPPED", []],
    ["ROLLBACK_FAILED", []],
  ])("that are %s once they are described", async (later, found) => {
    expect([...(await findOngoingDeployments(endpoint(later), "prod", [service])).keys()]).toEqual(found);
  });
});
