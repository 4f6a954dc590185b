/** What the containers of a workload file say, its own and those beside it. */
import * as z from "zod/mini";
import {
  containerNameRule,
  environmentNameRule,
  healthPathRule,
  imageRule,
  longestStartSeconds,
  maxPort,
  maxVcpu,
  numberWants,
  portNameRule,
  protocols,
  secretArnRule,
} from "./fields.ts";
import { above0, free, memory, must, text, whole } from "./schema-parts.ts";
import { volumePathRule } from "./volume-fields.ts";

export const environmentName = text(environmentNameRule);
export const vcpu = above0.check(z.maximum(maxVcpu));

export const port = z
  .int(must(numberWants.port))
  .check(z.minimum(1, must(numberWants.port)), z.maximum(maxPort, must(numberWants.port)));

/** The words of a process that takes the place of the image's. */
export const entryPoint = z.array(free).check(z.minLength(1, must("a list of at least one word")));

export const portSchema = z.strictObject({
  container: port,
  /** Default: a free port in bridge mode, the container's port in host and awsvpc mode. */
  host: z.optional(port),
  protocol: z.optional(z.enum(protocols)),
  name: z.optional(text(portNameRule)),
});

export const healthSchema = z.strictObject({
  path: text(healthPathRule),
  port,
  /** As long as a service's grace period can be. */
  startSeconds: z.optional(whole(0, longestStartSeconds)),
});

const besideFields = {
  name: text(containerNameRule),
  image: text(imageRule),
  entryPoint: z.optional(entryPoint),
  command: z.optional(z.array(free)),
  environment: z.optional(z.record(environmentName, free)),
  secrets: z.optional(z.record(environmentName, text(secretArnRule))),
  resources: z.optional(z.strictObject({ cpu: z.optional(vcpu), memory: z.optional(memory) })),
  /** Paths of volumes. */
  mounts: z.optional(z.array(text(volumePathRule))),
};

export const initSchema = z.strictObject(besideFields);

export const sidecarSchema = z.strictObject({
  ...besideFields,
  ports: z.optional(z.array(portSchema)),
  health: z.optional(healthSchema),
  devices: z.optional(z.literal("shared", must("shared, or left out"))),
});
