/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html */
import * as z from "zod/mini";
import { type Of, text } from "../field.ts";
import * as model from "../model/task.ts";
import {
  capacityProviderStrategy,
  nameValue,
  networkConfiguration,
  placementStrategy,
  readableConstraints,
  resourceRequirement,
  tags,
  word,
} from "./common.ts";

const failure = z.extend(model.failure, { reason: text });

export interface Failure extends Of<typeof failure> {}

/** What aiplat keeps of a task's container. */
const taskContainer = z.extend(
  z.pick(model.container, {
    lastStatus: true,
    exitCode: true,
    reason: true,
    runtimeId: true,
    networkBindings: true,
    networkInterfaces: true,
    gpuIds: true,
    neuronDeviceIds: true,
  }),
  { name: text },
);

export interface TaskContainer extends Of<typeof taskContainer> {}

const containerOverride = z.extend(model.containerOverride, {
  environment: z.exactOptional(z.array(nameValue)),
  resourceRequirements: z.exactOptional(z.array(resourceRequirement)),
});

export interface ContainerOverride extends Of<typeof containerOverride> {}

export const taskOverride = z.extend(model.taskOverride, {
  containerOverrides: z.exactOptional(z.array(containerOverride)),
});

/** What aiplat keeps of a task as DescribeTasks and RunTask answer it; its times are milliseconds since the epoch. */
export const task = z.extend(
  z.pick(model.task, {
    clusterArn: true,
    containerInstanceArn: true,
    capacityProviderName: true,
    group: true,
    startedBy: true,
    enableExecuteCommand: true,
    healthStatus: true,
    stopCode: true,
    stoppedReason: true,
    createdAt: true,
    startedAt: true,
    stoppedAt: true,
  }),
  {
    taskArn: text,
    taskDefinitionArn: text,
    lastStatus: text,
    desiredStatus: text,
    overrides: z.exactOptional(taskOverride),
    containers: z.array(taskContainer),
    tags: z.exactOptional(tags),
  },
);

export interface Task extends Of<typeof task> {}

/** The input of RunTask. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html */
export const runTaskRequest = z.extend(model.runTaskRequest, {
  cluster: word,
  taskDefinition: word,
  launchType: z.exactOptional(z.literal("EC2")),
  capacityProviderStrategy: z.exactOptional(capacityProviderStrategy),
  placementConstraints: z.exactOptional(readableConstraints),
  placementStrategy: z.exactOptional(placementStrategy),
  networkConfiguration: z.exactOptional(networkConfiguration),
  overrides: z.exactOptional(taskOverride),
  tags: z.exactOptional(tags),
});

export interface RunTaskRequest extends Of<typeof runTaskRequest> {
  readonly count: number;
}
