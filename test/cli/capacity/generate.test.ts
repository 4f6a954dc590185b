import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseDocument } from "yaml";
import type { CapacityTemplate } from "../../../src/core/capacity/template.ts";
import { runCli } from "../../support/cli.ts";

const offline = ["--subnet", "subnet-0a1b2c3d", "--vpc", "vpc-0a1b2c3d", "--image-id", "ami-0123456789abcdef0"];
/** Without AWS's environment: a call would fail for want of a region. */
const generate = (...args: readonly string[]) => runCli(["capacity", "generate", ...args]);
const readYaml = (text: string) => parseDocument(text, { version: "1.1" }).toJS() as CapacityTemplate;
const propertiesOf = (template: CapacityTemplate, id: string) =>
  template.Resources[id]!.Properties as Readonly<Record<string, unknown>>;

describe("capacity generate", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "aiplat-capacity-"));
    writeFileSync(
      join(folder, "two.yaml"),
      "name: bert\nimage: bert:1\nkind: service\nreplicas: 3\n" +
        "accelerator: { instanceTypes: [inf2.xlarge, inf2.8xlarge] }\necs: { cluster: prod }\n",
    );
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const inFolder = (...args: readonly string[]) => runCli(["capacity", "generate", ...args], { cwd: folder });

  it("works from flags alone, without a call, in YAML and in JSON alike", async () => {
    const args = ["--cluster", "prod", "--instance-type", "inf2.xlarge", ...offline];
    const yaml = await generate(...args);
    const json = await generate(...args, "-o", "json");
    expect([yaml.code, yaml.stderr, json.code, json.stderr]).toEqual([0, "", 0, ""]);
    expect(readYaml(yaml.stdout)).toEqual(JSON.parse(json.stdout));
    // No parameter was asked for.
    expect(yaml.stdout).toContain("\n        ImageId: ami-0123456789abcdef0\n");
    expect(yaml.stdout).not.toContain("aiplat:ami-parameter");
    expect(Object.keys(readYaml(yaml.stdout).Resources)).toEqual([
      "InstanceRole",
      "InstanceProfile",
      "LaunchTemplate",
      "AutoScalingGroup",
      "CapacityProvider",
    ]);
  });

  it("never says which providers a cluster has, and makes it only where it is told to", async () => {
    const args = ["--cluster", "prod", "--instance-type", "inf2.xlarge", ...offline, "-o", "json"];
    const typesOf = (text: string) =>
      Object.values((JSON.parse(text) as CapacityTemplate).Resources).map(({ Type }) => Type);
    expect(typesOf((await generate(...args)).stdout)).not.toContain("AWS::ECS::Cluster");
    const made = typesOf((await generate(...args, "--create-cluster")).stdout);
    expect(made).toContain("AWS::ECS::Cluster");
    expect(made).not.toContain("AWS::ECS::ClusterCapacityProviderAssociations");
  });

  it("has a group as large as the replicas fill, of the cluster that the file names", async () => {
    const { code, stdout } = await inFolder("two.yaml", "--instance-type", "inf2.8xlarge", ...offline, "-o", "json");
    expect(code).toBe(0);
    expect(propertiesOf(JSON.parse(stdout) as CapacityTemplate, "AutoScalingGroup")).toMatchObject({
      AutoScalingGroupName: "aiplat-prod-inf2-8xlarge",
      MinSize: "0",
      MaxSize: "3",
    });
  });

  it("names the stacks where there are several, and writes them into a folder", async () => {
    const several = await inFolder("two.yaml", ...offline);
    expect([several.code, several.stdout]).toEqual([2, ""]);
    expect(several.stderr).toContain("there are 2 capacities, one for each instance type");
    expect(several.stderr).toContain("Choose one with --instance-type (inf2.xlarge or inf2.8xlarge)");
    const written = await inFolder("two.yaml", ...offline, "--out-dir", "machines");
    expect([written.code, written.stdout.trim().split("\n").length]).toEqual([0, 2]);
    expect(readdirSync(join(folder, "machines")).toSorted()).toEqual([
      "aiplat-prod-inf2-8xlarge.yaml",
      "aiplat-prod-inf2-xlarge.yaml",
    ]);
    const text = readFileSync(join(folder, "machines/aiplat-prod-inf2-xlarge.yaml"), "utf8");
    expect(propertiesOf(readYaml(text), "CapacityProvider")).toMatchObject({ Name: "aiplat-prod-inf2-xlarge" });
  });

  it("takes the cluster of an ARN, else of the environment, else the default one", async () => {
    const nameWith = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
      const { stdout } = await runCli(
        ["capacity", "generate", "--instance-type", "inf2.xlarge", ...offline, "-o", "json", ...args],
        { env },
      );
      return propertiesOf(JSON.parse(stdout) as CapacityTemplate, "CapacityProvider")["Name"];
    };
    expect(await nameWith(["--cluster", "arn:aws:ecs:us-east-1:123456789012:cluster/prod"])).toBe(
      "aiplat-prod-inf2-xlarge",
    );
    expect(await nameWith([], { AIPLAT_CLUSTER: "my_team" })).toBe("aiplat-my-team-inf2-xlarge");
    expect(await nameWith([])).toBe("aiplat-default-inf2-xlarge");
  });

  it("asks nothing of images for Managed Instances", async () => {
    const { code, stdout } = await generate(
      "--cluster",
      "prod",
      "--instance-type",
      "inf2.8xlarge",
      "--capacity",
      "managed-instances",
      "--subnet",
      "subnet-0a1b2c3d",
      "--vpc",
      "vpc-0a1b2c3d",
      "-o",
      "json",
    );
    expect(code).toBe(0);
    const template = JSON.parse(stdout) as CapacityTemplate;
    expect(Object.keys(template.Resources)).toEqual([
      "InstanceRole",
      "InstanceProfile",
      "InfrastructureRole",
      "CapacityProvider",
    ]);
    expect(propertiesOf(template, "CapacityProvider")).toMatchObject({
      ClusterName: "prod",
      ManagedInstancesProvider: {
        InstanceLaunchTemplate: { InstanceRequirements: { AllowedInstanceTypes: ["inf2.8xlarge"] } },
      },
    });
    expect(Object.keys(template.Outputs)).toEqual(["CapacityProvider"]);
  });

  it("says of EFA and of mounts what else they need", async () => {
    const efa = await generate("--instance-type", "trn1.32xlarge", "--efa", ...offline);
    expect([efa.code, efa.stderr.replace(/\s+/g, " ").trim()]).toEqual([
      0,
      "Machines of trn1.32xlarge with EFA have several interfaces and no public address: their subnet needs a way out.",
    ]);
  });

  it.each([
    [["--instance-type", "inf2.xlrge"], 2, "Did you mean inf2.xlarge"],
    [["--instance-type", "none"], 2, "none is not in the catalogue of accelerated instance types"],
    [
      ["--instance-type", "inf2.xlarge", "--capacity", "fargate"],
      2,
      "--capacity fargate: must be ec2 or managed-instances",
    ],
    [["--instance-type", "inf2.xlarge", "--image-id", "latest"], 2, "--image-id latest: must be an image's id"],
    [["--instance-type", "inf2.xlarge", "--attribute", "stack"], 2, "--attribute stack: must be NAME=VALUE"],
    [["--instance-type", "inf2.xlarge", "--disk", "1.5GiB"], 2, "--disk 1.5GiB: must be a whole number of GiB"],
    [["--instance-type", "inf2.xlarge", "--os", "al2"], 2, "al2023"],
    [[], 2, "nothing says which machines"],
    [
      ["--name", "web", "--image", "web:1", "--memory", "1GiB", "--instance-type", "none"],
      2,
      "names no instance type for machines",
    ],
    [["--name", "t", "--image", "t:1", "--instance-type", "trn1.32xlarge", "--nodes", "2"], 2, "aiplat eks generate"],
    // What is wrong with the flags is told before anybody is asked for a region.
    [["--instance-type", "inf2.xlarge", "--subnet", "sn-1"], 2, "--subnet sn-1: must be an id"],
    [["--instance-type", "g7.2xlarge", "--subnet", "subnet-1", "--vpc", "vpc-1"], 2, "does not serve g7.2xlarge"],
    [
      ["--instance-type", "g7.2xlarge", "--instance-type", "p2.xlarge", "--subnet", "subnet-1", "--vpc", "vpc-1"],
      2,
      "does not serve p2.xlarge",
    ],
    [["--instance-type", "inf2.xlarge", "--subnet", "subnet-1"], 6, "region"],
    [["--instance-type", "g7.2xlarge", "--subnet", "subnet-1"], 2, "does not serve g7.2xlarge"],
  ] as const)("refuses %j", async (args, exit, said) => {
    const { code, stdout, stderr } = await generate(...args);
    expect([code, stdout]).toEqual([exit, ""]);
    expect(stderr.replace(/\s+/g, " ")).toContain(said);
  });

  it("refuses flags of EFA beside the others, all at once", async () => {
    const { code, stderr } = await generate(
      ..."--instance-type trn1.32xlarge --capacity managed-instances --efa --min-size 1".split(" "),
      ..."--subnet sn-1 --vpc vpc-1".split(" "),
    );
    expect(code).toBe(2);
    for (const said of ["--subnet sn-1", "--efa does not go with", "--min-size does not go with"])
      expect(stderr).toContain(said);
  });
});
