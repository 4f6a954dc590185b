/** What ECS asks of volumes beyond the rules for every target. */
import { onManagedInstances, parseMemoryMiB } from "../workload/fields.ts";
import { ofEachVolume } from "../workload/rules/each-volume.ts";
import { rootVolumeRule } from "../workload/rules/root-volumes.ts";
import type { TargetRule } from "../workload/rules/rule.ts";
import type { ebsTypes } from "../workload/volume-fields.ts";
import { nameOfVolume } from "../workload/volumes.ts";
import { defaultEbsType } from "./volumes.ts";

/**
 * GiB that a volume of a type has at least and at most, and whether IOPS have to be said.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskManagedEBSVolumeConfiguration.html
 */
const boundsOfType = {
  gp2: { least: 1, most: 16_384 },
  gp3: { least: 1, most: 16_384 },
  io1: { least: 4, most: 16_384, iops: true },
  io2: { least: 4, most: 16_384, iops: true },
  sc1: { least: 125, most: 16_384 },
  st1: { least: 125, most: 16_384 },
  standard: { least: 1, most: 1024 },
} as const satisfies Record<
  (typeof ebsTypes)[number],
  { readonly least: number; readonly most: number; readonly iops?: true }
>;

const insteadOnEcs = {
  claim: "Write efs, lustre, s3Files or ebs, whichever holds the data.",
  configMap: "Put what is in it into the image, environment or a file of an efs volume.",
  secret: "Write secrets: { NAME: ARN }, which ECS gives to the container as environment variables.",
} as const;

export const volumeRules: readonly TargetRule[] = [
  {
    code: "volume-of-kubernetes",
    severity: "error",
    reads: ["volumes"],
    check: ofEachVolume((volume, index) =>
      (["claim", "configMap", "secret"] as const)
        .filter((kind) => volume[kind] !== undefined)
        .map((kind) => ({
          path: ["volumes", index, kind],
          message: `the volume at ${volume.path} is the ${kind} ${volume[kind]} of a Kubernetes cluster, and ECS has none`,
          hint: insteadOnEcs[kind],
        })),
    ),
  },
  {
    // "The sourcePath parameter is supported only when using tasks that are hosted on Amazon EC2 instances":
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-bind-mount-config.html
    code: "volume-on-managed-instances",
    severity: "error",
    reads: ["volumes", "ecs.capacity"],
    check: ofEachVolume((volume, index, workload) =>
      onManagedInstances(workload)
        ? (["host", "lustre", "s3"] as const)
            .filter((kind) => volume[kind] !== undefined)
            .map((kind) => ({
              path: ["volumes", index, kind],
              message: `${kind} at ${volume.path} is a folder of the machine, and Managed Instances give a task none`,
              hint:
                kind === "s3"
                  ? "Write s3Files: { arn: ARN } in its place, an S3 Files file system of the bucket, or ecs.capacity: ec2."
                  : "Write efs, s3Files: { arn: ARN } or ebs in its place, or ecs.capacity: ec2.",
            }))
        : [],
    ),
  },
  {
    // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskManagedEBSVolumeConfiguration.html
    code: "volume-ebs-role",
    severity: "error",
    reads: ["volumes"],
    check: ofEachVolume(({ ebs, path }, index) =>
      ebs === undefined || ebs.role !== undefined
        ? []
        : [
            {
              path: ["volumes", index, "ebs"],
              message: `the ebs volume at ${path} needs a role, by which ECS makes and attaches it`,
              hint: "Add role: ARN, a role that trusts ecs.amazonaws.com and has AmazonECSInfrastructureRolePolicyForVolumes.",
            },
          ],
    ),
  },
  {
    // "This parameter is required for io1 and io2 volume types": iops of the same page.
    code: "volume-ebs-iops",
    severity: "error",
    reads: ["volumes", "ecs.service"],
    check: ofEachVolume(({ ebs, path }, index, { ecs }) =>
      ebs?.type !== undefined &&
      "iops" in boundsOfType[ebs.type] &&
      ecs?.service?.["volumeConfigurations"] === undefined
        ? [
            {
              path: ["volumes", index, "ebs", "type"],
              message: `the ebs volume at ${path} is of type ${ebs.type}, of which ECS makes none without IOPS, and the file has no word for them`,
              hint: "Write type: gp3; or, for a service, managedEBSVolume: { iops: NUMBER } in ecs.service.volumeConfigurations, by the volume's name.",
            },
          ]
        : [],
    ),
  },
  {
    code: "volume-ebs-bounds",
    severity: "error",
    reads: ["volumes"],
    check: ofEachVolume(({ ebs, path }, index) => {
      if (ebs === undefined) return [];
      const type = ebs.type ?? defaultEbsType;
      const { least, most } = boundsOfType[type];
      const gib = parseMemoryMiB(ebs.size)! / 1024;
      return gib >= least && gib <= most
        ? []
        : [
            {
              path: ["volumes", index, "ebs", "size"],
              message: `the ebs volume at ${path} has ${ebs.size}, and one of type ${type} has ${least} to ${most} GiB`,
              hint: `Write ${gib < least ? least : most}GiB, or another type.`,
            },
          ];
    }),
  },
  {
    // "volume configuration is not supported for DAEMON": ECS's managed volumes are for REPLICA services.
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ebs-volumes.html
    code: "volume-ebs-daemon",
    severity: "error",
    reads: ["volumes", "ecs.service"],
    check: ofEachVolume(({ ebs, path }, index, { ecs }) =>
      ebs !== undefined && ecs?.service?.["schedulingStrategy"] === "DAEMON"
        ? [
            {
              path: ["volumes", index, "ebs"],
              message: `the ebs volume at ${path} is for no DAEMON: ECS attaches volumes to tasks of REPLICA services only`,
              hint: "Write scratch or host in its place, or leave schedulingStrategy out.",
            },
          ]
        : [],
    ),
  },
  {
    // "Your task definition must include a Task IAM Role":
    // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_S3FilesVolumeConfiguration.html
    code: "volume-s3-files-role",
    severity: "error",
    reads: ["volumes", "roles.task"],
    check: ofEachVolume(({ s3Files, path }, index, { roles }) =>
      s3Files !== undefined && roles?.task === undefined
        ? [
            {
              path: ["volumes", index, "s3Files"],
              message: `the s3Files volume at ${path} needs roles.task: it is mounted with that role`,
              hint: "Add roles: { task: ARN } (--task-role), a role that may mount the file system.",
            },
          ]
        : [],
    ),
  },
  {
    code: "volume-s3-role",
    severity: "warning",
    reads: ["volumes", "ecs.capacity"],
    check: ofEachVolume((volume, index, workload) =>
      volume.s3 === undefined || onManagedInstances(workload)
        ? []
        : [
            {
              path: ["volumes", index, "s3"],
              message:
                `the bucket ${volume.s3.bucket} at ${volume.path} is read with the instance's role, not with roles.task: ` +
                "every task on the machine has the same of it",
              hint: `The machines have it mounted at /mnt/aiplat/${nameOfVolume(volume)}; s3Files is mounted with the task's role.`,
            },
          ],
    ),
  },
  {
    code: "volume-scratch-unbounded",
    severity: "warning",
    reads: ["volumes"],
    check: ofEachVolume(({ scratch, path }, index) =>
      scratch === undefined
        ? []
        : [
            {
              path: ["volumes", index, "scratch"],
              message: `scratch at ${path} lies on the machine's disk, where Docker keeps its volumes: ECS neither keeps ${scratch} free there nor holds a task to it`,
              hint: "See that the disk has the room for all tasks of a machine, or write ebs, which has it.",
            },
          ],
    ),
  },
  // A volume that ECS makes itself (ebs) it gives to the user of the container.
  // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ebs-non-root-behavior.html
  rootVolumeRule(["scratch", "host"]),
];
