/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html */
import * as z from "zod/mini";
import { document, fields, integer, text, type Of, type Schema } from "../field.ts";
import * as common from "../model/common.ts";
import * as model from "../model/task-definition.ts";
import { nameValue, placementConstraints, readableConstraints, resourceRequirement, tags, word } from "./common.ts";

/** Without a container port it has a range of them. */
export interface PortMapping extends Of<typeof model.portMapping> {
  readonly [raw: string]: unknown;
}

const device = z.extend(model.device, { hostPath: text });

export interface Device extends Of<typeof device> {}

const linuxParameters = z.extend(model.linuxParameters, { devices: z.exactOptional(z.array(device)) });

export interface LinuxParameters extends Of<typeof linuxParameters> {
  readonly [raw: string]: unknown;
}

/** A container of a definition: the API takes none without a name and an image. */
export const containerDefinition = z.extend(model.containerDefinition, {
  name: word,
  image: word,
  environment: z.exactOptional(z.array(nameValue)),
  secrets: z.exactOptional(z.array(z.extend(common.secret, { name: text, valueFrom: text }))),
  linuxParameters: z.exactOptional(linuxParameters),
  resourceRequirements: z.exactOptional(z.array(resourceRequirement)),
  logConfiguration: z.exactOptional(z.extend(common.logConfiguration, { logDriver: text })),
});

export interface ContainerDefinition extends Of<typeof containerDefinition> {
  readonly portMappings?: readonly PortMapping[];
  readonly linuxParameters?: LinuxParameters;
  readonly [raw: string]: unknown;
}

/** The input of RegisterTaskDefinition. */
export const taskDefinition = z.extend(model.registerTaskDefinitionRequest, {
  family: word,
  containerDefinitions: z.array(containerDefinition).check(z.minLength(1)),
  placementConstraints: z.exactOptional(readableConstraints),
  tags: z.exactOptional(tags),
});

export interface TaskDefinition extends Omit<Of<typeof taskDefinition>, "containerDefinitions"> {
  readonly containerDefinitions: readonly ContainerDefinition[];
  readonly [raw: string]: unknown;
}

/** A task definition as ECS describes it, with its tags beside it. */
export const registeredTaskDefinition = z.extend(model.taskDefinition, {
  ...taskDefinition.shape,
  placementConstraints: z.exactOptional(placementConstraints),
  taskDefinitionArn: text,
  revision: integer,
  status: text,
});

export interface RegisteredTaskDefinition extends TaskDefinition {
  readonly taskDefinitionArn: string;
  readonly revision: number;
  readonly status: string;
}

const { shape: registered } = model.registerTaskDefinitionRequest;
const answered = Object.keys(model.taskDefinition.shape).filter((key) => !Object.hasOwn(registered, key));

/**
 * A definition that somebody wrote, or that DescribeTaskDefinition answered. What only an answer has may be of any
 * kind: the AWS CLI, say, prints its times as text.
 */
export const writtenTaskDefinition = z.extend(
  model.registerTaskDefinitionRequest,
  // Nobody reads these: they have no place in the type.
  Object.fromEntries(answered.map((key) => [key, z.exactOptional(document)])) as Readonly<Record<never, Schema>>,
);
fields.add(writtenTaskDefinition, fields.get(model.registerTaskDefinitionRequest)!);
