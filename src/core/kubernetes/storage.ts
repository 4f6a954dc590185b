/** The workload's own volumes in a pod, and the objects of the cluster that they are made from. */
import { shortHash } from "../base/short-hash.ts";
import type { ResolvedWorkload } from "../workload/resolved.ts";
import type { EbsSource, ResolvedVolume, VolumeSource } from "../workload/volumes.ts";
import { ownLabels } from "./labels.ts";
import type { Manifest, Metadata, PodSpec } from "./manifest.ts";
import { memoryQuantity } from "./quantity.ts";

type Volume = NonNullable<PodSpec["volumes"]>[number];
type Spec = Readonly<Record<string, unknown>>;

/** The volume of a pod that is of the workload's resource called `name`. */
export function podVolume(workload: ResolvedWorkload, volume: ResolvedVolume, name: string): Volume {
  return { name: volume.name, ...sourceOf(workload, volume, name) };
}

function sourceOf(workload: ResolvedWorkload, volume: ResolvedVolume, name: string): Spec {
  const { source } = volume;
  switch (source.kind) {
    case "ebs":
      return { ephemeral: { volumeClaimTemplate: claimTemplate(workload, volume, source, name) } };
    case "scratch":
      return { emptyDir: { sizeLimit: memoryQuantity(source.sizeMiB) } };
    case "host":
      // As Docker does, which makes the folder where there is none.
      return { hostPath: { path: source.path, type: "DirectoryOrCreate" } };
    case "claim":
      return { persistentVolumeClaim: { claimName: source.name } };
    case "configMap":
      return { configMap: { name: source.name } };
    case "secret":
      return { secret: { secretName: source.name } };
    default:
      return { persistentVolumeClaim: { claimName: claimName(workload, volume, name) } };
  }
}

/** Whether a volume is one of the whole cluster, which somebody else made outside of it. */
export function isOfCluster({ kind }: VolumeSource): boolean {
  return kind === "efs" || kind === "lustre" || kind === "s3";
}

/**
 * What the volumes are made from, to be applied before the pods: of each file system and bucket a PersistentVolume and
 * the claim that is bound to it, of a snapshot the content and the snapshot.
 *
 * @param metadata Of every resource that goes with the workload; its namespace is what names of the whole cluster begin
 *   with.
 */
export function storageManifests(workload: ResolvedWorkload, metadata: Metadata): readonly Manifest[] {
  const manifests = workload.volumes.flatMap((volume) => [
    ...(isOfCluster(volume.source) ? persistentVolume(workload, volume, metadata) : []),
    ...(volume.source.kind === "ebs" ? snapshotOf(workload, volume, volume.source, metadata) : []),
  ]);
  // A file system that is mounted twice has one volume: kubelet waits for ever for two of one handle in a pod.
  return [...new Map(manifests.map((each) => [`${each.kind} ${each.metadata.name}`, each])).values()];
}

/** https://kubernetes.io/docs/concepts/storage/persistent-volumes/#reserving-a-persistentvolume */
function persistentVolume(
  workload: ResolvedWorkload,
  volume: ResolvedVolume,
  metadata: Metadata,
): readonly [Manifest, Manifest] {
  const claim = claimName(workload, volume, metadata.name);
  const { namespace, ...ofCluster } = metadata;
  const name = `${namespace}-${claim}`;
  return [
    {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { ...ofCluster, name },
      spec: {
        ...clusterVolume(workload, volume.source, name),
        claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name: claim },
      },
    },
    {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { ...metadata, name: claim },
      spec: {
        accessModes: shared,
        // Without it the cluster's default class would make another volume.
        storageClassName: "",
        volumeName: name,
        resources: { requests: { storage: anySize } },
      },
    },
  ];
}

const shared = ["ReadWriteMany"];
/** The API asks for a size; drivers of file systems and buckets overlook it. */
const anySize = "1200Gi";

/**
 * A volume that is called after what it is of: its source can never change, so another source is another volume. What
 * is mounted twice is called after the first.
 */
function claimName(workload: ResolvedWorkload, { source }: ResolvedVolume, name: string): string {
  const specOf = (of: VolumeSource) => JSON.stringify(clusterVolume(workload, of, ""));
  const spec = specOf(source);
  const first = workload.volumes.find((each) => isOfCluster(each.source) && specOf(each.source) === spec)!;
  return `${name}-${first.name}-${hashOf(workload, name, first.name, spec)}`;
}

/**
 * Of each part of a name as well: the parts have dashes themselves, so that `a-b` and `c`, and `a` and `b-c` would be one
 * object of the cluster.
 */
function hashOf({ eks }: ResolvedWorkload, name: string, volume: string, content: string): string {
  return shortHash(JSON.stringify([eks.namespace, name, volume, content]));
}

function clusterVolume(workload: ResolvedWorkload, source: VolumeSource, name: string): Spec {
  const { csi, mountOptions = [] } = csiOf(workload, source, name);
  return {
    capacity: { storage: anySize },
    volumeMode: "Filesystem",
    accessModes: shared,
    // What is in it was there before, and stays.
    persistentVolumeReclaimPolicy: "Retain",
    storageClassName: "",
    ...(mountOptions.length === 0 ? {} : { mountOptions }),
    csi,
  };
}

/**
 * https://github.com/kubernetes-sigs/aws-efs-csi-driver/tree/master/examples/kubernetes/access_points
 * https://github.com/kubernetes-sigs/aws-fsx-csi-driver/tree/master/examples/kubernetes/static_provisioning
 * https://github.com/awslabs/mountpoint-s3-csi-driver/tree/main/examples/kubernetes/static_provisioning
 */
function csiOf(
  { user = 0 }: ResolvedWorkload,
  source: VolumeSource,
  name: string,
): { readonly csi: Spec; readonly mountOptions?: readonly string[] } {
  switch (source.kind) {
    case "efs": {
      const { fileSystem, accessPoint, directory = "" } = source;
      const path = accessPoint === undefined && directory === "" ? "" : `:${directory}`;
      const point = accessPoint === undefined ? "" : `:${accessPoint}`;
      return { csi: { driver: "efs.csi.aws.com", volumeHandle: `${fileSystem}${path}${point}` } };
    }
    case "lustre": {
      const { fileSystem, dnsName, mountName } = source;
      return {
        csi: {
          driver: "fsx.csi.aws.com",
          volumeHandle: fileSystem,
          volumeAttributes: { dnsname: dnsName, mountname: mountName },
        },
        mountOptions: ["flock"],
      };
    }
    case "s3":
      return {
        // A handle is one volume's alone.
        csi: { driver: "s3.csi.aws.com", volumeHandle: name, volumeAttributes: { bucketName: source.bucket } },
        mountOptions: [
          ...(source.prefix === undefined ? [] : [`prefix ${source.prefix}`]),
          // Else it is root's.
          ...(user > 0 ? ["allow-other", `uid=${user}`] : []),
        ],
      };
    default:
      throw new Error(`a ${source.kind} is no volume of the whole cluster`);
  }
}

/** https://kubernetes.io/docs/concepts/storage/ephemeral-volumes/#generic-ephemeral-volumes */
function claimTemplate(workload: ResolvedWorkload, volume: ResolvedVolume, ebs: EbsSource, name: string): Spec {
  return {
    metadata: { labels: ownLabels(workload, name) },
    spec: {
      accessModes: ["ReadWriteOnce"],
      ...(ebs.storageClass === undefined ? {} : { storageClassName: ebs.storageClass }),
      resources: { requests: { storage: `${ebs.sizeGiB}Gi` } },
      ...(ebs.snapshot === undefined
        ? {}
        : {
            dataSource: {
              apiGroup: "snapshot.storage.k8s.io",
              kind: "VolumeSnapshot",
              name: snapshotName(workload, volume, ebs.snapshot, name),
            },
          }),
    },
  };
}

function snapshotName(workload: ResolvedWorkload, volume: ResolvedVolume, snapshot: string, name: string): string {
  return `${name}-${volume.name}-${hashOf(workload, name, volume.name, snapshot)}`;
}

/** https://kubernetes.io/docs/concepts/storage/volume-snapshots/#static */
function snapshotOf(
  workload: ResolvedWorkload,
  volume: ResolvedVolume,
  { snapshot }: EbsSource,
  metadata: Metadata,
): readonly Manifest[] {
  if (snapshot === undefined) return [];
  const name = snapshotName(workload, volume, snapshot, metadata.name);
  const { namespace, ...ofCluster } = metadata;
  const content = `${namespace}-${name}`;
  return [
    {
      apiVersion: "snapshot.storage.k8s.io/v1",
      kind: "VolumeSnapshotContent",
      metadata: { ...ofCluster, name: content },
      spec: {
        deletionPolicy: "Retain",
        driver: "ebs.csi.aws.com",
        source: { snapshotHandle: snapshot },
        sourceVolumeMode: "Filesystem",
        volumeSnapshotRef: { name, namespace },
      },
    },
    {
      apiVersion: "snapshot.storage.k8s.io/v1",
      kind: "VolumeSnapshot",
      metadata: { ...metadata, name },
      spec: { source: { volumeSnapshotContentName: content } },
    },
  ];
}
