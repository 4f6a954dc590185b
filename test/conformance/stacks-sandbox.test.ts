// CloudFormation, EC2 and Auto Scaling as the sandbox plays them, asked by AWS's own SDK.
import {
  CloudFormationClient,
  CreateChangeSetCommand,
  type CreateChangeSetCommandInput,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  GetTemplateCommand,
  ListStackResourcesCommand,
} from "@aws-sdk/client-cloudformation";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startTestSandbox, type TestSandbox } from "../support/sandbox.ts";

let box: TestSandbox;
let cloudFormation: CloudFormationClient;

beforeEach(async () => {
  box = await startTestSandbox({ fleet: [] });
  cloudFormation = new CloudFormationClient({
    region: "us-east-1",
    endpoint: box.sandbox.url,
    credentials: { accessKeyId: "x", secretAccessKey: "x" },
    maxAttempts: 1,
  });
});
afterEach(() => box.sandbox.close());

const userData = "#!/bin/bash\necho 'ECS_CLUSTER=default' >> /etc/ecs/ecs.config\n";

/** A capacity of one group, with changes to the properties of its resources. */
function template(changes: Readonly<Record<string, object>> = {}, minSize = 0): string {
  const properties = {
    InstanceRole: {
      AssumeRolePolicyDocument: {},
      ManagedPolicyArns: [{ "Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/A" }],
    },
    InstanceProfile: { Roles: [{ Ref: "InstanceRole" }] },
    LaunchTemplate: {
      LaunchTemplateName: "pool",
      LaunchTemplateData: {
        ImageId: "ami-0123456789abcdef0",
        InstanceType: "inf2.xlarge",
        IamInstanceProfile: { Arn: { "Fn::GetAtt": ["InstanceProfile", "Arn"] } },
        UserData: { "Fn::Base64": userData },
      },
    },
    AutoScalingGroup: {
      AutoScalingGroupName: "pool",
      MinSize: String(minSize),
      MaxSize: "4",
      VPCZoneIdentifier: ["subnet-0000000000000000a", "subnet-0000000000000000b"],
      NewInstancesProtectedFromScaleIn: true,
      LaunchTemplate: {
        LaunchTemplateId: { Ref: "LaunchTemplate" },
        Version: { "Fn::GetAtt": ["LaunchTemplate", "LatestVersionNumber"] },
      },
    },
    CapacityProvider: {
      Name: "pool",
      AutoScalingGroupProvider: {
        AutoScalingGroupArn: { Ref: "AutoScalingGroup" },
        ManagedScaling: { Status: "ENABLED", TargetCapacity: 100 },
        ManagedTerminationProtection: "ENABLED",
        ManagedDraining: "ENABLED",
      },
    },
  };
  const types: Readonly<Record<keyof typeof properties, string>> = {
    InstanceRole: "AWS::IAM::Role",
    InstanceProfile: "AWS::IAM::InstanceProfile",
    LaunchTemplate: "AWS::EC2::LaunchTemplate",
    AutoScalingGroup: "AWS::AutoScaling::AutoScalingGroup",
    CapacityProvider: "AWS::ECS::CapacityProvider",
  };
  return JSON.stringify({
    AWSTemplateFormatVersion: "2010-09-09",
    Description: "a capacity",
    // What depends on others stands first: the order is CloudFormation's to find.
    Resources: Object.fromEntries(
      Object.entries(properties)
        .toReversed()
        .map(([id, own]) => [id, { Type: types[id as keyof typeof types], Properties: { ...own, ...changes[id] } }]),
    ),
    Outputs: { CapacityProvider: { Value: { Ref: "CapacityProvider" } } },
  });
}

async function changeSet(body: string, type: "CREATE" | "UPDATE", name = "c"): Promise<string> {
  const { Id } = await cloudFormation.send(
    new CreateChangeSetCommand({
      StackName: "pool",
      ChangeSetName: name,
      ChangeSetType: type,
      TemplateBody: body,
      Capabilities: ["CAPABILITY_IAM"],
    }),
  );
  box.step(5);
  return Id!;
}

const describeSet = (ChangeSetName: string) => cloudFormation.send(new DescribeChangeSetCommand({ ChangeSetName }));
const execute = (ChangeSetName: string) => cloudFormation.send(new ExecuteChangeSetCommand({ ChangeSetName }));

async function deploy(body: string, type: "CREATE" | "UPDATE" = "CREATE", name = "c"): Promise<void> {
  await execute(await changeSet(body, type, name));
}

async function stack() {
  const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: "pool" }));
  return Stacks![0]!;
}

/** What happened, the oldest first. */
async function events(StackName = "pool"): Promise<readonly string[]> {
  const { StackEvents = [] } = await cloudFormation.send(new DescribeStackEventsCommand({ StackName }));
  return StackEvents.toReversed().map(
    ({ LogicalResourceId, ResourceStatus, ResourceStatusReason }) =>
      `${LogicalResourceId} ${ResourceStatus}${ResourceStatusReason === undefined ? "" : `: ${ResourceStatusReason}`}`,
  );
}

async function group() {
  const xml = await box.query("DescribeAutoScalingGroups", { "AutoScalingGroupNames.member.1": "pool" });
  const all = (tag: string) =>
    [...xml.matchAll(new RegExp(`<${tag}>([^<]*)</${tag}>`, "g"))].map(([, value]) => value!);
  return { ids: all("InstanceId"), versions: all("Version"), desired: all("DesiredCapacity")[0] };
}

describe("a change set", () => {
  it("shows what it would add, makes nothing, and is carried out in the order of dependencies", async () => {
    const id = await changeSet(template(), "CREATE");
    const { Status, ExecutionStatus, Changes } = await describeSet(id);
    expect([Status, ExecutionStatus]).toEqual(["CREATE_COMPLETE", "AVAILABLE"]);
    expect(Changes!.map(({ ResourceChange: change }) => `${change!.Action} ${change!.LogicalResourceId}`)).toEqual([
      "Add InstanceRole",
      "Add InstanceProfile",
      "Add LaunchTemplate",
      "Add AutoScalingGroup",
      "Add CapacityProvider",
    ]);
    expect((await stack()).StackStatus).toBe("REVIEW_IN_PROGRESS");
    expect(box.sandbox.world.groups.size).toBe(0);
    await execute(id);
    expect((await stack()).StackStatus).toBe("CREATE_IN_PROGRESS");
    box.step(60);
    expect(await stack()).toMatchObject({
      StackStatus: "CREATE_COMPLETE",
      Description: "a capacity",
      Outputs: [{ OutputKey: "CapacityProvider", OutputValue: "pool" }],
    });
    const made = (await events()).filter((each) => each.endsWith("CREATE_COMPLETE"));
    expect(made.map((each) => each.split(" ")[0])).toEqual([
      "InstanceRole",
      "InstanceProfile",
      "LaunchTemplate",
      "AutoScalingGroup",
      "CapacityProvider",
      "pool",
    ]);
    const { StackResourceSummaries } = await cloudFormation.send(new ListStackResourcesCommand({ StackName: "pool" }));
    expect(
      StackResourceSummaries!.map(({ LogicalResourceId, PhysicalResourceId }) => [
        LogicalResourceId,
        PhysicalResourceId,
      ]),
    ).toEqual([
      ["InstanceRole", expect.stringMatching(/^pool-InstanceRole-[0-9A-F]{12}$/)],
      ["InstanceProfile", expect.stringMatching(/^pool-InstanceProfile-/)],
      ["LaunchTemplate", expect.stringMatching(/^lt-/)],
      ["AutoScalingGroup", "pool"],
      ["CapacityProvider", "pool"],
    ]);
    const { TemplateBody } = await cloudFormation.send(new GetTemplateCommand({ StackName: "pool" }));
    expect(TemplateBody).toBe(template());
    const { capacityProviders } = await box.ecs("DescribeCapacityProviders", { capacityProviders: ["pool"] });
    expect(capacityProviders[0].autoScalingGroupProvider.autoScalingGroupArn).toMatch(/autoScalingGroupName\/pool$/);
  });

  it("fails where nothing would change, in AWS's words", async () => {
    await deploy(template());
    box.step(60);
    const { Status, StatusReason, ExecutionStatus } = await describeSet(await changeSet(template(), "UPDATE"));
    expect([Status, ExecutionStatus]).toEqual(["FAILED", "UNAVAILABLE"]);
    expect(StatusReason).toBe(
      "The submitted information didn't contain changes. Submit different information to create a change set.",
    );
  });

  it("tells changes in place from replacements, and names what they come through", async () => {
    await deploy(template());
    box.step(60);
    const launch = JSON.parse(template()).Resources.LaunchTemplate.Properties.LaunchTemplateData;
    const body = template({ LaunchTemplate: { LaunchTemplateData: { ...launch, ImageId: "ami-1" } } });
    const { Changes } = await describeSet(await changeSet(body, "UPDATE", "d"));
    expect(Changes!.map(({ ResourceChange }) => ResourceChange)).toMatchObject([
      {
        Action: "Modify",
        LogicalResourceId: "LaunchTemplate",
        Replacement: "False",
        Details: [{ Target: { Name: "LaunchTemplateData", RequiresRecreation: "Never" }, Evaluation: "Static" }],
      },
      {
        Action: "Modify",
        LogicalResourceId: "AutoScalingGroup",
        Replacement: "False",
        Details: [{ Evaluation: "Dynamic", CausingEntity: "LaunchTemplate.LatestVersionNumber" }],
      },
    ]);
    const renamed = await describeSet(
      await changeSet(template({ CapacityProvider: { Name: "other" } }), "UPDATE", "e"),
    );
    expect(renamed.Changes).toMatchObject([
      { ResourceChange: { LogicalResourceId: "CapacityProvider", Replacement: "True" } },
    ]);
  });

  it("makes the same one once under a client token, and goes when it is deleted", async () => {
    const request = {
      StackName: "pool",
      ChangeSetName: "c",
      ChangeSetType: "CREATE",
      TemplateBody: template(),
      Capabilities: ["CAPABILITY_IAM"],
      ClientToken: "t",
    } satisfies CreateChangeSetCommandInput;
    const first = await cloudFormation.send(new CreateChangeSetCommand(request));
    expect(await cloudFormation.send(new CreateChangeSetCommand(request))).toMatchObject({ Id: first.Id });
    await cloudFormation.send(new DeleteChangeSetCommand({ ChangeSetName: first.Id }));
    await expect(describeSet(first.Id!)).rejects.toThrow(`ChangeSet [${first.Id}] does not exist`);
  });
});

describe("what CloudFormation refuses", () => {
  const create = (TemplateBody: string, Capabilities: "CAPABILITY_IAM"[] = ["CAPABILITY_IAM"]) =>
    cloudFormation.send(
      new CreateChangeSetCommand({
        StackName: "pool",
        ChangeSetName: "c",
        ChangeSetType: "CREATE",
        TemplateBody,
        Capabilities,
      }),
    );

  it.each<[what: string, body: string, says: string]>([
    ["no template", "Resources: [", "Template format error: YAML not well-formed."],
    ["no resources", "Resources: {}", "At least one Resources member must be defined"],
    [
      "a type that it does not have",
      "Resources: {A: {Type: 'AWS::Lambda::Function'}}",
      "Template format error: Unrecognized resource types: [AWS::Lambda::Function]",
    ],
    [
      "a reference to nothing",
      "Resources: {A: {Type: 'AWS::IAM::InstanceProfile', Properties: {Roles: [!Ref B]}}}",
      "Template format error: Unresolved resource dependencies [B] in the Resources block of the template",
    ],
    [
      "a circle",
      "Resources: {A: {Type: 'AWS::IAM::Role', DependsOn: B}, B: {Type: 'AWS::IAM::Role', DependsOn: A}}",
      "Circular dependency between resources: [A, B]",
    ],
    [
      "a function that it does not play",
      "Resources: {A: {Type: 'AWS::IAM::Role', Properties: {Path: {'Fn::If': []}}}}",
      "the sandbox plays no Fn::If",
    ],
    [
      "a section that it does not play",
      "{Parameters: {}, Resources: {A: {Type: 'AWS::ECS::Cluster'}}}",
      "plays no section Parameters",
    ],
  ])("%s", async (_, body, says) => {
    await expect(create(body)).rejects.toThrow(says);
  });

  it("a role without the capability", async () => {
    await expect(create(template(), [])).rejects.toThrow("Requires capabilities : [CAPABILITY_IAM]");
  });

  it("another stack of the name, and an update of none", async () => {
    await expect(changeSet(template(), "UPDATE")).rejects.toThrow("Stack [pool] does not exist");
    await deploy(template());
    box.step(60);
    await expect(changeSet(template(), "CREATE", "d")).rejects.toThrow("already exists and cannot be created again");
    await expect(cloudFormation.send(new DescribeStacksCommand({ StackName: "none" }))).rejects.toThrow(
      "Stack with id none does not exist",
    );
  });

  it("a change set twice, and one that failed", async () => {
    const id = await changeSet(template(), "CREATE");
    await execute(id);
    await expect(execute(id)).rejects.toThrow("cannot be executed");
  });
});

describe("a template in YAML", () => {
  it("has the short forms of the functions", async () => {
    await deploy(
      `
Resources:
  Cluster: {Type: AWS::ECS::Cluster, Properties: {ClusterName: !Sub "\${AWS::StackName}-\${!x}"}}
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties: {GroupDescription: !GetAtt Cluster.Arn}
  Ingress:
    Type: AWS::EC2::SecurityGroupIngress
    Properties: {GroupId: !GetAtt Group.GroupId, IpProtocol: "-1", SourceSecurityGroupId: !GetAtt Group.GroupId}
`.replace("-${!x}", ""),
    );
    box.step(60);
    expect((await stack()).StackStatus).toBe("CREATE_COMPLETE");
    expect(box.sandbox.world.clusters.get("pool")?.status).toBe("ACTIVE");
    const [made] = [...box.sandbox.world.securityGroups.values()];
    expect(made).toMatchObject({
      description: "arn:aws:ecs:us-east-1:123456789012:cluster/pool",
      ingress: [{ protocol: "-1", groupId: made!.id }],
    });
    await cloudFormation.send(new DeleteStackCommand({ StackName: "pool" }));
    box.step(60);
    expect(box.sandbox.world.clusters.get("pool")?.status).toBe("INACTIVE");
    expect(box.sandbox.world.securityGroups.size).toBe(0);
  });
});

describe("a stack whose resource fails", () => {
  it("goes back to nothing, with the reason", async () => {
    box.sandbox.world.launchFailures.set("inf2.xlarge", "We currently do not have sufficient inf2.xlarge capacity.");
    await deploy(template({}, 1));
    box.step(60);
    expect((await stack()).StackStatus).toBe("CREATE_IN_PROGRESS");
    box.step(600);
    const { StackStatus } = await stack();
    expect(StackStatus).toBe("ROLLBACK_COMPLETE");
    expect(await events()).toEqual(
      expect.arrayContaining([
        "AutoScalingGroup CREATE_FAILED: Group did not stabilize. Last scaling activity: We currently do not have sufficient inf2.xlarge capacity.",
        "pool ROLLBACK_IN_PROGRESS: The following resource(s) failed to create: [AutoScalingGroup]. Rollback requested by user.",
      ]),
    );
    expect([box.sandbox.world.groups.size, box.sandbox.world.launchTemplates.size]).toEqual([0, 0]);
    // Nothing but a deletion helps it.
    await expect(changeSet(template(), "UPDATE")).rejects.toThrow(
      "is in ROLLBACK_COMPLETE state and can not be updated",
    );
  });

  it("goes back to what it was on an update", async () => {
    await deploy(template({}, 1));
    box.step(120);
    const before = await group();
    expect(before.versions).toContain("1");
    const launch = JSON.parse(template()).Resources.LaunchTemplate.Properties.LaunchTemplateData;
    const wrong = {
      LaunchTemplate: { LaunchTemplateData: { ...launch, ImageId: "ami-1" } },
      AutoScalingGroup: { VPCZoneIdentifier: ["subnet-none"] },
    };
    await deploy(template(wrong, 1), "UPDATE", "d");
    box.step(120);
    expect((await stack()).StackStatus).toBe("UPDATE_ROLLBACK_COMPLETE");
    expect((await events()).filter((each) => each.includes("UPDATE_FAILED"))).toEqual([
      expect.stringContaining(
        "AutoScalingGroup UPDATE_FAILED: Resource handler returned message: \"The subnet ID 'subnet-none' does not exist\"",
      ),
    ]);
    // The image of before is a version of its own.
    const [launchTemplate] = [...box.sandbox.world.launchTemplates.values()];
    expect(launchTemplate!.versions.map(({ data }) => data.ImageId)).toEqual([
      "ami-0123456789abcdef0",
      "ami-1",
      "ami-0123456789abcdef0",
    ]);
    expect(box.sandbox.world.groups.get("pool")!.launch!.version).toBe("3");
    expect((await group()).ids).toEqual(before.ids);
  });

  it("replaces nothing that has a name of its own", async () => {
    await deploy(template());
    box.step(60);
    await deploy(template({ CapacityProvider: { Name: "pool", ClusterName: "default" } }), "UPDATE", "d");
    box.step(60);
    expect((await stack()).StackStatus).toBe("UPDATE_ROLLBACK_COMPLETE");
    expect((await events()).find((each) => each.includes("UPDATE_FAILED"))).toContain(
      "a custom-named resource requires replacing",
    );
  });
});

describe("the deletion of a stack", () => {
  async function use(): Promise<void> {
    const strategy = [{ capacityProvider: "pool", weight: 1 }];
    await box.ecs("PutClusterCapacityProviders", {
      cluster: "default",
      capacityProviders: ["pool"],
      defaultCapacityProviderStrategy: strategy,
    });
  }
  const remove = () => cloudFormation.send(new DeleteStackCommand({ StackName: "pool" }));

  it("fails while a cluster has the provider, and goes on where it was once it has not", async () => {
    await deploy(template());
    box.step(60);
    await use();
    await remove();
    box.step(60);
    expect(await stack()).toMatchObject({
      StackStatus: "DELETE_FAILED",
      StackStatusReason: "The following resource(s) failed to delete: [CapacityProvider]. ",
    });
    expect(await events()).toContainEqual(
      expect.stringContaining("The specified capacity provider is in use and cannot be removed."),
    );
    expect(box.sandbox.world.groups.has("pool")).toBe(true);
    await box.ecs("PutClusterCapacityProviders", {
      cluster: "default",
      capacityProviders: [],
      defaultCapacityProviderStrategy: [],
    });
    const { StackId } = await stack();
    await remove();
    box.step(60);
    await expect(stack()).rejects.toThrow("does not exist");
    expect((await events(StackId)).at(-1)).toBe("pool DELETE_COMPLETE");
    expect([box.sandbox.world.groups.size, box.sandbox.world.capacityProviders.size]).toEqual([0, 0]);
  });

  it("hangs while an instance of the group is protected from scale-in, and fails after its time", async () => {
    await deploy(template({}, 1));
    box.step(120);
    const { ids } = await group();
    expect(ids).toHaveLength(1);
    await remove();
    box.step(600);
    expect((await stack()).StackStatus).toBe("DELETE_IN_PROGRESS");
    expect(await box.query("DescribeScalingActivities", { AutoScalingGroupName: "pool" })).toContain(
      "Could not scale to desired capacity because all remaining instances are protected from scale-in.",
    );
    box.step(3600);
    expect((await stack()).StackStatus).toBe("DELETE_FAILED");
    expect(await group()).toMatchObject({ ids, desired: "0" });
    await box.query("SetInstanceProtection", {
      AutoScalingGroupName: "pool",
      ProtectedFromScaleIn: "false",
      "InstanceIds.member.1": ids[0]!,
    });
    await remove();
    box.step(60);
    await expect(stack()).rejects.toThrow("does not exist");
  });

  it("is nothing for a stack that is not there", async () => {
    await expect(remove()).resolves.toBeDefined();
  });

  it("overtakes its creation", async () => {
    await deploy(template());
    box.step(3);
    await remove();
    box.step(60);
    await expect(stack()).rejects.toThrow("does not exist");
    expect([box.sandbox.world.groups.size, box.sandbox.world.launchTemplates.size]).toEqual([0, 0]);
  });
});
