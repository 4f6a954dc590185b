/** The values that a volume of the workload file holds, one rule each. */
import type { FieldRule } from "./fields.ts";

/**
 * No `:` since Docker's binds and Kubernetes' mountPath take none, and no `.` or `..`: two paths that are written
 * otherwise are two places.
 * https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#volumes-1
 */
export const volumePathRule: FieldRule = {
  pattern: /^(?:\/(?!\.{1,2}(?:\/|$))[^/:\s]+)+$/,
  wants: "an absolute path without a slash at its end, e.g. /models",
};

/**
 * ECS takes 255 characters, and 128 of an attribute or a tag, which a name is a part of.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Volume.html
 */
export const volumeNameRule: FieldRule = {
  pattern: /^[A-Za-z0-9_-]{1,100}$/,
  wants: "up to 100 letters, digits, '-' and '_'",
};

/** https://docs.aws.amazon.com/efs/latest/ug/API_FileSystemDescription.html, and FSx's: the same form. */
export const fileSystemRule: FieldRule = {
  pattern: /^fs-[0-9a-zA-Z]{1,40}$/,
  wants: "the id of a file system, e.g. fs-0123456789abcdef0",
};

export const accessPointRule: FieldRule = {
  pattern: /^fsap-[0-9a-zA-Z]{1,40}$/,
  wants: "the id of an access point, e.g. fsap-0123456789abcdef0",
};

/** https://docs.aws.amazon.com/fsx/latest/APIReference/API_LustreFileSystemConfiguration.html */
export const lustreMountNameRule: FieldRule = {
  pattern: /^[A-Za-z0-9_-]{1,8}$/,
  wants: "the file system's mount name, e.g. fsx or abcdefgh",
};

/** https://docs.aws.amazon.com/fsx/latest/APIReference/API_FileSystem.html */
export const dnsNameRule: FieldRule = {
  pattern: /^[a-zA-Z0-9](?:[a-zA-Z0-9.-]{0,251}[a-zA-Z0-9])?$/,
  wants: "the file system's DNS name, e.g. fs-0123456789abcdef0.fsx.us-east-1.amazonaws.com",
};

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const bucket = "[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]";

export const bucketRule: FieldRule = {
  pattern: new RegExp(`^${bucket}$`),
  wants: "a bucket's name, without s3://",
};

/** A bucket, and what lies below a prefix of it. */
export const s3Uri = new RegExp(`^s3://${bucket}(?:/\\S*)?$`);

/** Mountpoint takes no other. https://github.com/awslabs/mountpoint-s3/blob/main/doc/CONFIGURATION.md */
export const prefixRule: FieldRule = {
  pattern: /^[^/\s]\S*\/$/,
  wants: "a prefix that ends with a slash, without one before it, e.g. bert/",
};

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-s3files-config.html */
export const s3FilesArnRule: FieldRule = {
  pattern: /^arn:aws[a-z-]*:s3files:[a-z0-9-]+:\d{12}:file-system\/fs-[0-9a-zA-Z]+$/,
  wants: "the ARN of an S3 file system, e.g. arn:aws:s3files:us-east-1:111122223333:file-system/fs-0123456789abcdef0",
};

export const snapshotRule: FieldRule = {
  pattern: /^snap-[0-9a-f]{1,40}$/,
  wants: "the id of a snapshot, e.g. snap-0123456789abcdef0",
};

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskManagedEBSVolumeConfiguration.html */
export const ebsTypes = ["gp3", "gp2", "io2", "io1", "st1", "sc1", "standard"] as const;
