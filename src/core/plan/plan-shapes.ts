/** The shapes of what a saved plan holds, as far as aiplat and the SDK read them; other fields pass to ECS, which judges them. */
import * as z from "zod/mini";
import { parseExpression } from "../placement/query.ts";
import { Refusal } from "../problem.ts";

const text = z.string();
const number = z.number();
const flag = z.boolean();
const texts = z.array(text);
const word = text.check(z.minLength(1));
const whole = number.check(z.int());
const optional = z.optional;

const nameValues = z.array(z.looseObject({ name: optional(text), value: optional(text) }));
const tags = z.array(z.object({ key: text, value: text }));

const constraint = z.object({
  type: text,
  expression: optional(
    text.check(
      z.refine((value) => {
        try {
          parseExpression(value, []);
          return true;
        } catch (error) {
          if (error instanceof Refusal) return false;
          throw error;
        }
      }, "is no expression of the cluster query language"),
    ),
  ),
});
const constraints = z.array(constraint);
const network = z.object({
  awsvpcConfiguration: z.object({
    subnets: texts,
    securityGroups: optional(texts),
    assignPublicIp: optional(z.enum(["ENABLED", "DISABLED"])),
  }),
});
const providers = z.array(z.object({ capacityProvider: text, weight: optional(number), base: optional(number) }));
const strategy = z.array(z.object({ type: text, field: optional(text) }));

export const container = z.looseObject({
  name: word,
  image: word,
  cpu: optional(number),
  memory: optional(number),
  memoryReservation: optional(number),
  essential: optional(flag),
  command: optional(texts),
  entryPoint: optional(texts),
  environment: optional(nameValues),
  secrets: optional(z.array(z.looseObject({ name: text, valueFrom: text }))),
  portMappings: optional(
    z.array(
      z.looseObject({
        containerPort: optional(number),
        hostPort: optional(number),
        protocol: optional(text),
        name: optional(text),
      }),
    ),
  ),
  linuxParameters: optional(
    z.looseObject({
      capabilities: optional(z.looseObject({ add: optional(texts), drop: optional(texts) })),
      devices: optional(
        z.array(z.looseObject({ hostPath: text, containerPath: optional(text), permissions: optional(texts) })),
      ),
      sharedMemorySize: optional(number),
    }),
  ),
  resourceRequirements: optional(z.array(z.looseObject({ type: text, value: optional(text) }))),
  healthCheck: optional(z.looseObject({ command: optional(texts) })),
  logConfiguration: optional(z.looseObject({ logDriver: text, options: optional(z.record(text, text)) })),
  mountPoints: optional(z.array(z.looseObject({}))),
  privileged: optional(flag),
});

export const taskDefinition = z.looseObject({
  family: word,
  taskRoleArn: optional(text),
  executionRoleArn: optional(text),
  networkMode: optional(z.enum(["bridge", "host", "awsvpc", "none"])),
  containerDefinitions: z.array(container).check(z.minLength(1)),
  volumes: optional(z.array(z.looseObject({ host: optional(z.looseObject({ sourcePath: optional(text) })) }))),
  placementConstraints: optional(constraints),
  requiresCompatibilities: optional(texts),
  requiresAttributes: optional(z.array(z.looseObject({ name: text, value: optional(text) }))),
  cpu: optional(text),
  memory: optional(text),
  tags: optional(tags),
});

const request = z.object({
  cluster: word,
  taskDefinition: word,
  launchType: optional(z.literal("EC2")),
  capacityProviderStrategy: optional(providers),
  group: optional(text),
  startedBy: optional(text),
  placementConstraints: optional(constraints),
  placementStrategy: optional(strategy),
  networkConfiguration: optional(network),
  enableExecuteCommand: optional(flag),
  tags: optional(tags),
});

export const runStep = z.looseObject({
  definition: optional(taskDefinition),
  request,
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
  placementConstraints: constraints,
  networkConfiguration: optional(network),
  enableExecuteCommand: flag,
  provider: optional(text),
});

export const clusterBasis = z.looseObject({
  name: text,
  arn: optional(text),
  lockPortBase: optional(number),
  providers: optional(texts),
});

export const runBasis = z.looseObject({
  cluster: clusterBasis,
  families: z.array(z.looseObject({ family: word, latest: optional(text) })),
  devices: flag,
});

export const serviceBasis = z.looseObject({ service: text, serviceArn: optional(text), latest: optional(text) });

const deployment = z.looseObject({
  strategy: optional(text),
  minimumHealthyPercent: optional(number),
  maximumPercent: optional(number),
  deploymentCircuitBreaker: optional(z.object({ enable: flag, rollback: flag })),
});

/** What CreateService and UpdateService have in common, as far as it is known. */
const serviceFields = {
  cluster: word,
  taskDefinition: optional(word),
  desiredCount: optional(whole),
  launchType: optional(text),
  capacityProviderStrategy: optional(providers),
  deploymentConfiguration: optional(deployment),
  placementConstraints: optional(constraints),
  placementStrategy: optional(strategy),
  networkConfiguration: optional(network),
  schedulingStrategy: optional(text),
  loadBalancers: optional(z.array(z.looseObject({}))),
  serviceRegistries: optional(z.array(z.looseObject({}))),
  enableExecuteCommand: optional(flag),
  healthCheckGracePeriodSeconds: optional(number),
  availabilityZoneRebalancing: optional(text),
  propagateTags: optional(text),
  tags: optional(tags),
};

export const serviceStep = z.looseObject({
  service: word,
  action: z.enum(["create", "update", "keep", "delete"]),
  changes: z.array(z.looseObject({ path: text, kind: text })),
  desiredCount: whole,
  why: text,
  replacesTasks: flag,
  definition: optional(taskDefinition),
  create: optional(z.looseObject({ ...serviceFields, serviceName: word, taskDefinition: word })),
  update: optional(z.looseObject({ ...serviceFields, service: word })),
  tags: optional(tags),
});

export const rollout = z.looseObject({
  service: word,
  definition: taskDefinition,
  desired: whole.check(z.gte(0), z.lte(5_000)),
  settings: z.looseObject({ strategy: text, minimumHealthyPercent: number, maximumPercent: number, daemon: flag }),
  newDeployment: flag,
  placement: optional(
    z.looseObject({ placementConstraints: optional(constraints), capacityProviders: optional(texts) }),
  ),
});
