/** The volumes of a task that are not there: what ECS's agent says of them, and what Docker makes in their place. */
import { mountAttribute, mountNameOf } from "../../core/ecs/volumes.ts";
import type { ContainerRecord, RawRecord, TaskRecord } from "./records.ts";
import type { World } from "./world.ts";

/** A file system with this in its id does not exist. */
export const missingFileSystemWord = "doesnotexist";
/** A role with this in its name cannot be assumed. */
export const missingRoleWord = "does-not-exist";

/** Why a task cannot have its volumes; undefined where it has them. */
export function failureOfVolumes(world: World, task: TaskRecord): string | undefined {
  const missing = (task.definition.volumes ?? []).find((volume) =>
    fileSystemOf(volume)?.includes(missingFileSystemWord),
  );
  return missing === undefined ? failureOfAttachment(task) : notMounted(world, task, missing);
}

type Volume = NonNullable<TaskRecord["definition"]["volumes"]>[number];

function fileSystemOf({ efsVolumeConfiguration, s3filesVolumeConfiguration }: Volume): string | undefined {
  return efsVolumeConfiguration?.fileSystemId ?? s3filesVolumeConfiguration?.fileSystemArn?.split("/").at(-1);
}

function notMounted(world: World, { definition }: TaskRecord, volume: Volume): string {
  const cause =
    `Failed to resolve "${fileSystemOf(volume)}.efs.${world.region}.amazonaws.com" - check that your file system ID is ` +
    "correct, and ensure that the VPC has an EFS mount target for this file system ID.";
  return definition.requiresCompatibilities?.includes("MANAGED_INSTANCES") === true
    ? `ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: ${cause}`
    : `Error response from daemon: create ecs-${definition.family}-${definition.revision}-${volume.name}-` +
        `${world.hex(20)}: VolumeDriver.Create: mounting volume failed: ${cause}`;
}

function failureOfAttachment({ volumeConfigurations }: TaskRecord): string | undefined {
  const roles = volumeConfigurations.map(
    ({ managedEBSVolume }) => (managedEBSVolume as RawRecord | undefined)?.["roleArn"],
  );
  const missing = roles.find((role) => String(role).includes(missingRoleWord));
  return missing === undefined
    ? undefined
    : `ECS was unable to assume the infrastructure role ${String(missing)} to attach the EBS volume of the task.`;
}

/** What of the machine a container mounts that is not there: Docker makes an empty folder, and says nothing of it. */
export function emptyFolders(task: TaskRecord, { name }: ContainerRecord): readonly string[] {
  const container = task.definition.containerDefinitions.find((each) => each.name === name);
  return (task.definition.volumes ?? []).flatMap((volume) => {
    const mounted = container?.mountPoints?.some(({ sourceVolume }) => sourceVolume === volume.name) === true;
    const mount = mountNameOf(volume.host?.sourcePath);
    return !mounted || mount === undefined || task.instance!.attributes.has(mountAttribute(mount))
      ? []
      : [`sandbox: nothing is mounted at ${volume.host!.sourcePath}: Docker made an empty folder`];
  });
}
