// doctor with EC2 and Service Quotas that answer what a test says: quotas of Spot Instances, settings of the host.
import { afterEach, describe, expect, it } from "vitest";
import { runCli } from "../support/cli.ts";
import { startJsonServer } from "../support/json-server.ts";
import { startLoopback } from "../support/loopback-servers.ts";
import { startTestSandbox, type Json, type TestSandbox } from "../support/sandbox.ts";

let box: TestSandbox;
afterEach(() => box.sandbox.close());

/** What doctor says by a check. */
async function found(check: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { stdout } = await runCli(["doctor", ...args, "-o", "json"], {
    env: { ...box.sandbox.environment, ...env },
  });
  return (JSON.parse(stdout) as Json).groups
    .flatMap(({ items }: Json) => items)
    .filter((each: Json) => each.check === check);
}

describe("the quota of Spot Instances", () => {
  const spot = "All Inf Spot Instance Requests";

  /** Two inf2.xlarge on Spot, where the account may have so many vCPUs of them. */
  async function quotasWith(limit: number): Promise<readonly Json[]> {
    box = await startTestSandbox({ fleet: [{ instanceType: "inf2.xlarge", count: 2 }] });
    const one =
      "<item><instancesSet><item><instanceType>inf2.xlarge</instanceType><instanceLifecycle>spot</instanceLifecycle>" +
      "<cpuOptions><coreCount>2</coreCount><threadsPerCore>2</threadsPerCore></cpuOptions></item></instancesSet></item>";
    const ec2 = await startLoopback(() => ({
      headers: { "content-type": "text/xml" },
      body: `<DescribeInstancesResponse><reservationSet>${one}${one}</reservationSet></DescribeInstancesResponse>`,
    }));
    const quotas = await startJsonServer(({ input }) => ({
      body: { Quota: { Value: input["QuotaCode"] === "L-B5D1601B" ? limit : 100 } },
    }));
    const env = { AWS_ENDPOINT_URL_EC2: ec2.url, AWS_ENDPOINT_URL_SERVICE_QUOTAS: quotas.config.endpoints.ecs! };
    const items = await found("vcpu-quota", ["--cluster", "default"], env);
    await Promise.all([ec2.stop(), quotas.stop()]);
    return items;
  }

  it("counts what runs on Spot, beside the quota on demand", async () => {
    expect(await quotasWith(12)).toMatchObject([
      { status: "OK", message: expect.stringContaining("Running On-Demand Inf instances") },
      {
        status: "OK",
        message: `"${spot}" is 12 vCPU in us-east-1, of which 8 run: 1 more inf2.xlarge can start on Spot`,
      },
    ]);
  });

  it("warns where no further one starts, with the increase to ask for", async () => {
    expect((await quotasWith(8)).at(-1)).toMatchObject({
      status: "WARN",
      message: `"${spot}" is 8 vCPU in us-east-1, of which 8 run: no further inf2.xlarge (4 vCPU) starts on Spot`,
      fix: expect.stringContaining("--quota-code L-B5D1601B --desired-value 12 --region us-east-1"),
    });
  });
});

describe("a host's settings", () => {
  const workload = (type: string) => ["--cluster", "default", "--name", "x", "--image", "x:1", "--instance-type", type];

  it("are named for g6f.large, which needs overcommitted memory, and for no other size", async () => {
    box = await startTestSandbox({
      fleet: [
        { instanceType: "g6f.large", count: 1 },
        { instanceType: "g6f.xlarge", count: 1 },
      ],
    });
    expect(await found("host-setting", workload("g6f.large"))).toMatchObject([
      { status: "WARN", message: expect.stringContaining("g6f.large needs vm.overcommit_memory = 1") },
    ]);
    expect(await found("host-setting", workload("g6f.xlarge"))).toEqual([]);
    // Without a workload the cluster's instances are looked at.
    expect(await found("host-setting", ["--cluster", "default"])).toHaveLength(1);
  });
});
