import { imagesIn } from "../../src/sandbox/machine-images.ts";
import type { TestSandbox } from "./sandbox.ts";

/** The sandbox's images of ECS's Neuron family on AL2023, the newest last. */
export const neuronImages = [...imagesIn("us-east-1").values()]
  .filter(({ name }) => name.startsWith("al2023-ami-ecs-neuron-"))
  .map(({ imageId }) => imageId);

export interface ImageGroup {
  readonly name: string;
  readonly imageId: string;
  readonly size: number;
  readonly instanceType?: string;
  /** As the group names it: a number, `$Latest` or `$Default`. */
  readonly version?: string;
  readonly cluster?: string;
  /** Takes the launch template as part of a policy for several types. */
  readonly mixed?: boolean;
}

/** Makes an Auto Scaling group whose machines have registered. */
export async function makeImageGroup(
  { query, step }: TestSandbox,
  {
    name,
    imageId,
    size,
    instanceType = "inf2.24xlarge",
    version = "1",
    cluster = "default",
    mixed = false,
  }: ImageGroup,
): Promise<string> {
  const userData = Buffer.from(`#!/bin/bash\necho ECS_CLUSTER=${cluster} >> /etc/ecs/ecs.config\n`).toString("base64");
  const made = await query("CreateLaunchTemplate", {
    LaunchTemplateName: name,
    "LaunchTemplateData.ImageId": imageId,
    "LaunchTemplateData.InstanceType": instanceType,
    "LaunchTemplateData.UserData": userData,
  });
  const template = /<launchTemplateId>(lt-\w+)</.exec(made)![1]!;
  const subnets = [...(await query("DescribeSubnets")).matchAll(/<subnetId>(subnet-\w+)</g)].map(([, id]) => id);
  const specification = mixed ? "MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification" : "LaunchTemplate";
  const answer = await query("CreateAutoScalingGroup", {
    AutoScalingGroupName: name,
    [`${specification}.LaunchTemplateId`]: template,
    [`${specification}.Version`]: version,
    ...(mixed ? { "MixedInstancesPolicy.LaunchTemplate.Overrides.member.1.InstanceType": instanceType } : {}),
    MinSize: "0",
    MaxSize: String(size + 2),
    DesiredCapacity: String(size),
    VPCZoneIdentifier: subnets.join(","),
  });
  if (answer.includes("<Error>")) throw new Error(answer);
  step(300);
  return template;
}
