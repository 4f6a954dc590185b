/** The volumes of a workload, worked out: what each is of, and its name. */
import { present } from "../base/present.ts";
import { parseMemoryMiB } from "./fields.ts";
import type { Workload } from "./schema.ts";

type WrittenVolume = NonNullable<Workload["volumes"]>[number];

/** The keys of a volume that say what it is of: it has one of them. */
export const volumeKinds = [
  "efs",
  "lustre",
  "s3",
  "s3Files",
  "ebs",
  "scratch",
  "host",
  "claim",
  "configMap",
  "secret",
] as const;
export type VolumeKind = (typeof volumeKinds)[number];

/** What a volume is of. */
export type VolumeSource =
  | {
      readonly kind: "efs";
      readonly fileSystem: string;
      readonly accessPoint?: string;
      /** The directory of the file system that is mounted; its root where left out. */
      readonly directory?: string;
    }
  | { readonly kind: "lustre"; readonly fileSystem: string; readonly mountName: string; readonly dnsName: string }
  | { readonly kind: "s3"; readonly bucket: string; readonly prefix?: string }
  | { readonly kind: "s3Files"; readonly arn: string }
  | EbsSource
  | { readonly kind: "scratch"; readonly sizeMiB: number }
  | { readonly kind: "host"; readonly path: string }
  | { readonly kind: "claim" | "configMap" | "secret"; readonly name: string };

/** A block device that is made for one replica, and goes with it. */
export interface EbsSource {
  readonly kind: "ebs";
  readonly sizeGiB: number;
  readonly type?: string;
  /** On Kubernetes in place of the type. */
  readonly storageClass?: string;
  readonly snapshot?: string;
  /** The role by which ECS makes and attaches it. */
  readonly role?: string;
}

export interface ResolvedVolume {
  /** One of the workload's own: what the file says, else made of the path. */
  readonly name: string;
  /** Where containers have it. */
  readonly path: string;
  readonly readOnly: boolean;
  readonly source: VolumeSource;
}

/** The volumes of a workload that the rules have passed. */
export function resolveVolumes({ volumes = [] }: Pick<Workload, "volumes">): readonly ResolvedVolume[] {
  return volumes.map((volume) => ({
    name: nameOfVolume(volume),
    path: volume.path,
    readOnly: volume.readOnly ?? false,
    source: sourceOf(volume),
  }));
}

/** What a volume is called where the file does not say: `/var/tmp/cache` is `var-tmp-cache`. */
export function nameOfVolume({ name, path }: Pick<WrittenVolume, "name" | "path">): string {
  return name ?? defaultVolumeName(path);
}

/** A name of Kubernetes' and of ECS's, of at most 63 characters. */
export function defaultVolumeName(path: string): string {
  const words = path.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return words.slice(0, 64).replace(/^-+|-+$/g, "") || "volume";
}

/** The kinds that a volume is written to be of: one, where it is right. */
export function kindsOf(volume: WrittenVolume): readonly VolumeKind[] {
  return volumeKinds.filter((kind) => volume[kind] !== undefined);
}

/** The volume that holds a path: the innermost, where one lies in another. */
export function volumeHolding(volumes: readonly ResolvedVolume[], path: string): ResolvedVolume | undefined {
  const holders = volumes.filter((volume) => isWithin(path, volume.path));
  return holders.toSorted((one, other) => other.path.length - one.path.length)[0];
}

/** Whether a path is another, or lies below it. */
export function isWithin(path: string, outer: string): boolean {
  return path === outer || path.startsWith(`${outer}/`);
}

/** Whether what one replica writes is there for the others; else each replica has a volume of its own. */
export function isShared({ kind }: VolumeSource): boolean {
  return kind !== "ebs" && kind !== "scratch";
}

function sourceOf(volume: WrittenVolume): VolumeSource {
  const { efs, lustre, s3, s3Files, ebs, scratch, host, claim, configMap, secret } = volume;
  if (efs !== undefined) {
    const { fileSystem, accessPoint, directory } = efs;
    return { kind: "efs", fileSystem, ...present({ accessPoint, directory }) };
  }
  if (lustre !== undefined) return { kind: "lustre", ...lustre };
  if (s3 !== undefined) return { kind: "s3", bucket: s3.bucket, ...present({ prefix: s3.prefix }) };
  if (s3Files !== undefined) return { kind: "s3Files", arn: s3Files.arn };
  if (ebs !== undefined) {
    const { size, type, storageClass, snapshot, role } = ebs;
    const sizeGiB = Math.ceil(parseMemoryMiB(size)! / 1024);
    return { kind: "ebs", sizeGiB, ...present({ type, storageClass, snapshot, role }) };
  }
  if (scratch !== undefined) return { kind: "scratch", sizeMiB: parseMemoryMiB(scratch)! };
  if (host !== undefined) return { kind: "host", path: host };
  if (claim !== undefined) return { kind: "claim", name: claim };
  if (configMap !== undefined) return { kind: "configMap", name: configMap };
  if (secret !== undefined) return { kind: "secret", name: secret };
  throw new Error(`the volume at ${volume.path} is of no kind: run the rules first`);
}
