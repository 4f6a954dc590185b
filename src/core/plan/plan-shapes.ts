/** The shapes of what a saved plan holds. */
import * as z from "zod/mini";
import { flag, text } from "../ecs-api/field.ts";
import {
  capacityProviderStrategy,
  networkConfiguration,
  placementStrategy,
  readableConstraints,
  tags,
  word,
} from "../ecs-api/schema/common.ts";
import { createService, updateService } from "../ecs-api/schema/service.ts";
import { retentionDays } from "../workload/fields.ts";
import { taskVolumeConfiguration } from "../ecs-api/model/task.ts";
import { runTaskRequest, taskOverride } from "../ecs-api/schema/task.ts";
import { taskDefinition } from "../ecs-api/schema/task-definition.ts";

const number = z.number();
const texts = z.array(text);
const whole = number.check(z.int());
const optional = z.optional;

export const count = number.check(z.int(), z.gte(0));
export const time = text.check(z.refine((value) => !Number.isNaN(Date.parse(value)), "is no time"));
export const failures = z.array(z.looseObject({ reason: text, detail: optional(text), hint: text }));

export const registration = z.looseObject({
  family: text,
  action: z.enum(["register", "keep"]),
  taskDefinitionArn: optional(text),
  changes: z.array(z.looseObject({})),
});

export const logGroups = z.array(
  z.looseObject({
    action: z.enum(["create", "unknown"]),
    group: word,
    region: word,
    retentionDays: optional(z.literal(retentionDays, { error: `must be one of ${retentionDays.join(", ")}` })),
    tags: z.record(text, text),
    maker: optional(z.enum(["execution role", "instance role"])),
    why: text,
  }),
);

export const runStep = z.looseObject({
  definition: optional(taskDefinition),
  request: runTaskRequest,
  count: whole.check(z.gte(1)),
  why: text,
  machines: optional(texts),
});

export const runSettings = z.looseObject({
  run: text,
  cluster: text,
  count: whole.check(z.gte(0)),
  strategy: z.enum(["pack", "spread"]),
  group: optional(text),
  startedBy: optional(text),
  placementConstraints: readableConstraints,
  networkConfiguration: optional(networkConfiguration),
  volumeConfigurations: optional(z.array(taskVolumeConfiguration)),
  enableExecuteCommand: flag,
  provider: optional(text),
  capacityProviderStrategy: optional(capacityProviderStrategy),
  mayGrow: optional(number),
  limit: optional(text),
  placementStrategy: optional(placementStrategy),
  overrides: optional(taskOverride),
  tags: optional(tags),
  propagateTags: optional(text),
  enableECSManagedTags: optional(flag),
});

export const clusterInputs = z.looseObject({
  name: text,
  arn: optional(text),
  lockPortBase: optional(number),
  providers: optional(texts),
});

export const runInputs = z.looseObject({
  cluster: clusterInputs,
  families: z.array(z.looseObject({ family: word, latest: optional(text) })),
  devices: flag,
});

export const liveServiceInputs = z.looseObject({ service: text, serviceArn: optional(text), latest: optional(text) });

export const serviceStep = z.looseObject({
  service: word,
  action: z.enum(["create", "update", "keep", "delete"]),
  changes: z.array(z.looseObject({ path: text, kind: text })),
  desiredCount: whole,
  why: text,
  replacesTasks: flag,
  after: optional(texts),
  rememberedBy: optional(text),
  replaces: optional(texts),
  definition: optional(taskDefinition),
  create: optional(createService),
  update: optional(updateService),
  tags: optional(tags),
});

export const plannedDeployment = z.looseObject({
  service: word,
  definition: taskDefinition,
  desired: whole.check(z.gte(0), z.lte(5_000)),
  settings: z.looseObject({ strategy: text, minimumHealthyPercent: number, maximumPercent: number, daemon: flag }),
  newDeployment: flag,
  bounds: optional(z.looseObject({ maxUnavailable: optional(whole), maxSurge: optional(whole) })),
  placement: optional(
    z.looseObject({ placementConstraints: optional(readableConstraints), capacityProviders: optional(texts) }),
  ),
  mayGrow: optional(number),
  limit: optional(text),
  barred: optional(text),
});

/** What the tasks cost: as it was when the plan was made. */
export const cost = z.looseObject({
  currency: text,
  region: text,
  asOf: text,
  source: text,
  machinesIn: optional(text),
  managedInstances: optional(flag),
  perHour: optional(z.looseObject({ least: number, most: number })),
  unpriced: optional(z.array(text)),
  parts: z.array(
    z.looseObject({
      count,
      choices: z.array(
        z.looseObject({
          instanceType: text,
          share: number,
          takes: optional(text),
          pricePerHour: optional(number),
          perHour: optional(number),
        }),
      ),
    }),
  ),
});
