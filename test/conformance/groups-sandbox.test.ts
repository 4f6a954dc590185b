// Launch templates and Auto Scaling groups as the sandbox plays them, asked by AWS's own SDK.
import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  DeleteAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeScalingActivitiesCommand,
  SetDesiredCapacityCommand,
  SetInstanceProtectionCommand,
  TerminateInstanceInAutoScalingGroupCommand,
  UpdateAutoScalingGroupCommand,
  type CreateAutoScalingGroupCommandInput,
} from "@aws-sdk/client-auto-scaling";
import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  DescribeImagesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeSubnetsCommand,
  EC2Client,
  ModifyLaunchTemplateCommand,
  type RequestLaunchTemplateData,
} from "@aws-sdk/client-ec2";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startTestSandbox, type Json, type TestSandbox } from "../support/sandbox.ts";

let box: TestSandbox;
let ec2: EC2Client;
let scaling: AutoScalingClient;

beforeEach(async () => {
  box = await startTestSandbox({ fleet: [] });
  const settings = {
    region: "us-east-1",
    endpoint: box.sandbox.url,
    credentials: { accessKeyId: "x", secretAccessKey: "x" },
    maxAttempts: 1,
  };
  ec2 = new EC2Client(settings);
  scaling = new AutoScalingClient(settings);
});
afterEach(() => box.sandbox.close());

const script =
  "#!/bin/bash\ncat >> /etc/ecs/ecs.config <<'EOF'\nECS_CLUSTER=default\nECS_RESERVED_MEMORY=1024\n" +
  'ECS_INSTANCE_ATTRIBUTES={"stack":"prod"}\nEOF\n';

const data = {
  ImageId: "ami-00000000000000001",
  InstanceType: "inf2.xlarge",
  UserData: Buffer.from(script).toString("base64"),
} as const satisfies RequestLaunchTemplateData;

const subnets = ["a", "b", "c"].map((zone) => `subnet-${"0".repeat(16)}${zone}`);

async function makeTemplate(LaunchTemplateData: RequestLaunchTemplateData = data): Promise<string> {
  const { LaunchTemplate } = await ec2.send(
    new CreateLaunchTemplateCommand({ LaunchTemplateName: "pool", LaunchTemplateData }),
  );
  return LaunchTemplate!.LaunchTemplateId!;
}

async function makeGroup(changes: Partial<CreateAutoScalingGroupCommandInput> = {}): Promise<void> {
  await scaling.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: "pool",
      LaunchTemplate: { LaunchTemplateName: "pool", Version: "$Latest" },
      MinSize: 0,
      MaxSize: 4,
      VPCZoneIdentifier: subnets.join(","),
      ...changes,
    }),
  );
}

async function group() {
  const { AutoScalingGroups } = await scaling.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: ["pool"] }),
  );
  return AutoScalingGroups![0]!;
}

const instances = async () => (await group()).Instances ?? [];
const states = async () => (await instances()).map(({ LifecycleState }) => LifecycleState).toSorted();
const activities = async () =>
  (await scaling.send(new DescribeScalingActivitiesCommand({ AutoScalingGroupName: "pool" }))).Activities!;

/** The container instances that are not gone. */
async function registered(): Promise<readonly Json[]> {
  const { containerInstanceArns } = await box.ecs("ListContainerInstances");
  if (containerInstanceArns.length === 0) return [];
  return (await box.ecs("DescribeContainerInstances", { containerInstances: containerInstanceArns }))
    .containerInstances;
}

const attributesOf = ({ attributes }: Json) =>
  Object.fromEntries(attributes.map(({ name, value }: Json) => [name, value]));

describe("a launch template", () => {
  it("says what it was told, of every kind", async () => {
    const all: RequestLaunchTemplateData = {
      ...data,
      IamInstanceProfile: { Arn: "arn:aws:iam::123456789012:instance-profile/p" },
      BlockDeviceMappings: [
        {
          DeviceName: "/dev/xvda",
          Ebs: { VolumeSize: 100, VolumeType: "gp3", Encrypted: true, DeleteOnTermination: true },
        },
      ],
      NetworkInterfaces: [
        {
          DeviceIndex: 0,
          NetworkCardIndex: 0,
          InterfaceType: "efa",
          Groups: ["sg-1", "sg-2"],
          DeleteOnTermination: true,
        },
        {
          DeviceIndex: 1,
          NetworkCardIndex: 1,
          InterfaceType: "efa-only",
          Groups: ["sg-1", "sg-2"],
          DeleteOnTermination: true,
        },
      ],
      MetadataOptions: { HttpTokens: "required", HttpPutResponseHopLimit: 2 },
      Placement: { GroupName: "close" },
      InstanceMarketOptions: { MarketType: "capacity-block" },
      CapacityReservationSpecification: { CapacityReservationTarget: { CapacityReservationId: "cr-1" } },
      TagSpecifications: [
        {
          ResourceType: "instance",
          Tags: [
            { Key: "a", Value: "1" },
            { Key: "b", Value: "" },
          ],
        },
        { ResourceType: "volume", Tags: [{ Key: "a", Value: "1" }] },
      ],
    };
    const LaunchTemplateId = await makeTemplate(all);
    const described = await ec2.send(new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions: ["1"] }));
    expect(described.LaunchTemplateVersions).toMatchObject([
      { LaunchTemplateName: "pool", VersionNumber: 1, DefaultVersion: true },
    ]);
    expect(described.LaunchTemplateVersions![0]!.LaunchTemplateData).toEqual(all);
  });

  it("has security groups of its own where it has no interfaces", async () => {
    const LaunchTemplateId = await makeTemplate({ ...data, SecurityGroupIds: ["sg-1"] });
    const described = await ec2.send(new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId }));
    expect(described.LaunchTemplateVersions![0]!.LaunchTemplateData!.SecurityGroupIds).toEqual(["sg-1"]);
  });

  it("takes what a version leaves out from its source, and launches $Default until that moves", async () => {
    const LaunchTemplateId = await makeTemplate();
    await makeGroup({ LaunchTemplate: { LaunchTemplateId, Version: "$Default" }, DesiredCapacity: 1 });
    const made = await ec2.send(
      new CreateLaunchTemplateVersionCommand({
        LaunchTemplateId,
        SourceVersion: "1",
        LaunchTemplateData: { ImageId: "ami-00000000000000002" },
      }),
    );
    expect(made.LaunchTemplateVersion).toMatchObject({
      VersionNumber: 2,
      DefaultVersion: false,
      LaunchTemplateData: { ...data, ImageId: "ami-00000000000000002" },
    });
    await scaling.send(new SetDesiredCapacityCommand({ AutoScalingGroupName: "pool", DesiredCapacity: 2 }));
    await ec2.send(new ModifyLaunchTemplateCommand({ LaunchTemplateId, DefaultVersion: "2" }));
    await scaling.send(new SetDesiredCapacityCommand({ AutoScalingGroupName: "pool", DesiredCapacity: 3 }));
    expect((await instances()).map(({ LaunchTemplate }) => LaunchTemplate!.Version)).toEqual(["1", "1", "2"]);
    box.step(61);
    const { Reservations } = await ec2.send(new DescribeInstancesCommand({}));
    expect(Reservations!.map(({ Instances }) => Instances![0]!.ImageId)).toEqual([
      "ami-00000000000000001",
      "ami-00000000000000001",
      "ami-00000000000000002",
    ]);
    expect((await registered()).map((each) => attributesOf(each)["ecs.ami-id"]).toSorted()).toEqual([
      "ami-00000000000000001",
      "ami-00000000000000001",
      "ami-00000000000000002",
    ]);
  });

  it("is made once under a client token, and not of another request", async () => {
    const request = { LaunchTemplateName: "once", LaunchTemplateData: data, ClientToken: "t" } as const;
    const first = await ec2.send(new CreateLaunchTemplateCommand(request));
    const second = await ec2.send(new CreateLaunchTemplateCommand(request));
    expect(second.LaunchTemplate!.LaunchTemplateId).toBe(first.LaunchTemplate!.LaunchTemplateId);
    const other = { ...request, LaunchTemplateName: "other" };
    await expect(ec2.send(new CreateLaunchTemplateCommand(other))).rejects.toThrow("different parameters");
    await expect(ec2.send(new CreateLaunchTemplateCommand({ ...request, ClientToken: "u" }))).rejects.toThrow(
      "Launch template name already in use.",
    );
  });
});

describe("a group", () => {
  it("launches into its zones in turn, and its instances register as their user data says", async () => {
    await makeTemplate();
    await makeGroup({ DesiredCapacity: 3 });
    expect(await states()).toEqual(["Pending", "Pending", "Pending"]);
    expect(await registered()).toEqual([]);
    box.step(61);
    expect(await states()).toEqual(["InService", "InService", "InService"]);
    expect(new Set((await instances()).map(({ AvailabilityZone }) => AvailabilityZone)).size).toBe(3);
    const [one, ...others] = await registered();
    expect(others).toHaveLength(2);
    expect(attributesOf(one)).toMatchObject({
      "ecs.ami-id": data.ImageId,
      "ecs.instance-type": "inf2.xlarge",
      stack: "prod",
    });
    const memory = one.registeredResources.find(({ name }: Json) => name === "MEMORY").integerValue;
    expect(memory).toBe(Math.floor(16_384 * 0.95) - 1024);
  });

  it("launches into the zones that it is given in place of subnets", async () => {
    await makeTemplate();
    const zones = { VPCZoneIdentifier: undefined, AvailabilityZones: ["us-east-1c"] };
    await makeGroup({ ...zones, DesiredCapacity: 2 } as unknown as Partial<CreateAutoScalingGroupCommandInput>);
    expect((await instances()).map(({ AvailabilityZone }) => AvailabilityZone)).toEqual(["us-east-1c", "us-east-1c"]);
  });

  it("registers nowhere where its cluster is not there", async () => {
    await makeTemplate({ ...data, UserData: Buffer.from("ECS_CLUSTER=none").toString("base64") });
    await makeGroup({ DesiredCapacity: 1 });
    box.step(61);
    expect([await states(), await registered()]).toEqual([["InService"], []]);
  });

  it("says why it cannot launch, and launches once it can", async () => {
    box.sandbox.world.launchFailures.set("inf2.xlarge", "We currently do not have sufficient inf2.xlarge capacity.");
    await makeTemplate();
    await makeGroup({ DesiredCapacity: 1 });
    box.step(130);
    expect(await states()).toEqual([]);
    const failed = await activities();
    expect(failed.length).toBeGreaterThan(1);
    expect(failed[0]).toMatchObject({
      StatusCode: "Failed",
      StatusMessage: "We currently do not have sufficient inf2.xlarge capacity.",
    });
    box.sandbox.world.launchFailures.clear();
    box.step(130);
    expect(await states()).toEqual(["InService"]);
  });

  it("launches no type in a zone that does not have it", async () => {
    const { InstanceTypeOfferings } = await ec2.send(
      new DescribeInstanceTypeOfferingsCommand({
        LocationType: "availability-zone",
        Filters: [{ Name: "instance-type", Values: ["trn1.32xlarge"] }],
      }),
    );
    expect(InstanceTypeOfferings!.map(({ Location }) => Location)).toEqual(["us-east-1a", "us-east-1b"]);
    const { Subnets } = await ec2.send(
      new DescribeSubnetsCommand({ Filters: [{ Name: "availability-zone", Values: ["us-east-1c"] }] }),
    );
    await makeTemplate({ ...data, InstanceType: "trn1.32xlarge" });
    await makeGroup({ DesiredCapacity: 1, VPCZoneIdentifier: Subnets![0]!.SubnetId! });
    expect((await activities())[0]!.StatusMessage).toContain(
      "not supported in your requested Availability Zone (us-east-1c)",
    );
  });

  it("launches no image that AWS has taken back", async () => {
    const { Images } = await ec2.send(
      new DescribeImagesCommand({
        Owners: ["amazon"],
        Filters: [{ Name: "name", Values: ["al2023-ami-ecs-neuron-hvm-*"] }],
      }),
    );
    const ImageId = Images!.toSorted((one, other) => (one.CreationDate! < other.CreationDate! ? -1 : 1))[0]!.ImageId!;
    await makeTemplate({ ...data, ImageId });
    box.sandbox.world.retiredImages.add(ImageId);
    await makeGroup({ DesiredCapacity: 1 });
    expect((await activities())[0]!.StatusMessage).toContain(`The image id '[${ImageId}]' does not exist`);
    await expect(ec2.send(new DescribeImagesCommand({ ImageIds: [ImageId] }))).rejects.toThrow("does not exist");
  });

  it("ends what is too much, the oldest of the fullest zone first, and nothing that is protected", async () => {
    await makeTemplate();
    await makeGroup({ DesiredCapacity: 2, NewInstancesProtectedFromScaleIn: true });
    box.step(61);
    const [one, two] = (await instances()).map(({ InstanceId }) => InstanceId!);
    await scaling.send(
      new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: "pool", MinSize: 0, MaxSize: 0, DesiredCapacity: 0 }),
    );
    box.step(600);
    expect(await states()).toEqual(["InService", "InService"]);
    expect((await activities())[0]).toMatchObject({
      StatusCode: "Cancelled",
      StatusMessage: expect.stringContaining("protected from scale-in"),
    });
    const unprotect = (InstanceIds: string[]) =>
      scaling.send(
        new SetInstanceProtectionCommand({ AutoScalingGroupName: "pool", InstanceIds, ProtectedFromScaleIn: false }),
      );
    await unprotect([one!]);
    expect((await instances()).map(({ InstanceId }) => InstanceId)).toEqual([two]);
    await unprotect([two!]);
    expect(await instances()).toEqual([]);
    expect(await registered()).toEqual([]);
  });

  it("replaces an instance that is ended, unless it shrinks with it", async () => {
    await makeTemplate();
    await makeGroup({ MinSize: 1, DesiredCapacity: 2, NewInstancesProtectedFromScaleIn: true });
    box.step(61);
    const end = async (ShouldDecrementDesiredCapacity: boolean) => {
      const [first] = await instances();
      const { Activity } = await scaling.send(
        new TerminateInstanceInAutoScalingGroupCommand({
          InstanceId: first!.InstanceId!,
          ShouldDecrementDesiredCapacity,
        }),
      );
      expect(Activity!.Description).toBe(`Terminating EC2 instance: ${first!.InstanceId}`);
    };
    await end(false);
    expect(await states()).toEqual(["InService", "Pending"]);
    box.step(61);
    await end(true);
    expect([await states(), (await group()).DesiredCapacity]).toEqual([["InService"], 1]);
    await expect(end(true)).rejects.toThrow("will violate group's min size constraint");
    await end(false);
    expect(await states()).toEqual(["Pending"]);
  });

  it("goes once it is empty, or at once by force", async () => {
    await makeTemplate();
    await makeGroup({ DesiredCapacity: 1, NewInstancesProtectedFromScaleIn: true });
    box.step(61);
    const remove = (ForceDelete: boolean) =>
      scaling.send(new DeleteAutoScalingGroupCommand({ AutoScalingGroupName: "pool", ForceDelete }));
    await expect(remove(false)).rejects.toThrow("You cannot delete an AutoScalingGroup while there are instances");
    await remove(true);
    expect(await registered()).toEqual([]);
    await expect(remove(true)).rejects.toThrow("AutoScalingGroup 'pool' not found");
  });

  it.each<[says: string, changes: Partial<CreateAutoScalingGroupCommandInput>]>([
    ["must be greater than or equal to min bound", { MinSize: 5 }],
    ["Desired capacity:9 must be between the specified min size:0 and max size:4", { DesiredCapacity: 9 }],
    ["The subnet ID 'subnet-1' does not exist", { VPCZoneIdentifier: "subnet-1" }],
    ["Invalid availability zones [us-west-2a]", { VPCZoneIdentifier: undefined, AvailabilityZones: ["us-west-2a"] }],
    ["with template name none, does not exist", { LaunchTemplate: { LaunchTemplateName: "none" } }],
    ["Could not find the specified version 7", { LaunchTemplate: { LaunchTemplateName: "pool", Version: "7" } }],
    ["must contain either LaunchTemplate", { LaunchTemplate: undefined }],
    ["At least one Availability Zone or VPC Subnet is required", { VPCZoneIdentifier: undefined }],
  ] as const)("is refused: %s", async (says, changes) => {
    await makeTemplate();
    await expect(makeGroup(changes as Partial<CreateAutoScalingGroupCommandInput>)).rejects.toThrow(says);
    expect(box.sandbox.world.groups.size).toBe(0);
  });

  it("launches the types of its overrides, as Spot instances where all are to be", async () => {
    const LaunchTemplateId = await makeTemplate();
    await makeGroup({
      LaunchTemplate: undefined as never,
      MixedInstancesPolicy: {
        InstancesDistribution: {
          OnDemandPercentageAboveBaseCapacity: 0,
          SpotAllocationStrategy: "price-capacity-optimized",
        },
        LaunchTemplate: {
          LaunchTemplateSpecification: { LaunchTemplateId, Version: "1" },
          Overrides: [{ InstanceType: "g5.xlarge" }],
        },
      },
      DesiredCapacity: 1,
    });
    expect(await group()).toMatchObject({
      MixedInstancesPolicy: {
        InstancesDistribution: { OnDemandPercentageAboveBaseCapacity: 0 },
        LaunchTemplate: {
          LaunchTemplateSpecification: { LaunchTemplateName: "pool" },
          Overrides: [{ InstanceType: "g5.xlarge" }],
        },
      },
      Instances: [{ InstanceType: "g5.xlarge" }],
    });
    const { Reservations } = await ec2.send(new DescribeInstancesCommand({}));
    expect(Reservations![0]!.Instances![0]).toMatchObject({ InstanceLifecycle: "spot", InstanceType: "g5.xlarge" });
  });
});

describe("a capacity provider of a group", () => {
  const provide = (changes: object = {}) =>
    box.ecs("CreateCapacityProvider", {
      name: "pool",
      autoScalingGroupProvider: {
        autoScalingGroupArn: box.sandbox.world.groups.get("pool")!.arn,
        managedScaling: { status: "ENABLED", targetCapacity: 100 },
        managedTerminationProtection: "ENABLED",
        managedDraining: "ENABLED",
        ...changes,
      },
    });
  const use = (capacityProviders: readonly string[] = ["pool"]) =>
    box.ecs("PutClusterCapacityProviders", {
      cluster: "default",
      capacityProviders,
      defaultCapacityProviderStrategy: capacityProviders.map((capacityProvider) => ({ capacityProvider, weight: 1 })),
    });

  it("brings machines of the launch template when tasks wait, and drains what the group is told to end", async () => {
    await makeTemplate();
    await makeGroup({ NewInstancesProtectedFromScaleIn: true });
    await provide();
    await use();
    const taskDefinition = await box.register("job", { cpu: 3_000, memory: 1024 });
    await box.ecs("CreateService", {
      serviceName: "job",
      taskDefinition,
      desiredCount: 1,
      capacityProviderStrategy: [{ capacityProvider: "pool", weight: 1 }],
    });
    box.step(240);
    const running = async () => (await box.ecs("DescribeServices", { services: ["job"] })).services[0].runningCount;
    expect(await running()).toBe(1);
    const all = await registered();
    expect(all.map((each) => [each.capacityProviderName, attributesOf(each)["ecs.ami-id"]])).toEqual(
      all.map(() => ["pool", data.ImageId]),
    );
    const busy = all.find(({ runningTasksCount }) => runningTasksCount > 0)!;
    await scaling.send(
      new TerminateInstanceInAutoScalingGroupCommand({
        InstanceId: busy.ec2InstanceId,
        ShouldDecrementDesiredCapacity: false,
      }),
    );
    expect(await states()).toContain("Terminating:Wait");
    // Its task moves first.
    expect(await running()).toBe(1);
    box.step(240);
    expect(await running()).toBe(1);
    expect((await instances()).map(({ InstanceId }) => InstanceId)).not.toContain(busy.ec2InstanceId);
    expect(new Set(await states())).toEqual(new Set(["InService"]));
  });

  it("needs a group that protects its instances for managed termination protection", async () => {
    await makeTemplate();
    await makeGroup();
    await expect(provide()).rejects.toThrow(
      "the Auto Scaling group must have instance protection from scale in enabled",
    );
    await provide({ managedTerminationProtection: "DISABLED" });
    await expect(
      box.ecs("UpdateCapacityProvider", {
        name: "pool",
        autoScalingGroupProvider: { managedTerminationProtection: "ENABLED" },
      }),
    ).rejects.toThrow("instance protection from scale in");
    const { capacityProvider } = await box.ecs("UpdateCapacityProvider", {
      name: "pool",
      autoScalingGroupProvider: { managedScaling: { status: "DISABLED" } },
    });
    expect(capacityProvider.autoScalingGroupProvider).toMatchObject({
      managedScaling: { status: "DISABLED" },
      managedDraining: "ENABLED",
    });
  });

  it("stays while a cluster has it", async () => {
    await makeTemplate();
    await makeGroup({ NewInstancesProtectedFromScaleIn: true });
    await provide();
    await expect(
      box.ecs("CreateCapacityProvider", {
        name: "other",
        autoScalingGroupProvider: { autoScalingGroupArn: box.sandbox.world.groups.get("pool")!.arn },
      }),
    ).rejects.toThrow("already being used by another capacity provider");
    await use();
    const remove = () => box.ecs("DeleteCapacityProvider", { capacityProvider: "pool" });
    await expect(remove()).rejects.toThrow("The specified capacity provider is in use and cannot be removed.");
    await use([]);
    await remove();
  });
});
