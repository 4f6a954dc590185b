/**
 * The workload file: the one source of its types, its validation and the published JSON Schema.
 * What one value alone can say is here; what several keys say together is in rules.ts.
 */
import * as z from "zod/mini";
import {
  environmentNameRule,
  imageRule,
  instanceTypeRule,
  logGroupRule,
  maxVcpu,
  memoryRule,
  nameRule,
  roleArnRule,
  scheduleRule,
  secretArnRule,
  targetGroupArnRule,
  type FieldRule,
} from "./fields.ts";

const text = (rule: FieldRule) => z.string().check(z.regex(rule.pattern, { error: `must be ${rule.wants}` }));
const nonEmpty = z.string().check(z.minLength(1));
const count = z.int().check(z.minimum(1));
const port = z.int().check(z.minimum(1), z.maximum(65535));
const memory = text(memoryRule);
/** Fields handed on as they are: nothing in them is dropped or judged. */
const raw = z.record(z.string(), z.unknown());
const environmentName = text(environmentNameRule);

const portSchema = z.strictObject({
  container: port,
  /** Default: a free port in bridge mode, the container's port in host and awsvpc mode. */
  host: z.optional(port),
  protocol: z.optional(z.enum(["tcp", "udp"])),
  name: z.optional(z.string().check(z.regex(/^[a-z0-9_][a-z0-9_-]{0,63}$/, { error: "must be up to 64 lower-case letters, digits, '_' and '-'" }))),
});

const acceleratorSchema = z.union([
  z.literal("none"),
  z.strictObject({
    instanceTypes: z.optional(z.array(text(instanceTypeRule)).check(z.minLength(1))),
    /** A number of devices; a part of one GPU (0.25) on fractional types. Default: every device of the instance. */
    devicesPerReplica: z.optional(z.number().check(z.positive())),
    /** Share one GPU with other containers through NVIDIA MPS. */
    mps: z.optional(z.strictObject({ memory, maxComputePercent: z.optional(z.int().check(z.minimum(1), z.maximum(100))) })),
    efa: z.optional(z.boolean()),
  }),
]);

const ecsSchema = z.strictObject({
  cluster: z.optional(nonEmpty),
  networkMode: z.optional(z.enum(["bridge", "host", "awsvpc"])),
  capacity: z.optional(
    z.union([
      z.enum(["ec2", "managed-instances"]),
      z.strictObject({ provider: nonEmpty }),
      /** Managed Instances through the capacity provider of this name. */
      z.strictObject({ managedInstances: nonEmpty }),
    ]),
  ),
  network: z.optional(
    z.strictObject({
      subnets: z.optional(z.array(nonEmpty).check(z.maxLength(16))),
      securityGroups: z.optional(z.array(nonEmpty).check(z.maxLength(5))),
      assignPublicIp: z.optional(z.boolean()),
    }),
  ),
  loadBalancer: z.optional(z.strictObject({ targetGroup: text(targetGroupArnRule), port })),
  taskDefinition: z.optional(raw),
  service: z.optional(raw),
});

const eksSchema = z.strictObject({
  namespace: z.optional(nonEmpty),
  as: z.optional(nonEmpty),
  queue: z.optional(z.strictObject({ kueue: z.optional(nonEmpty) })),
  serviceAccount: z.optional(nonEmpty),
  secrets: z.optional(z.record(environmentName, z.strictObject({ name: nonEmpty, key: nonEmpty }))),
  spark: z.optional(raw),
  pod: z.optional(raw),
  resource: z.optional(raw),
});

export const workloadSchema = z.strictObject({
  $schema: z.optional(z.string()),
  apiVersion: z.optional(z.literal("aiplat/v1")),
  name: text(nameRule),
  kind: z.optional(z.enum(["service", "job"])),
  image: text(imageRule),
  command: z.optional(z.array(z.string())),
  environment: z.optional(z.record(environmentName, z.string())),
  secrets: z.optional(z.record(environmentName, text(secretArnRule))),
  ports: z.optional(z.array(portSchema)),
  health: z.optional(
    z.strictObject({
      path: z.string().check(z.regex(/^\/[^\s"'`$\\;|&<>]*$/, { error: "must be a URL path that starts with /, e.g. /ping" })),
      port,
      startSeconds: z.optional(z.int().check(z.minimum(0))),
    }),
  ),
  accelerator: z.optional(acceleratorSchema),
  replicas: z.optional(count),
  nodes: z.optional(count),
  resources: z.optional(
    z.strictObject({
      cpu: z.optional(z.number().check(z.positive(), z.maximum(maxVcpu))),
      memory: z.optional(memory),
    }),
  ),
  sharedMemory: z.optional(memory),
  logs: z.optional(z.strictObject({ group: text(logGroupRule) })),
  roles: z.optional(z.strictObject({ execution: z.optional(text(roleArnRule)), task: z.optional(text(roleArnRule)) })),
  tags: z.optional(z.record(z.string().check(z.minLength(1), z.maxLength(128)), z.string().check(z.maxLength(256)))),
  model: z.optional(z.strictObject({ uri: nonEmpty, format: z.optional(nonEmpty) })),
  schedule: z.optional(text(scheduleRule)),
  ecs: z.optional(ecsSchema),
  eks: z.optional(eksSchema),
});

/** A workload as the user wrote it: every value legal by itself, nothing resolved yet. */
export type Workload = z.infer<typeof workloadSchema>;
