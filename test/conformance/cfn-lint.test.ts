import { execFile } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Workload } from "../../src/core/workload/schema.ts";
import { ecsOf } from "../support/ecs.ts";
import { everyWordOnEcs } from "../support/every-word.ts";
import { missingTools } from "../support/tools.ts";

const job = everyWordOnEcs("job") as Partial<Workload>;

const workloads: Readonly<Record<string, Partial<Workload>>> = {
  WholeNeuron: { accelerator: { instanceTypes: ["trn1.32xlarge"] } },
  Slots: { accelerator: { instanceTypes: ["inf2.48xlarge"], devicesPerReplica: 4 } },
  Efa: { accelerator: { instanceTypes: ["trn1.32xlarge"], efa: true }, sharedMemory: "8GiB" },
  Gpu: {
    accelerator: { instanceTypes: ["p5.48xlarge"], devicesPerReplica: 4 },
    ports: [{ container: 8080, name: "http" }],
    health: { path: "/ping", port: 8080, startSeconds: 300 },
  },
  Cpu: { accelerator: "none", resources: { cpu: 0.5, memory: "1GiB" }, command: ["serve", "--all"] },
  Secrets: {
    accelerator: { instanceTypes: ["inf1.xlarge"] },
    environment: { MODEL: "bert" },
    secrets: { TOKEN: "arn:aws:secretsmanager:us-east-1:123456789012:secret:hf-AbCdEf" },
    roles: { execution: "arn:aws:iam::123456789012:role/execution", task: "arn:aws:iam::123456789012:role/task" },
    logs: { group: "/aiplat/bert" },
    tags: { team: "nlp" },
  },
  Beside: {
    accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 2 },
    volumes: [{ path: "/models", host: "/opt/models", readOnly: true }],
    model: { uri: "s3://models/bert", path: "/models/bert" },
    init: [{ name: "convert", image: "convert:1", entryPoint: ["python"], command: ["c.py"], mounts: ["/models"] }],
    sidecars: [
      {
        name: "metrics",
        image: "metrics:1",
        ports: [{ container: 9000, name: "metrics" }],
        health: { path: "/ready", port: 9000 },
        resources: { cpu: 0.1, memory: "256MiB" },
        devices: "shared",
      },
    ],
    roles: { task: "arn:aws:iam::123456789012:role/task" },
  },
  Awsvpc: {
    accelerator: { instanceTypes: ["inf1.xlarge"] },
    ecs: { networkMode: "awsvpc" },
    ports: [{ container: 80 }],
  },
  EveryWord: { ...everyWordOnEcs("service"), name: "everyword" },
  // Its schema knows no S3 Files yet.
  EveryWordOfJobs: {
    ...job,
    name: "job",
    volumes: job.volumes!.filter(({ ebs }) => ebs !== undefined),
  },
  Volumes: {
    accelerator: { instanceTypes: ["g5.xlarge"] },
    roles: { task: "arn:aws:iam::123456789012:role/task" },
    volumes: [
      {
        path: "/a",
        efs: { fileSystem: "fs-0123456789abcdef0", accessPoint: "fsap-0123456789abcdef0" },
        readOnly: true,
      },
      { path: "/b", lustre: { fileSystem: "fs-1", mountName: "abcd", dnsName: "fs-1.fsx.us-east-1.amazonaws.com" } },
      { path: "/c", s3: { bucket: "models" } },
      { path: "/d", ebs: { size: "500GiB", role: "arn:aws:iam::123456789012:role/infrastructure" } },
      { path: "/e", scratch: "200GiB" },
      { path: "/f", host: "/opt/cache" },
    ],
  },
};

/** The maps whose keys are the user's own. */
const opaque = new Set(["Options", "DockerLabels"]);

/** Fields that CloudFormation has by another name. */
const renamed: Readonly<Record<string, string>> = {
  efsVolumeConfiguration: "EFSVolumeConfiguration",
  fileSystemId: "FilesystemId",
  iam: "IAM",
};

/** CloudFormation's casing of the API's fields. */
function toCloudFormation(value: unknown, key = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => toCloudFormation(item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => {
      const cased = opaque.has(key) ? name : (renamed[name] ?? name[0]!.toUpperCase() + name.slice(1));
      return [cased, opaque.has(key) ? each : toCloudFormation(each, cased)];
    }),
  );
}

describe.skipIf(missingTools("cfn-lint"))("cfn-lint", () => {
  it("finds nothing wrong with what is generated", async () => {
    const resources = Object.entries(workloads).flatMap(([name, change]) => {
      const workload = { name: name.toLowerCase(), image: "repo/bert:1", ...change };
      return ecsOf(workload, { region: "us-east-1" }).variants.map(
        ({ definition }, index) =>
          [`${name}${index}`, { Type: "AWS::ECS::TaskDefinition", Properties: toCloudFormation(definition) }] as const,
      );
    });
    expect(resources).toHaveLength(15);
    const file = join(mkdtempSync(join(tmpdir(), "aiplat-cfn-")), "template.json");
    writeFileSync(
      file,
      JSON.stringify({ AWSTemplateFormatVersion: "2010-09-09", Resources: Object.fromEntries(resources) }),
    );
    const output = await new Promise<string>((resolve) => {
      execFile("cfn-lint", ["--format", "parseable", "--regions", "us-east-1", "--", file], (_, stdout, stderr) =>
        resolve(stdout + stderr),
      );
    });
    expect(output).toBe("");
  });
});
