/**
 * The workload file: the one source of its types, its validation and the published JSON Schema.
 * What one value alone can say is here; what several keys say together is in rules.ts.
 */
import * as z from "zod/mini";
import { listOr } from "../base/problem.ts";
import { fields } from "../ecs-api/field.ts";
import { ulimitName } from "../ecs-api/model/task-definition.ts";
import {
  absolutePathRule,
  capacityWords,
  containerNameRule,
  deviceResourceRule,
  highestUserId,
  imageRule,
  instanceTypeRule,
  longestStopSeconds,
  logGroupRule,
  nameRule,
  networkModes,
  placementExpressionRule,
  placementStrategies,
  retentionDays,
  roleArnRule,
  scheduleRule,
  secretArnRule,
  sharingStrategies,
  sharedMemoryWants,
  shortestStopSeconds,
  targetGroupArnRule,
  workloadKinds,
} from "./fields.ts";
import {
  entryPoint,
  environmentName,
  healthSchema,
  initSchema,
  port,
  portSchema,
  sidecarSchema,
  vcpu,
} from "./container-schema.ts";
import { above0, flag, free, memory, must, nonEmpty, text, whole } from "./schema-parts.ts";
import { volumePathRule } from "./volume-fields.ts";
import { volumeSchema } from "./volume-schema.ts";

/** Fields handed on as they are: nothing in them is dropped or judged. */
const raw = z.record(z.string(), z.unknown());

/** The limits of getrlimit(2) by Docker's names, which are ECS's too. */
const ulimitNames = fields.get(ulimitName)!.words!;
const limit = z
  .int(must("a whole number, or -1 for no limit"))
  .check(z.minimum(-1, must("a whole number, or -1 for no limit")));
const ulimitsSchema = z.record(
  text({ pattern: new RegExp(`^(?:${ulimitNames.join("|")})$`), wants: listOr(ulimitNames) }),
  z.union([limit, z.strictObject({ soft: limit, hard: limit })], must("a whole number, or { soft, hard }")),
);

/** More would be a slip: MPS has 48 clients a GPU at most (https://docs.nvidia.com/deploy/mps/). */
const mostShares = 1_000;

const acceleratorSchema = z.union(
  [
    z.literal("none"),
    z.strictObject({
      instanceTypes: z.optional(
        z.array(text(instanceTypeRule)).check(z.minLength(1, must("a list of at least one instance type"))),
      ),
      /** A number of devices; a part of one GPU (0.25) on fractional types. Default: every device of the instance. */
      devicesPerReplica: z.optional(above0),
      /** Share one GPU with other containers through NVIDIA MPS. */
      mps: z.optional(z.strictObject({ memory, maxComputePercent: z.optional(whole(1, 100)) })),
      /** What nodes of Kubernetes offer, in place of whole devices. */
      resource: z.optional(text(deviceResourceRule)),
      count: z.optional(whole(1)),
      /** What the nodes' device plugin makes of each device. */
      sharing: z.optional(z.strictObject({ strategy: z.enum(sharingStrategies), replicas: whole(2, mostShares) })),
      /** A part of a GPU, which HAMi holds the container to. */
      hami: z.optional(z.strictObject({ memory: z.optional(memory), maxComputePercent: z.optional(whole(1, 100)) })),
      efa: z.optional(flag),
    }),
  ],
  must("none, or a map with instanceTypes"),
);

const ecsSchema = z.strictObject({
  cluster: z.optional(nonEmpty),
  networkMode: z.optional(z.enum(networkModes)),
  capacity: z.optional(
    z.union(
      [
        z.enum(capacityWords),
        z.strictObject({ provider: nonEmpty }),
        /** Managed Instances through the capacity provider of this name. */
        z.strictObject({ managedInstances: nonEmpty }),
        /**
         * A strategy of several.
         * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html
         */
        z
          .array(
            z.strictObject({
              provider: nonEmpty,
              base: z.optional(whole(0, 100_000)),
              weight: z.optional(whole(0, 1_000)),
            }),
          )
          .check(
            z.minLength(1, must("a list of 1 to 20 providers")),
            z.maxLength(20, must("a list of 1 to 20 providers")),
          ),
      ],
      must(
        `${capacityWords.join(", ")}, { provider: NAME }, { managedInstances: NAME } or a list of { provider, base, weight }`,
      ),
    ),
  ),
  network: z.optional(
    z.strictObject({
      subnets: z.optional(z.array(nonEmpty).check(z.maxLength(16, must("a list of at most 16 subnets")))),
      securityGroups: z.optional(z.array(nonEmpty).check(z.maxLength(5, must("a list of at most 5 security groups")))),
      assignPublicIp: z.optional(flag),
    }),
  ),
  loadBalancer: z.optional(z.strictObject({ targetGroup: text(targetGroupArnRule), port })),
  placement: z.optional(
    z.strictObject({
      constraints: z.optional(z.array(text(placementExpressionRule))),
      strategy: z.optional(
        z
          .array(z.strictObject({ type: z.enum(placementStrategies), field: z.optional(nonEmpty) }))
          .check(z.maxLength(5, must("a list of at most 5 rules"))),
      ),
    }),
  ),
  taskDefinition: z.optional(raw),
  service: z.optional(raw),
});

const eksSchema = z.strictObject({
  namespace: z.optional(nonEmpty),
  as: z.optional(nonEmpty),
  queue: z.optional(
    z.strictObject({
      kueue: z.optional(nonEmpty),
      topology: z.optional(nonEmpty),
      volcano: z.optional(nonEmpty),
      yunikorn: z.optional(nonEmpty),
    }),
  ),
  serviceAccount: z.optional(nonEmpty),
  secrets: z.optional(z.record(environmentName, z.strictObject({ name: nonEmpty, key: nonEmpty }))),
  spark: z.optional(raw),
  experiment: z.optional(raw),
  pod: z.optional(raw),
  resource: z.optional(raw),
  /** By kind. */
  companions: z.optional(z.record(nonEmpty, raw)),
});

export const workloadSchema = z.strictObject({
  $schema: z.optional(free),
  apiVersion: z.optional(z.literal("aiplat/v1")),
  name: text(nameRule),
  container: z.optional(text(containerNameRule)),
  kind: z.optional(z.enum(workloadKinds)),
  image: text(imageRule),
  entryPoint: z.optional(entryPoint),
  command: z.optional(z.array(free)),
  workingDirectory: z.optional(text(absolutePathRule)),
  environment: z.optional(z.record(environmentName, free)),
  secrets: z.optional(z.record(environmentName, text(secretArnRule))),
  ports: z.optional(z.array(portSchema)),
  health: z.optional(healthSchema),
  accelerator: z.optional(acceleratorSchema),
  replicas: z.optional(whole(1)),
  nodes: z.optional(whole(1)),
  resources: z.optional(
    z.strictObject({
      cpu: z.optional(vcpu),
      memory: z.optional(memory),
      /** What the machine keeps for others. */
      reserve: z.optional(z.strictObject({ cpu: z.optional(vcpu), memory: z.optional(memory) })),
    }),
  ),
  /** 0: whatever the platform gives. Default: see shared-memory.ts. */
  sharedMemory: z.optional(z.union([z.literal(0), memory], must(sharedMemoryWants))),
  /** A number: Kubernetes takes no names. */
  user: z.optional(whole(0, highestUserId)),
  /** One after the other, each to its end with 0, before the workload starts. */
  init: z.optional(z.array(initSchema)),
  /** Started after `init` and before the workload, and healthy before it where they have `health`. */
  sidecars: z.optional(z.array(sidecarSchema)),
  readOnlyRoot: z.optional(flag),
  ulimits: z.optional(ulimitsSchema),
  stop: z.optional(z.strictObject({ timeoutSeconds: whole(shortestStopSeconds, longestStopSeconds) })),
  volumes: z.optional(z.array(volumeSchema)),
  /** In replicas of the whole workload. */
  rollout: z.optional(z.strictObject({ maxUnavailable: z.optional(whole(0)), maxSurge: z.optional(whole(0)) })),
  logs: z.optional(
    z.strictObject({
      group: text(logGroupRule),
      retentionDays: z.optional(z.literal(retentionDays, must(`a number of days: ${listOr(retentionDays)}`))),
    }),
  ),
  roles: z.optional(z.strictObject({ execution: z.optional(text(roleArnRule)), task: z.optional(text(roleArnRule)) })),
  tags: z.optional(
    z.record(
      z.string().check(z.minLength(1, must("1 to 128 characters")), z.maxLength(128, must("1 to 128 characters"))),
      free.check(z.maxLength(256, must("text of at most 256 characters"))),
    ),
  ),
  model: z.optional(
    z.strictObject({
      uri: nonEmpty,
      /** Where it is fetched to before the workload starts. */
      path: z.optional(text(volumePathRule)),
      /** What fetches it, in place of AWS's image of its CLI. */
      image: z.optional(text(imageRule)),
      format: z.optional(nonEmpty),
    }),
  ),
  schedule: z.optional(text(scheduleRule)),
  ecs: z.optional(ecsSchema),
  eks: z.optional(eksSchema),
});

/** A workload as the user wrote it: every value legal by itself, nothing resolved yet. */
export type Workload = z.infer<typeof workloadSchema>;
