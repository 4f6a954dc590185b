// What `ami roll` and `ami check` ask of launch templates and Auto Scaling groups, before moto and beside the aws CLI.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createMachineImages } from "../../src/aws/machine-images.ts";
import type { MachineImagesPort } from "../../src/machine-image-ports.ts";
import { startMoto, type Moto } from "../support/moto.ts";
import type { Json } from "../support/sandbox.ts";
import { missingTools } from "../support/tools.ts";

describe.skipIf(missingTools("moto_server", "aws"))("machine images of launch templates and groups, on moto", () => {
  let moto: Moto;
  let images: MachineImagesPort;
  let templateId: string;
  let old: string;
  let current: string;

  beforeAll(async () => {
    moto = await startMoto();
    const credentials = { accessKeyId: "testing", secretAccessKey: "testing" };
    const endpoints = { ec2: moto.url, autoscaling: moto.url };
    images = createMachineImages({ region: "us-east-1", credentials, endpoints }, new AbortController().signal);
    const { Images } = (await moto.aws("ec2", "describe-images", "--owners", "amazon")) as Json;
    [old, current] = Images.map(({ ImageId }: Json) => ImageId);
    const data = { ImageId: old, InstanceType: "inf2.xlarge", UserData: "IyEvYmluL2Jhc2gK" };
    const made = (await moto.aws(
      ..."ec2 create-launch-template --launch-template-name pool --launch-template-data".split(" "),
      JSON.stringify(data),
    )) as Json;
    templateId = made.LaunchTemplate.LaunchTemplateId;
  }, 120_000);

  afterAll(() => moto.stop());

  const group = async (name: string, ...template: readonly string[]): Promise<void> => {
    const sizes = "--min-size 2 --max-size 2 --desired-capacity 2 --availability-zones us-east-1a".split(" ");
    await moto.aws(
      "autoscaling",
      "create-auto-scaling-group",
      "--auto-scaling-group-name",
      name,
      ...sizes,
      ...template,
    );
  };
  const specification = () => ({ LaunchTemplateId: templateId, Version: "1" });
  const describeGroup = async (name: string): Promise<Json> =>
    ((await moto.aws("autoscaling", "describe-auto-scaling-groups", "--auto-scaling-group-names", name)) as Json)
      .AutoScalingGroups[0];

  it("makes a version with another image, which a group launches by its number and by the default", async () => {
    await group("numbered", "--launch-template", JSON.stringify(specification()));
    const [used] = await images.templateVersions(templateId, ["1"]);
    expect(used).toMatchObject({ templateName: "pool", number: 1, isDefault: true, imageId: old });
    const made = await images.createTemplateVersion(used!, current, "token-1");
    expect(made).toBe(2);
    const versions = await images.templateVersions(templateId, ["$Latest"]);
    expect(versions).toMatchObject([{ number: 2, isDefault: false, imageId: current }]);
    await images.useTemplateVersion((await images.group("numbered"))!, made);
    expect((await describeGroup("numbered")).LaunchTemplate).toMatchObject({
      LaunchTemplateId: templateId,
      Version: "2",
    });
    await images.setDefaultVersion(templateId, made);
    const { LaunchTemplates } = (await moto.aws("ec2", "describe-launch-templates")) as Json;
    expect(LaunchTemplates).toMatchObject([{ DefaultVersionNumber: 2, LatestVersionNumber: 2 }]);
    expect(await images.templateVersions("lt-0123456789abcdef0", ["1"])).toEqual([]);
  });

  it("keeps what else a policy for several types says", async () => {
    const policy = {
      LaunchTemplate: {
        LaunchTemplateSpecification: specification(),
        Overrides: [{ InstanceType: "inf2.xlarge", WeightedCapacity: "1" }, { InstanceType: "inf2.8xlarge" }],
      },
      InstancesDistribution: { OnDemandBaseCapacity: 1, SpotAllocationStrategy: "capacity-optimized" },
    };
    await group("mixed", "--mixed-instances-policy", JSON.stringify(policy));
    const before = (await describeGroup("mixed")).MixedInstancesPolicy;
    await images.useTemplateVersion((await images.group("mixed"))!, 2);
    const after = (await describeGroup("mixed")).MixedInstancesPolicy;
    expect(after.LaunchTemplate.LaunchTemplateSpecification).toMatchObject({ Version: "2" });
    expect(after.LaunchTemplate.Overrides).toEqual(before.LaunchTemplate.Overrides);
    expect(after.InstancesDistribution).toEqual(before.InstancesDistribution);
  });

  it("ends a protected instance, for which the group launches another at its least size", async () => {
    const protects = ["--new-instances-protected-from-scale-in"];
    await group("pool", "--launch-template", JSON.stringify(specification()), ...protects);
    const before = (await images.group("pool"))!.instances;
    expect(before.map(({ isProtected }) => isProtected)).toEqual([true, true]);
    await images.replaceInstance(before[0]!.id);
    const { desired, instances } = (await images.group("pool"))!;
    expect(desired).toBe(2);
    expect(instances.map(({ id }) => id)).not.toContain(before[0]!.id);
    expect(instances).toHaveLength(2);
    await expect(images.replaceInstance("i-0123456789abcdef0")).rejects.toMatchObject({ code: "AwsError" });
  });

  it("shows every group and template, and images that are there beside one that is not", async () => {
    expect((await images.groups()).map(({ name }) => name).toSorted()).toEqual(["mixed", "numbered", "pool"]);
    expect(await images.group("none")).toBeUndefined();
    const { Images } = (await moto.aws("ec2", "describe-images", "--image-ids", old, current)) as Json;
    expect(await images.images([old, "ami-0123456789abcdef0", current])).toMatchObject(
      Images.map(({ ImageId, Name, Architecture }: Json) => ({ id: ImageId, name: Name, architecture: Architecture })),
    );
  });
});
