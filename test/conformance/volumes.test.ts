// What volumes come to, as the AWS CLI and moto take it.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findAwsPython, runAwsCli } from "../support/aws-cli.ts";
import { runCli } from "../support/cli.ts";
import { callEcs } from "../support/moto-cluster.ts";
import { startMoto, type Moto } from "../support/moto.ts";
import { startTestSandbox } from "../support/sandbox.ts";
import { missingTools } from "../support/tools.ts";

const folder = mkdtempSync(join(tmpdir(), "aiplat-volumes-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = join(folder, "aiplat.yaml");
writeFileSync(
  file,
  JSON.stringify({
    name: "bert",
    image: "bert:1",
    accelerator: { instanceTypes: ["inf2.24xlarge"] },
    roles: { task: "arn:aws:iam::123456789012:role/task" },
    volumes: [
      { path: "/models", efs: { fileSystem: "fs-1", accessPoint: "fsap-1" }, readOnly: true },
      { path: "/home", efs: { fileSystem: "fs-1", directory: "/team" } },
      { path: "/data", ebs: { size: "500GiB", snapshot: "snap-1", role: "arn:aws:iam::123456789012:role/volumes" } },
      { path: "/scratch", scratch: "200GiB" },
      { path: "/cache", host: "/opt/cache" },
      { path: "/fsx", lustre: { fileSystem: "fs-2", mountName: "abcd", dnsName: "fs-2.fsx.us-east-1.amazonaws.com" } },
      { path: "/weights", s3: { bucket: "models" } },
    ],
  }),
);

const python = findAwsPython();
describe.skipIf(python === undefined)("volumes by the AWS CLI", () => {
  it("are registered, and run with the configuration of their block device", async () => {
    const box = await startTestSandbox({ fleet: [{ instanceType: "inf2.24xlarge", count: 1 }] });
    try {
      const { containerInstanceArns } = await box.ecs("ListContainerInstances");
      const attributes = ["fsx", "weights"].map((name) => ({
        name: `aiplat.mount.${name}`,
        targetType: "container-instance",
        targetId: containerInstanceArns[0],
      }));
      await box.ecs("PutAttributes", { attributes });
      const { stdout } = await runCli(["run-task", file, "--dry-run", "-o", "json"], { box });
      const { requests } = JSON.parse(stdout);
      const [definition, request] = requests.map(({ input }: { readonly input: object }) => input);
      const results = await runAwsCli(
        python!,
        box.sandbox.url,
        [
          { args: ["ecs", "register-task-definition", "--cli-input-json", JSON.stringify(definition)] },
          { args: ["ecs", "run-task", "--cli-input-json", JSON.stringify(request)] },
        ],
        { ...box.sandbox.environment },
      );
      expect(results.map(({ stderr }) => stderr)).toEqual(["", ""]);
      expect(JSON.parse(results[0]!.stdout).taskDefinition.volumes).toEqual(definition.volumes);
      expect(JSON.parse(results[1]!.stdout)).toMatchObject({ failures: [], tasks: [{ lastStatus: "PENDING" }] });
    } finally {
      await box.sandbox.close();
    }
  });
});

describe.skipIf(missingTools("moto_server"))("volumes on moto", () => {
  let moto: Moto;

  beforeAll(async () => {
    moto = await startMoto();
  });
  afterAll(async () => moto?.stop());

  it("are registered, and are no difference afterwards", async () => {
    const register = await runCli(["taskdef", "register", file], { env: moto.env });
    expect(register.code).toBe(0);
    const { taskDefinition } = (await callEcs(moto, "DescribeTaskDefinition", {
      taskDefinition: "bert",
      include: ["TAGS"],
    })) as { readonly taskDefinition: { readonly volumes: readonly { readonly name: string }[] } };
    expect(taskDefinition.volumes.map(({ name }) => name)).toEqual([
      "models",
      "home",
      "data",
      "scratch",
      "cache",
      "fsx",
      "weights",
    ]);
    expect(await runCli(["taskdef", "diff", file, "--exit-code"], { env: moto.env })).toMatchObject({ code: 0 });
  });
});
