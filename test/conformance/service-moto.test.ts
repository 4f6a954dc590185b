import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../support/cli.ts";
import { createMotoCluster } from "../support/moto-cluster.ts";
import { startMoto, type Moto } from "../support/moto.ts";
import { missingTools } from "../support/tools.ts";

interface Described {
  readonly services: readonly {
    readonly serviceName: string;
    readonly status: string;
    readonly desiredCount: number;
    readonly taskDefinition: string;
    readonly tags: readonly { readonly key: string; readonly value: string }[];
  }[];
}

/** moto keeps neither deployment settings nor tasks of a service: what it does keep agrees. */
describe.skipIf(missingTools("moto_server", "aws"))("services against moto", () => {
  let moto: Moto;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "aiplat-service-"));
    moto = await startMoto();
  });
  afterAll(async () => {
    await moto?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (...args: readonly string[]) => runCli(args, { env: moto.env, cwd: folder });
  const described = async () =>
    (
      (await moto.aws(
        "ecs",
        "describe-services",
        "--cluster",
        "prod",
        "--services",
        "bert",
        "--include",
        "TAGS",
      )) as Described
    ).services[0]!;
  const write = (changes: object) =>
    writeFileSync(
      join(folder, "aiplat.yaml"),
      JSON.stringify({
        name: "bert",
        kind: "service",
        image: "bert:1",
        accelerator: { instanceTypes: ["inf1.xlarge"] },
        replicas: 2,
        ecs: { cluster: "prod" },
        ...changes,
      }),
    );

  it("creates, updates, rolls back, scales and deletes, and the AWS CLI agrees after each", async () => {
    await createMotoCluster(moto, "prod", ["inf1.xlarge", "inf1.xlarge", "inf1.xlarge"]);
    const group = { logs: { group: "/aiplat/bert", retentionDays: 14 }, tags: { team: "nlp" } };
    write(group);
    expect((await run("service", "deploy", "--no-wait")).code).toBe(0);
    const { logGroups } = (await moto.aws("logs", "describe-log-groups")) as {
      readonly logGroups: readonly { readonly logGroupName: string; readonly arn: string }[];
    };
    expect(logGroups).toMatchObject([{ logGroupName: "/aiplat/bert", retentionInDays: 14 }]);
    const arn = logGroups[0]!.arn.replace(/:\*$/, "");
    expect(await moto.aws("logs", "list-tags-for-resource", "--resource-arn", arn)).toEqual({
      tags: { team: "nlp", "aiplat:workload": "bert" },
    });
    expect(await described()).toMatchObject({
      status: "ACTIVE",
      desiredCount: 2,
      tags: expect.arrayContaining([
        { key: "aiplat:workload", value: "bert" },
        { key: "aiplat:slot", value: "n0-0" },
      ]),
    });

    write({ ...group, image: "bert:2" });
    expect((await run("service", "deploy", "--no-wait")).code).toBe(0);
    expect((await described()).taskDefinition).toMatch(/bert:2$/);

    // moto has no ListServiceDeployments, and answers a page of HTML: the revision before is what can be known.
    expect((await run("service", "status")).code).toBe(0);
    expect((await run("service", "rollback", "--no-wait")).stderr).toContain("back from bert:2 to bert:1");
    expect((await described()).taskDefinition).toMatch(/bert:1$/);

    expect((await run("service", "scale", "--replicas", "3", "--no-wait")).code).toBe(0);
    expect((await described()).desiredCount).toBe(3);

    expect((await run("service", "delete", "--yes")).code).toBe(0);
    expect((await described()).status).toBe("INACTIVE");
  });

  it("imports what the AWS CLI has made, as far as moto keeps it, and plans to no change", async () => {
    await createMotoCluster(moto, "legacy", ["inf2.24xlarge"]);
    const containers = [
      {
        name: "model",
        image: "model:1",
        memory: 4096,
        essential: true,
        dependsOn: [{ containerName: "log", condition: "START" }],
        logConfiguration: { logDriver: "awsfirelens", options: { Name: "cloudwatch" } },
        ulimits: [{ name: "memlock", softLimit: -1, hardLimit: -1 }],
        mountPoints: [{ sourceVolume: "models", containerPath: "/models", readOnly: true }],
        linuxParameters: {
          devices: [{ hostPath: "/dev/neuron0", containerPath: "/dev/neuron0", permissions: ["read", "write"] }],
          capabilities: { add: ["IPC_LOCK"] },
          tmpfs: [{ containerPath: "/t", size: 64 }],
        },
      },
      { name: "log", image: "fluent:1", memory: 64, essential: false, firelensConfiguration: { type: "fluentbit" } },
    ];
    await moto.aws(
      "ecs",
      "register-task-definition",
      "--family",
      "Legacy",
      "--container-definitions",
      JSON.stringify(containers),
      "--volumes",
      '[{"name":"models","efsVolumeConfiguration":{"fileSystemId":"fs-1","transitEncryption":"ENABLED"}}]',
      "--runtime-platform",
      '{"cpuArchitecture":"X86_64","operatingSystemFamily":"LINUX"}',
      "--tags",
      "key=team,value=nlp",
      "--placement-constraints",
      "type=memberOf,expression=attribute:ecs.instance-type == inf2.24xlarge",
    );
    await moto.aws(
      "ecs",
      "create-service",
      "--cluster",
      "legacy",
      "--service-name",
      "Legacy_Service",
      "--task-definition",
      "Legacy",
      "--desired-count",
      "2",
      "--launch-type",
      "EC2",
      "--load-balancers",
      "targetGroupArn=arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/a/0123456789abcdef,containerName=model,containerPort=80",
    );
    expect((await run("service", "import", "Legacy_Service", "--cluster", "legacy", "--force")).stderr).toContain(
      "lists a Neuron device by hand",
    );
    const unchanged = await run("plan", "--exit-code");
    expect([unchanged.code, unchanged.stdout]).toEqual([
      0,
      "keep\tLegacy:1\tsays the same\nkeep\tLegacy_Service\t2 replicas\n",
    ]);
    expect((await run("service", "deploy", "--no-wait")).code).toBe(0);
    expect((await run("service", "import", "--task-definition", "Legacy:1", "--force")).code).toBe(0);
    expect((await run("taskdef", "diff", "--exit-code")).code).toBe(0);
    const { taskDefinitionArns } = (await moto.aws("ecs", "list-task-definitions", "--family-prefix", "Legacy")) as {
      readonly taskDefinitionArns: readonly string[];
    };
    expect(taskDefinitionArns).toHaveLength(1);
  });
});
