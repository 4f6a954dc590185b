import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLoadBalancing } from "../../src/aws/load-balancing.ts";
import { startMoto, type Moto } from "../support/moto.ts";
import { missingTools } from "../support/tools.ts";

/* oxlint-disable typescript/no-explicit-any -- answers are read as a script reads them */

describe.skipIf(missingTools("moto_server", "aws"))("load balancers, against moto", () => {
  let moto: Moto;
  let groups: readonly string[];
  beforeAll(async () => {
    moto = await startMoto();
    const aws = async (...args: readonly string[]) => (await moto.aws(...args)) as any;
    const { Subnets } = await aws("ec2", "describe-subnets");
    const [first, second] = Subnets;
    const made = await aws(
      "elbv2",
      "create-load-balancer",
      "--name",
      "front",
      "--subnets",
      first.SubnetId,
      second.SubnetId,
    );
    const balancer = made.LoadBalancers[0].LoadBalancerArn;
    const group = async (name: string) =>
      (
        await aws(
          "elbv2",
          "create-target-group",
          "--name",
          name,
          "--protocol",
          "HTTP",
          "--port",
          "80",
          "--vpc-id",
          first.VpcId,
        )
      ).TargetGroups[0].TargetGroupArn as string;
    groups = [await group("bert"), await group("alone")];
    for (const port of ["80", "8080"])
      await aws(
        "elbv2",
        "create-listener",
        "--load-balancer-arn",
        balancer,
        "--protocol",
        "HTTP",
        "--port",
        port,
        "--default-actions",
        `Type=forward,TargetGroupArn=${groups[0]}`,
      );
  });
  afterAll(() => moto?.stop());

  it("are found by their target groups, with their names and listeners; what is not there has none", async () => {
    const port = createLoadBalancing(
      {
        region: "us-east-1",
        endpoints: { elasticloadbalancing: moto.url },
        credentials: { accessKeyId: "testing", secretAccessKey: "testing" },
      },
      new AbortController().signal,
    );
    const gone = groups[0]!.replace("/bert/", "/gone/");
    const found = await port.loadBalancersOf([...groups, gone]);
    expect(found.get(groups[0]!)).toEqual([
      {
        dnsName: expect.stringMatching(/^front-.*elb\.amazonaws\.com$/) as string,
        listeners: expect.arrayContaining([
          { protocol: "HTTP", port: 80 },
          { protocol: "HTTP", port: 8080 },
        ]) as object[],
      },
    ]);
    expect(found.get(groups[1]!)).toEqual([]);
    expect(found.has(gone)).toBe(false);
  });
});
