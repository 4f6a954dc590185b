import type { KeyGuide } from "./guide.ts";

/** What each key of a volume is, for the JSON Schema and docs/workload.md. */
export const volumeDescriptions: Readonly<Record<string, string>> = {
  volumes: "What the containers have beside their image, each at a path and of one kind.",
  "volumes.*": "A volume: a path, and one of the kinds.",
  "volumes.*.path": "Where the containers have it. Volumes of several files merge by it.",
  "volumes.*.name":
    "What it is called, and what raw fields merge by. Default: the path in lower case with dashes: models of /models.",
  "volumes.*.readOnly": "Whether it is there to read only. Default: false.",
  "volumes.*.efs": "An EFS file system, which all replicas share.",
  "volumes.*.efs.fileSystem": "Its id.",
  "volumes.*.efs.accessPoint": "The access point by which it is mounted, with a directory and a user of its own.",
  "volumes.*.efs.directory": "The directory of it that is mounted. Default: its root.",
  "volumes.*.lustre": "An FSx for Lustre file system, which all replicas share.",
  "volumes.*.lustre.fileSystem": "Its id.",
  "volumes.*.lustre.mountName": "Its mount name, as DescribeFileSystems has it.",
  "volumes.*.lustre.dnsName": "Its DNS name.",
  "volumes.*.s3": "A bucket, mounted by Mountpoint for Amazon S3, which all replicas share.",
  "volumes.*.s3.bucket": "Its name.",
  "volumes.*.s3.prefix": "The prefix of the keys that are there, with a slash at its end. Default: all of them.",
  "volumes.*.s3Files": "An S3 Files file system (ECS), which all replicas share.",
  "volumes.*.s3Files.arn": "Its ARN. Needs roles.task, by which it is mounted.",
  "volumes.*.ebs": "A block device of its own for each replica, deleted with it. One a workload.",
  "volumes.*.ebs.size": "Its size, in whole GiB.",
  "volumes.*.ebs.type": "Its type on ECS. Default: gp3.",
  "volumes.*.ebs.storageClass": "On EKS in place of the type. Default: the cluster's own.",
  "volumes.*.ebs.snapshot": "The snapshot that it is made from; ECS mounts it as xfs.",
  "volumes.*.ebs.role": "The role by which ECS makes and attaches it (AmazonECSInfrastructureRolePolicyForVolumes).",
  "volumes.*.scratch":
    "An empty folder of its own for each replica, gone with it, of so much room: a request, which EKS holds it to and ECS does not.",
  "volumes.*.host": "A folder of the machine, which stays there; made where it is not.",
  "volumes.*.claim": "A PersistentVolumeClaim that is there already (EKS).",
  "volumes.*.configMap": "A ConfigMap, a file for each of its keys (EKS).",
  "volumes.*.secret": "A Secret of Kubernetes, a file for each of its keys (EKS).",
};

const mount = (what: string) =>
  `\`host.sourcePath\` /mnt/aiplat/NAME, and the constraint \`attribute:aiplat.mount.NAME exists\`: machines have ${what} mounted there and carry the attribute; refused on Managed Instances`;
const ofMount = "of the machine's mount: in the tag `aiplat:volume:NAME`";
const staticClaim = (driver: string) =>
  `a PersistentVolume of \`${driver}\` called NAMESPACE-WORKLOAD-NAME-HASH, its claim, and \`persistentVolumeClaim\` of the pod; needs \`eks.namespace\``;

/** What each key of a volume becomes. */
export const volumeGuide: Readonly<Record<string, KeyGuide>> = {
  volumes: {
    ecs: "`volumes`, and `mountPoints` of the container",
    eks: "`volumes`, and `volumeMounts` of the container",
  },
  "volumes.*.path": { ecs: "`containerPath`", eks: "`mountPath`" },
  "volumes.*.name": {
    ecs: "`name` of the volume; of lustre and s3 that of the machine's mount",
    eks: "`name` of the volume: at most 63 lower-case letters, digits and dashes",
  },
  "volumes.*.readOnly": { ecs: "`readOnly` of the mount point", eks: "`readOnly` of the mount" },
  "volumes.*.efs": {
    ecs: "`efsVolumeConfiguration`, with encryption in transit",
    eks: staticClaim("efs.csi.aws.com"),
  },
  "volumes.*.efs.fileSystem": { ecs: "`fileSystemId`", eks: "in `volumeHandle`" },
  "volumes.*.efs.accessPoint": {
    ecs: "`authorizationConfig.accessPointId`, with `iam` where there is `roles.task`",
    eks: "in `volumeHandle`",
  },
  "volumes.*.efs.directory": { ecs: "`rootDirectory`", eks: "in `volumeHandle`" },
  "volumes.*.lustre": { ecs: mount("the file system"), eks: staticClaim("fsx.csi.aws.com") },
  "volumes.*.lustre.fileSystem": { ecs: ofMount, eks: "`volumeHandle`" },
  "volumes.*.lustre.mountName": { ecs: ofMount, eks: "`volumeAttributes.mountname`" },
  "volumes.*.lustre.dnsName": { ecs: ofMount, eks: "`volumeAttributes.dnsname`" },
  "volumes.*.s3": {
    ecs: `${mount("the bucket")}; it is read with the machine's role, not the task's; s3Files is ECS's own way`,
    eks: `${staticClaim("s3.csi.aws.com")}; it is read with the driver's role`,
  },
  "volumes.*.s3.bucket": { ecs: ofMount, eks: "`volumeAttributes.bucketName`" },
  "volumes.*.s3.prefix": { ecs: ofMount, eks: "`prefix` among `mountOptions`" },
  "volumes.*.s3Files": { ecs: "`s3filesVolumeConfiguration`", eks: "refused: `s3` takes its place" },
  "volumes.*.s3Files.arn": { ecs: "`fileSystemArn`", eks: "refused" },
  "volumes.*.ebs": {
    ecs: "`configuredAtLaunch`, and `volumeConfigurations` of CreateService and RunTask; not in a DAEMON",
    eks: "a generic ephemeral volume: `ephemeral.volumeClaimTemplate`",
  },
  "volumes.*.ebs.size": { ecs: "`sizeInGiB`", eks: "`resources.requests.storage`" },
  "volumes.*.ebs.type": { ecs: "`volumeType`", eks: "refused without `storageClass`: that says the type" },
  "volumes.*.ebs.storageClass": { ecs: "not used: `type` says it", eks: "`storageClassName`" },
  "volumes.*.ebs.snapshot": {
    ecs: "`snapshotId`",
    eks: "a VolumeSnapshotContent and its VolumeSnapshot, and `dataSource`; needs `eks.namespace`",
  },
  "volumes.*.ebs.role": { ecs: "`roleArn`; without it refused", eks: "not used: the driver has a role of its own" },
  "volumes.*.scratch": {
    ecs: "a volume without a folder: Docker's, on the disk of `/var/lib/docker`; its size is nobody's to hold, and stands in the tag `aiplat:volume:NAME`",
    eks: "`emptyDir` with `sizeLimit`, and `ephemeral-storage` among the requests: on the node's disk, or its instance store where that is the node's storage",
  },
  "volumes.*.host": {
    ecs: "`host.sourcePath`; refused on Managed Instances",
    eks: "`hostPath` of type `DirectoryOrCreate`, which only Pod Security's `privileged` takes",
  },
  "volumes.*.claim": { ecs: "refused: `efs`, `ebs` or `lustre` takes its place", eks: "`persistentVolumeClaim`" },
  "volumes.*.configMap": {
    ecs: "refused: what is in it goes into the image, `environment`, or a file of `efs`",
    eks: "`configMap`",
  },
  "volumes.*.secret": { ecs: "refused: `secrets` takes its place", eks: "`secret`" },
};

export const volumeExample = `volumes:
  - { path: /models, efs: { fileSystem: fs-0123456789abcdef0, accessPoint: fsap-0123456789abcdef0 }, readOnly: true }
  - { path: /home, efs: { fileSystem: fs-0123456789abcdef0, directory: /team } }
  - path: /fsx
    lustre: { fileSystem: fs-0fedcba9876543210, mountName: abcdefgh, dnsName: fs-0fedcba9876543210.fsx.us-east-1.amazonaws.com }
  - { path: /weights, name: weights, s3: { bucket: models, prefix: bert/ }, readOnly: true }
  - path: /data
    ebs:
      size: 500GiB
      type: gp3                # on ECS
      storageClass: gp3        # on EKS
      snapshot: snap-0123456789abcdef0
      role: arn:aws:iam::111122223333:role/ecsInfrastructureRole
  - { path: /scratch, scratch: 200GiB }
  # Caches that outlive the replica, on the machine:
  - { path: /var/tmp/neuron-compile-cache, host: /opt/neuron-compile-cache }
  - { path: /root/.cache/huggingface, host: /opt/huggingface }
# or, on Managed Instances:
# volumes: [{ path: /weights, s3Files: { arn: "arn:aws:s3files:us-east-1:111122223333:file-system/fs-0123456789abcdef0" } }]
# or, on EKS alone:
# volumes: [{ path: /data, claim: data }, { path: /etc/app, configMap: app }, { path: /etc/keys, secret: keys }]`;
