/** The volumes of a workload as ECS has them. */
import { present } from "../base/present.ts";
import { patternFor } from "../base/unicode-classes.ts";
import type { PlacementConstraint, RunTaskRequest, Tag, TaskDefinition } from "../ecs-api/api.ts";
import { formatMiB } from "../workload/fields.ts";
import type { ResolvedWorkload } from "../workload/resolved.ts";
import type { ResolvedVolume } from "../workload/volumes.ts";

type Volume = NonNullable<TaskDefinition["volumes"]>[number];
type MountPoint = NonNullable<TaskDefinition["containerDefinitions"][number]["mountPoints"]>[number];
export type VolumeConfigurations = NonNullable<RunTaskRequest["volumeConfigurations"]>;

/** The type of an EBS volume of which the file says none. */
export const defaultEbsType = "gp3";

/** Where a machine has what ECS itself does not mount: a file system of FSx for Lustre, a bucket. */
export const mountFolder = "/mnt/aiplat";

/** The attribute of a machine that has the mount of this name. */
export function mountAttribute(name: string): string {
  return `aiplat.mount.${name}`;
}

/** The name of the mount that a folder of a machine is, where it is one. */
export function mountNameOf(folder: string | undefined): string | undefined {
  return new RegExp(`^${mountFolder}/([A-Za-z0-9_-]+)/?$`).exec(folder ?? "")?.[1];
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Volume.html */
export function volumesOf({ volumes, roles }: Pick<ResolvedWorkload, "volumes" | "roles">): readonly Volume[] {
  return volumes.map((volume) => ({ name: volume.name, ...contentOf(volume, roles.task !== undefined) }));
}

function contentOf({ name, source }: ResolvedVolume, hasTaskRole: boolean): Volume {
  switch (source.kind) {
    case "efs": {
      const { fileSystem, accessPoint, directory } = source;
      return {
        efsVolumeConfiguration: {
          fileSystemId: fileSystem,
          ...present({ rootDirectory: directory }),
          transitEncryption: "ENABLED",
          // "iam: Determines whether to use the Amazon ECS task role [...] when mounting": without a role there is none.
          ...(accessPoint === undefined
            ? {}
            : { authorizationConfig: { accessPointId: accessPoint, ...(hasTaskRole ? { iam: "ENABLED" } : {}) } }),
        },
      };
    }
    case "s3Files":
      return { s3filesVolumeConfiguration: { fileSystemArn: source.arn } };
    case "ebs":
      return { configuredAtLaunch: true };
    case "scratch":
      return { host: {} };
    case "host":
      return { host: { sourcePath: source.path } };
    case "lustre":
    case "s3":
      return { host: { sourcePath: `${mountFolder}/${name}` } };
    default:
      throw new Error(`a ${source.kind} of Kubernetes on ECS: run the rules first`);
  }
}

/** Where a container has them. */
export function mountPointsOf(volumes: readonly ResolvedVolume[]): readonly MountPoint[] {
  return volumes.map(({ name, path, readOnly }) => ({
    sourceVolume: name,
    containerPath: path,
    ...(readOnly ? { readOnly } : {}),
  }));
}

/** Whether a volume is the machine's own mount of something. */
export function isMachineMount({ source: { kind } }: ResolvedVolume): boolean {
  return kind === "lustre" || kind === "s3";
}

/** Where a machine lacks the mount, Docker would make an empty folder in its place. */
export function mountConstraints({ volumes }: Pick<ResolvedWorkload, "volumes">): readonly PlacementConstraint[] {
  return volumes
    .filter(isMachineMount)
    .map(({ name }) => ({ type: "memberOf", expression: `attribute:${mountAttribute(name)} exists` }));
}

/**
 * What a launch says of the volume that ECS makes for each task: RunTask deletes it with the task unless told otherwise,
 * a service always.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskManagedEBSVolumeConfiguration.html
 */
export function volumeConfigurationsOf({
  volumes,
}: Pick<ResolvedWorkload, "volumes">): VolumeConfigurations | undefined {
  const configurations = volumes.flatMap(({ name, source }) =>
    source.kind === "ebs"
      ? [
          {
            name,
            managedEBSVolume: {
              roleArn: source.role!,
              volumeType: source.type ?? defaultEbsType,
              sizeInGiB: source.sizeGiB,
              ...present({ snapshotId: source.snapshot }),
            },
          },
        ]
      : [],
  );
  return configurations.length === 0 ? undefined : configurations;
}

/** The role by which ECS makes and attaches the volume of each task; undefined where there is none. */
export function volumeRoleOf(workload: Pick<ResolvedWorkload, "volumes">): string | undefined {
  return volumeConfigurationsOf(workload)?.[0]?.managedEBSVolume?.roleArn;
}

/** Tags of a definition whose key is this and a volume's name say what no other field of it says. */
export const volumeTag = "aiplat:volume:";

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Tag.html */
const longestKey = 128;
const longestValue = 256;
const mostTags = 50;
const tagValue = String.raw`^[\p{L}\p{Z}\p{N}_.:/=+@-]*$`;

/**
 * What a machine's mount is of, and how large scratch is to be: `service import` reads it. What no tag can hold, or the
 * definition has no room for beside the tag of a run, is not there.
 */
export function volumeTags({ volumes }: Pick<ResolvedWorkload, "volumes">, others: number): readonly Tag[] {
  const tags = volumes.flatMap(({ name, source }): readonly Tag[] => {
    if (source.kind === "lustre")
      return [{ key: name, value: ["lustre", source.fileSystem, source.mountName, source.dnsName].join(" ") }];
    if (source.kind === "s3")
      return [{ key: name, value: ["s3", source.bucket, source.prefix ?? ""].join(" ").trim() }];
    return source.kind === "scratch" ? [{ key: name, value: `scratch ${formatMiB(source.sizeMiB)}` }] : [];
  });
  return tags
    .map(({ key, value }) => ({ key: `${volumeTag}${key}`, value }))
    .filter(
      ({ key, value }) =>
        key.length <= longestKey && value.length <= longestValue && patternFor(value, tagValue).test(value),
    )
    .slice(0, Math.max(0, mostTags - 1 - others));
}
