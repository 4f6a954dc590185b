import { createGroup } from "../../../src/sandbox/auto-scaling/settings.ts";
import { imagesIn } from "../../../src/sandbox/machine-images.ts";
import { createLaunchTemplate } from "../../../src/sandbox/model/launch-templates.ts";
import { newMachine, registerMachine } from "../../../src/sandbox/model/machines.ts";
import type { World } from "../../../src/sandbox/model/world.ts";
import type { Machines } from "./schedule.ts";

export const groupName = "pool";

const images = [...imagesIn("us-east-1").values()].filter(({ name }) => name.startsWith("al2023-ami-ecs-neuron-"));

/** The newest image of the family that the group launches. */
export const newestImage = images.find(({ current }) => current)!.imageId;

/** A group whose machines are there, with an image that is not the newest. */
export function addImageGroup(world: World, { instanceType, count }: Machines): void {
  const UserData = Buffer.from("ECS_CLUSTER=default\n").toString("base64");
  const ImageId = images[0]!.imageId;
  const template = createLaunchTemplate(world, groupName, {
    data: { ImageId, InstanceType: instanceType, UserData },
    tags: [],
  });
  const group = createGroup(world, groupName, {
    LaunchTemplate: { LaunchTemplateId: template.id, Version: "1" },
    MinSize: "0",
    MaxSize: String(count + 1),
    DesiredCapacity: "0",
    AvailabilityZones: [`${world.region}a`],
  });
  group.desired = count;
  for (let left = count; left > 0; left--) {
    const machine = newMachine(world, group, instanceType);
    group.machines.set(machine.ec2InstanceId, machine);
    registerMachine(world, group, machine);
  }
}
