import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCli, type CliRun } from "../support/cli.ts";
import { startTestSandbox, type TestSandbox } from "../support/sandbox.ts";

let box: TestSandbox;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "aiplat-nulls-"));
  box = await startTestSandbox({ fleet: [{ instanceType: "g5.xlarge", count: 2 }] });
});
afterEach(async () => {
  await box.sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = (...args: readonly string[]): Promise<CliRun> => runCli(args, { box, cwd: folder });

describe("raw fields that are deleted", () => {
  it("leave the choice to ECS, and nothing to change once it is deployed", async () => {
    writeFileSync(
      join(folder, "aiplat.yaml"),
      `name: llm
kind: service
image: llm:1
accelerator: { instanceTypes: [g5.xlarge] }
ecs:
  taskDefinition: { networkMode: null, requiresCompatibilities: null, placementConstraints: null }
  service:
    launchType: null
    availabilityZoneRebalancing: null
    propagateTags: null
    placementConstraints: null
    deploymentConfiguration: { deploymentCircuitBreaker: null }
`,
    );
    const deployed = await run("service", "deploy", "--no-wait");
    expect([deployed.code, deployed.stderr]).toEqual([0, expect.not.stringContaining("warning")]);
    const { services } = await box.ecs("DescribeServices", { services: ["llm"] });
    // ECS's own choice.
    expect(services).toMatchObject([{ launchType: "EC2", availabilityZoneRebalancing: "ENABLED" }]);
    const planned = await run("plan", "--exit-code", "-o", "json");
    expect(JSON.parse(planned.stdout).steps).toMatchObject([{ service: "llm", action: "keep", changes: [] }]);
    expect(planned.code).toBe(0);
    expect((await run("taskdef", "diff", "--exit-code")).code).toBe(0);
  });
});
