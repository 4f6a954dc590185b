/** The shapes of ECS's API, as far as aiplat and the SDK read them; other fields pass to ECS, which judges them. */
import * as z from "zod/mini";
import { parseExpression } from "./query/parse.ts";
import { Refusal } from "../base/problem.ts";

const text = z.string();
const number = z.number();
const flag = z.boolean();
const texts = z.array(text);
const word = text.check(z.minLength(1));
const whole = number.check(z.int());
const optional = z.optional;

const nameValues = z.array(z.looseObject({ name: optional(text), value: optional(text) }));
export const tags = z.array(z.object({ key: text, value: text }));

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
export const constraints = z.array(constraint);
export const network = z.object({
  awsvpcConfiguration: z.object({
    subnets: texts,
    securityGroups: optional(texts),
    assignPublicIp: optional(z.enum(["ENABLED", "DISABLED"])),
  }),
});
export const providers = z.array(
  z.object({ capacityProvider: text, weight: optional(number), base: optional(number) }),
);
export const strategy = z.array(z.object({ type: text, field: optional(text) }));

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

export const runTaskRequest = z.object({
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

const deployment = z.looseObject({
  strategy: optional(text),
  minimumHealthyPercent: optional(number),
  maximumPercent: optional(number),
  deploymentCircuitBreaker: optional(z.object({ enable: flag, rollback: flag })),
});

/** What CreateService and UpdateService have in common, as far as it is known. */
export const serviceFields = {
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
