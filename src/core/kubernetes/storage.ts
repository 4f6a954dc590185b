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
      return { persistentVolumeClaim: { claimName: nameOf(claimNaming(workload, volume, name)) } };
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
    ...(volume.source.kind === "ebs" ? snapshotOf(volume, volume.source, metadata) : []),
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
  const { namespace, ...ofCluster } = metadata;
  const naming = claimNaming(workload, volume, metadata.name);
  const claim = nameOf(naming);
  const name = nameInCluster(namespace, naming);
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

/** What an object is called after: words to read, and a text that is another where the object has to be another. */
interface Naming {
  readonly words: string;
  readonly of: string;
}

function nameOf({ words, of }: Naming): string {
  return `${words}-${shortHash(of)}`;
}

/** Mountpoint's driver labels a pod with the volume's name (mountpoint-s3-csi-driver, pkg/podmounter/mppod/creator.go). */
const longestLabel = 63;

/** The name of what belongs to an object of that name in its namespace: `a-b` and `c` are not `a` and `b-c`. */
function nameInCluster(namespace: string | undefined, { words, of }: Naming): string {
  const hash = shortHash(JSON.stringify([namespace, words, of]));
  const room = longestLabel - hash.length - 1;
  return `${`${namespace}-${words}`.slice(0, room).replace(/-+$/, "")}-${hash}`;
}

/**
 * A volume is called after what it is of: its source can never change, so another source is another volume. What is
 * mounted twice is called after the first.
 */
function claimNaming(workload: ResolvedWorkload, { source }: ResolvedVolume, name: string): Naming {
  const specOf = (of: VolumeSource) => JSON.stringify(clusterVolume(workload, of, ""));
  const spec = specOf(source);
  const first = workload.volumes.find((each) => isOfCluster(each.source) && specOf(each.source) === spec)!;
  return namingOf(name, first.name, spec);
}

/** Of both names apart as well: workload `a-b` with volume `c` has an object of its own beside `a` with `b-c`. */
function namingOf(workload: string, volume: string, content: string): Naming {
  return { words: `${workload}-${volume}`, of: JSON.stringify([workload, volume, content]) };
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
              name: nameOf(snapshotNaming(volume, ebs.snapshot, name)),
            },
          }),
    },
  };
}

function snapshotNaming(volume: ResolvedVolume, snapshot: string, name: string): Naming {
  return namingOf(name, volume.name, snapshot);
}

/** https://kubernetes.io/docs/concepts/storage/volume-snapshots/#static */
function snapshotOf(volume: ResolvedVolume, { snapshot }: EbsSource, metadata: Metadata): readonly Manifest[] {
  if (snapshot === undefined) return [];
  const { namespace, ...ofCluster } = metadata;
  const naming = snapshotNaming(volume, snapshot, metadata.name);
  const name = nameOf(naming);
  const content = nameInCluster(namespace, naming);
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
