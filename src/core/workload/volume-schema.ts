/** A volume of the workload file. That it is of one kind is a rule: rules/volumes.ts. */
import * as z from "zod/mini";
import { roleArnRule } from "./fields.ts";
import { flag, memory, nonEmpty, text } from "./schema-parts.ts";
import {
  accessPointRule,
  bucketRule,
  dnsNameRule,
  ebsTypes,
  fileSystemRule,
  lustreMountNameRule,
  prefixRule,
  s3FilesArnRule,
  snapshotRule,
  volumeNameRule,
  volumePathRule,
} from "./volume-fields.ts";

export const volumeSchema = z.strictObject({
  path: text(volumePathRule),
  /** Default: made of the path (volumes.ts). */
  name: z.optional(text(volumeNameRule)),
  readOnly: z.optional(flag),
  efs: z.optional(
    z.strictObject({
      fileSystem: text(fileSystemRule),
      accessPoint: z.optional(text(accessPointRule)),
      directory: z.optional(text(volumePathRule)),
    }),
  ),
  lustre: z.optional(
    z.strictObject({
      fileSystem: text(fileSystemRule),
      mountName: text(lustreMountNameRule),
      dnsName: text(dnsNameRule),
    }),
  ),
  s3: z.optional(z.strictObject({ bucket: text(bucketRule), prefix: z.optional(text(prefixRule)) })),
  s3Files: z.optional(z.strictObject({ arn: text(s3FilesArnRule) })),
  ebs: z.optional(
    z.strictObject({
      size: memory,
      type: z.optional(z.enum(ebsTypes)),
      storageClass: z.optional(nonEmpty),
      snapshot: z.optional(text(snapshotRule)),
      role: z.optional(text(roleArnRule)),
    }),
  ),
  scratch: z.optional(memory),
  host: z.optional(text(volumePathRule)),
  claim: z.optional(nonEmpty),
  configMap: z.optional(nonEmpty),
  secret: z.optional(nonEmpty),
});
