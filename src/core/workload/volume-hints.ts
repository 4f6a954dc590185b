/** What to write instead of a value in a volume that is wrong, by where it stands: an index is `*`. */
import { suggestMemory } from "./fields.ts";
import { bucketRule, fileSystemRule, prefixRule, volumePathRule } from "./volume-fields.ts";

type Hint = (value: unknown) => string | undefined;

const size: Hint = (value) =>
  typeof value === "string" || typeof value === "number" ? suggestMemory(String(value)) : undefined;

const path: Hint = (value) => {
  const tidy = `/${String(value).split("/").filter(Boolean).join("/")}`;
  return typeof value === "string" && volumePathRule.pattern.test(tidy) ? tidy : undefined;
};

/** `s3://BUCKET/PREFIX` as a map. */
const bucketOf: Hint = (value) => {
  const [, bucket, key = ""] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(String(value)) ?? [];
  if (bucket === undefined || !bucketRule.pattern.test(bucket)) return undefined;
  const prefix = key === "" || key.endsWith("/") ? key : `${key}/`;
  return prefix === "" ? `{ bucket: ${bucket} }` : `{ bucket: ${bucket}, prefix: ${prefix} }`;
};

/** `HOST:PATH:ro`, as Docker has it. */
const bindOf: Hint = (value) => {
  const [, host, inside, mode] = /^(\/[^:]*):(\/[^:]*)(?::([a-z,]+))?$/.exec(String(value)) ?? [];
  if (path(host) === undefined || path(inside) === undefined) return undefined;
  return `{ path: ${path(inside)}, host: ${path(host)}${mode?.split(",").includes("ro") === true ? ", readOnly: true" : ""} }`;
};

const example = "{ path: /models, efs: { fileSystem: fs-0123456789abcdef0 } }";

export const volumeHints: Readonly<Record<string, Hint>> = {
  volumes: () => `a list, e.g. [${example}]`,
  "volumes.*": (value) => bindOf(value) ?? `a map, e.g. ${example}`,
  "volumes.*.path": path,
  "volumes.*.host": path,
  "volumes.*.efs": (value) =>
    typeof value === "string" && fileSystemRule.pattern.test(value) ? `{ fileSystem: ${value} }` : undefined,
  "volumes.*.efs.directory": path,
  "volumes.*.s3": bucketOf,
  "volumes.*.s3.bucket": (value) => /^s3:\/\/([^/]+)/.exec(String(value))?.[1],
  "volumes.*.s3.prefix": (value) => {
    const tidy = `${String(value).replace(/^\/+|\/+$/g, "")}/`;
    return typeof value === "string" && prefixRule.pattern.test(tidy) ? tidy : undefined;
  },
  "volumes.*.s3Files": (value) =>
    typeof value === "string" && value.startsWith("arn:") ? `{ arn: "${value}" }` : undefined,
  "volumes.*.ebs": (value) => {
    const given = size(value);
    return given === undefined || given.includes(" ") ? undefined : `{ size: ${given} }`;
  },
  "volumes.*.ebs.size": size,
  "volumes.*.scratch": size,
};
