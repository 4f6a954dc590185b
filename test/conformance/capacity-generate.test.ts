// The templates of capacity generate, before those who take them: cfn-lint, and the aws CLI on moto.
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CapacityTemplate } from "../../src/core/capacity/template.ts";
import { amiParameters } from "../../src/core/catalog/machine-images/ami-families.ts";
import { selectAmi } from "../../src/core/catalog/machine-images/amis.ts";
import { efaLayout } from "../../src/core/catalog/network-interfaces.ts";
import { requireInstanceType } from "../../src/core/catalog/instance-types/catalog.ts";
import { formatTemplate } from "../../src/output/yaml.ts";
import { capacitiesOf, capacityCases } from "../support/capacity.ts";
import { runCli } from "../support/cli.ts";
import { startMoto, type Moto } from "../support/moto.ts";
import { startParameterStore, type ParameterStore } from "../support/parameter-store.ts";
import { missingTools } from "../support/tools.ts";

type Fields = Readonly<Record<string, unknown>>;

describe.skipIf(missingTools("cfn-lint"))("cfn-lint", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "aiplat-capacity-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("finds nothing wrong with a template of any kind, in YAML and in JSON", async () => {
    const templates = Object.entries(capacityCases).flatMap(([name, each]) =>
      capacitiesOf(each).map(({ template }) => [name, template] as const),
    );
    expect(templates.length).toBeGreaterThan(8);
    const files = await Promise.all(
      templates.flatMap(([name, template]) =>
        [
          [`${name}.yaml`, formatTemplate(template, [{ key: "ImageId", text: "/aws/service/x, 20261128" }])] as const,
          [`${name}.json`, JSON.stringify(template)] as const,
        ].map(async ([file, text]) => {
          await writeFile(join(folder, file), text);
          return join(folder, file);
        }),
      ),
    );
    const output = await new Promise<string>((resolve) => {
      execFile("cfn-lint", ["--format", "parseable", "--regions", "us-east-1", "--", ...files], (_, stdout, stderr) =>
        resolve(stdout + stderr),
      );
    });
    expect(output).toBe("");
  });
});

describe.skipIf(missingTools("moto_server", "aws"))("the aws CLI on moto", () => {
  let moto: Moto;
  let store: ParameterStore;
  let folder: string;
  /** By zone. */
  let subnets: ReadonlyMap<string, string>;

  const types = ["inf2.xlarge", "trn1.32xlarge", "p5.48xlarge", "g5.12xlarge", "g5g.xlarge", "g6f.large"];
  const familyOf = (instanceType: string) => selectAmi({ orchestrator: "ecs", instanceType }).family;
  const parameterOf = (instanceType: string) => amiParameters(familyOf(instanceType), undefined).image;

  beforeAll(async () => {
    moto = await startMoto();
    store = await startParameterStore({
      "us-east-1": Object.fromEntries(
        types.map((type) => [
          parameterOf(type),
          familyOf(type).shape === "document"
            ? JSON.stringify({ image_id: "ami-0123456789abcdef0", image_version: "20261128" })
            : "ami-0123456789abcdef0",
        ]),
      ),
    });
    folder = await mkdtemp(join(tmpdir(), "aiplat-capacity-"));
    const found = (await moto.aws("ec2", "describe-subnets")) as {
      Subnets: readonly { SubnetId: string; AvailabilityZone: string }[];
    };
    subnets = new Map(found.Subnets.map(({ AvailabilityZone, SubnetId }) => [AvailabilityZone, SubnetId]));
  });
  afterAll(async () => {
    await Promise.all([moto?.stop(), store?.stop()]);
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  const env = () => ({ ...moto.env, AWS_ENDPOINT_URL_SSM: store.env["AWS_ENDPOINT_URL"]! });
  const generate = (...args: readonly string[]) =>
    runCli(["capacity", "generate", "--no-file", "--cluster", "prod", ...args], { env: env() });

  const zonesOf = async (type: string): Promise<readonly string[]> => {
    const { InstanceTypeOfferings } = (await moto.aws(
      "ec2",
      "describe-instance-type-offerings",
      "--location-type",
      "availability-zone",
      "--filters",
      `Name=instance-type,Values=${type}`,
    )) as { InstanceTypeOfferings: readonly { Location: string }[] };
    return InstanceTypeOfferings.map(({ Location }) => Location);
  };

  /** Hands the input of a call to the aws CLI, which refuses fields that the API has not got. */
  const call = async (service: string, operation: string, input: Fields): Promise<Fields> => {
    const file = join(folder, `${service}-${operation}.json`);
    await writeFile(file, JSON.stringify(input));
    return (await moto.aws(service, operation, "--cli-input-json", `file://${file}`)) as Fields;
  };

  /** Makes the resources of a template one by one, each by the call that CloudFormation would make. */
  async function make({ Resources }: CapacityTemplate): Promise<ReadonlyMap<string, Fields>> {
    const made = new Map<string, Fields>();
    const resolve = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(resolve);
      if (typeof value !== "object" || value === null) return value;
      const { Ref, "Fn::GetAtt": attribute, "Fn::Sub": text, "Fn::Base64": plain } = value as Fields;
      if (Ref !== undefined) return made.get(Ref as string)!["Ref"];
      if (attribute !== undefined) {
        const [id, name] = attribute as readonly [string, string];
        return made.get(id)![name];
      }
      if (text !== undefined) return (text as string).replaceAll("${AWS::Partition}", "aws");
      if (plain !== undefined) return btoa(plain as string);
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolve(each)]));
    };
    for (const [id, { Type, Properties = {} }] of Object.entries(Resources)) {
      made.set(id, await makeOne(Type, id, resolve(Properties) as Fields));
    }
    return made;
  }

  let count = 0;
  const makers: Readonly<Record<string, (properties: Fields, id: string) => Promise<Fields>>> = {
    // Without AWS's own policies, which moto has not got.
    "AWS::IAM::Role": async ({ AssumeRolePolicyDocument, Tags }, id) => {
      const RoleName = `${id}-${++count}`;
      const input = { RoleName, AssumeRolePolicyDocument: JSON.stringify(AssumeRolePolicyDocument), Tags };
      const { Role } = (await call("iam", "create-role", input)) as { Role: { Arn: string } };
      return { Ref: RoleName, Arn: Role.Arn };
    },
    "AWS::IAM::InstanceProfile": async (_, id) => {
      const InstanceProfileName = `${id}-${++count}`;
      const { InstanceProfile } = (await call("iam", "create-instance-profile", { InstanceProfileName })) as {
        InstanceProfile: { Arn: string };
      };
      return { Ref: InstanceProfileName, Arn: InstanceProfile.Arn };
    },
    "AWS::EC2::SecurityGroup": async ({ GroupDescription, VpcId }) => {
      const input = { GroupName: `group-${++count}`, Description: GroupDescription, VpcId };
      const { GroupId } = await call("ec2", "create-security-group", input);
      return { Ref: GroupId, GroupId };
    },
    "AWS::EC2::SecurityGroupIngress": (rule) => ruleOf("authorize-security-group-ingress", rule),
    "AWS::EC2::SecurityGroupEgress": (rule) => ruleOf("authorize-security-group-egress", rule),
    // moto has none.
    "AWS::EC2::PlacementGroup": () => Promise.resolve({ Ref: "close" }),
    "AWS::EC2::LaunchTemplate": async (properties) => {
      const { LaunchTemplate } = (await call("ec2", "create-launch-template", properties)) as {
        LaunchTemplate: { LaunchTemplateId: string };
      };
      return { Ref: LaunchTemplate.LaunchTemplateId, LatestVersionNumber: "1" };
    },
    "AWS::AutoScaling::AutoScalingGroup": async ({ VPCZoneIdentifier, MinSize, MaxSize, ...properties }) => {
      const zones = (VPCZoneIdentifier as readonly string[]).join(",");
      const sizes = { MinSize: Number(MinSize), MaxSize: Number(MaxSize) };
      await call("autoscaling", "create-auto-scaling-group", { ...properties, ...sizes, VPCZoneIdentifier: zones });
      const name = properties["AutoScalingGroupName"] as string;
      const { AutoScalingGroups } = (await moto.aws(
        "autoscaling",
        "describe-auto-scaling-groups",
        "--auto-scaling-group-names",
        name,
      )) as { AutoScalingGroups: readonly Fields[] };
      return { ...AutoScalingGroups[0], Ref: AutoScalingGroups[0]!["AutoScalingGroupARN"] };
    },
    "AWS::ECS::CapacityProvider": async ({ ClusterName, ...properties }) => {
      const input = {
        ...(lowered(properties) as Fields),
        ...(ClusterName === undefined ? {} : { cluster: ClusterName }),
      };
      const { capacityProvider } = await call("ecs", "create-capacity-provider", input);
      return { ...(capacityProvider as Fields), Ref: properties["Name"] };
    },
  };
  const makeOne = (type: string, id: string, properties: Fields): Promise<Fields> => makers[type]!(properties, id);

  async function ruleOf(operation: string, rule: Fields): Promise<Fields> {
    const { GroupId, IpProtocol, SourceSecurityGroupId, DestinationSecurityGroupId, Description } = rule;
    const pair = { GroupId: SourceSecurityGroupId ?? DestinationSecurityGroupId, Description };
    await call("ec2", operation, { GroupId, IpPermissions: [{ IpProtocol, UserIdGroupPairs: [pair] }] });
    return {};
  }

  /** ECS's own casing of CloudFormation's fields. */
  function lowered(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(lowered);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key[0]!.toLowerCase() + key.slice(1), lowered(each)]),
    );
  }

  it.each([
    ["inf2.xlarge", []],
    ["trn1.32xlarge", ["--efa"]],
    ["p5.48xlarge", ["--efa"]],
    ["g5.12xlarge", ["--spot", "--max-size", "4"]],
    ["g5g.xlarge", []],
  ] as const)("takes each resource of the template for %s", async (type, flags) => {
    const [zone = ""] = await zonesOf(type);
    const subnet = subnets.get(zone)!;
    const { code, stdout, stderr } = await generate(
      "--instance-type",
      type,
      "--subnet",
      subnet,
      ...flags,
      "-o",
      "json",
    );
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const template = JSON.parse(stdout) as CapacityTemplate;
    const made = await make(template);
    const name = `aiplat-prod-${type.replace(".", "-")}`;

    const { LaunchTemplateVersions } = (await moto.aws(
      "ec2",
      "describe-launch-template-versions",
      "--launch-template-name",
      name,
    )) as { LaunchTemplateVersions: readonly { LaunchTemplateData: Fields }[] };
    const data = LaunchTemplateVersions[0]!.LaunchTemplateData;
    expect(data).toMatchObject({
      ImageId: "ami-0123456789abcdef0",
      InstanceType: type,
      MetadataOptions: { HttpTokens: "required", HttpPutResponseHopLimit: 2 },
    });
    expect(atob(data["UserData"] as string)).toMatch(/ECS_CLUSTER=prod\n|cluster = "prod"\n/);
    const interfaces = ((data["NetworkInterfaces"] ?? []) as readonly Fields[]).map((each) => [
      each["NetworkCardIndex"],
      each["DeviceIndex"],
      each["InterfaceType"],
    ]);
    const expected = (flags as readonly string[]).includes("--efa")
      ? efaLayout(requireInstanceType(type), requireInstanceType(type).efaInterfaces!)
      : [];
    expect(interfaces).toEqual(
      expected.map(({ networkCardIndex, deviceIndex, interfaceType }) => [
        networkCardIndex,
        deviceIndex,
        interfaceType,
      ]),
    );

    expect(made.get("AutoScalingGroup")).toMatchObject({
      AutoScalingGroupName: name,
      NewInstancesProtectedFromScaleIn: true,
      MinSize: 0,
      VPCZoneIdentifier: subnet,
    });
    expect(made.get("CapacityProvider")).toMatchObject({
      name,
      autoScalingGroupProvider: {
        managedScaling: { status: "ENABLED", targetCapacity: 100 },
        managedTerminationProtection: "ENABLED",
      },
    });
  });

  it("is asked where subnets lie: a zone without the type is refused by name", async () => {
    const offering = await zonesOf("trn1.32xlarge");
    const [zone, subnet] = [...subnets].find(([each]) => !offering.includes(each))!;
    const { code, stdout, stderr } = await generate("--instance-type", "trn1.32xlarge", "--subnet", subnet);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(`${subnet} is in ${zone}, which does not offer trn1.32xlarge`);
    const absent = await generate("--instance-type", "inf2.xlarge", "--subnet", "subnet-0123456789abcdef0");
    expect(absent.code).toBe(2);
    expect(absent.stderr).toContain("--subnet subnet-0123456789abcdef0: there is none in us-east-1");
  });

  it("says in the YAML of which parameter the image is, which version and as of when", async () => {
    const [zone = ""] = await zonesOf("inf2.xlarge");
    const { stdout } = await generate("--instance-type", "inf2.xlarge", "--subnet", subnets.get(zone)!);
    expect(stdout).toMatch(
      /\n {8}ImageId: ami-0123456789abcdef0 # \/aws\/service\/ecs\/optimized-ami\/amazon-linux-2023\/neuron\/recommended, 20261128, as of \d{4}-\d\d-\d\d\n/,
    );
  });
});
