import type { ClusterSnapshot, ContainerInstance, Resources } from "../../src/core/cluster/snapshot.ts";
import type { ContainerDefinition, RegisteredTaskDefinition, Task } from "../../src/core/ecs-api/api.ts";

const prefix = "arn:aws:ecs:us-east-1:111122223333";

/** A container instance of a cluster under test; `i1` is its id on EC2 (`i-i1`) and in its ARN. */
export function anInstance(
  id: string,
  instanceType: string,
  changes: Partial<ContainerInstance> = {},
): ContainerInstance {
  const resources: Resources = {
    cpu: 16 * 1024,
    memoryMiB: 64 * 1024,
    tcpPorts: [22, 2375, 2376, 51678, 51679],
    udpPorts: [],
    gpus: [],
  };
  const { attributes, ...others } = changes;
  return {
    arn: `${prefix}:container-instance/prod/${id}`,
    ec2InstanceId: `i-${id}`,
    status: "ACTIVE",
    agentConnected: true,
    agentVersion: "1.105.1",
    registeredAt: Date.parse("2026-01-01T00:00:00Z"),
    attributes: {
      "ecs.instance-type": instanceType,
      "ecs.availability-zone": "us-east-1a",
      "ecs.os-type": "linux",
      "ecs.capability.task-eni": "",
      ...attributes,
    },
    registered: resources,
    remaining: resources,
    runningTasksCount: 0,
    pendingTasksCount: 0,
    ...others,
  };
}

/** A registered definition of one container, with whatever else the test is about. */
export function aDefinition(
  family: string,
  container: Partial<ContainerDefinition> = {},
  changes: Partial<RegisteredTaskDefinition> = {},
): RegisteredTaskDefinition {
  return {
    taskDefinitionArn: `${prefix}:task-definition/${family}:1`,
    family,
    revision: 1,
    status: "ACTIVE",
    containerDefinitions: [{ name: "main", image: "busybox", memory: 128, ...container }],
    ...changes,
  };
}

/** A task of the definition on the instance; running unless the test says otherwise. */
export function aTask(
  id: string,
  definition: RegisteredTaskDefinition,
  instance: ContainerInstance | undefined,
  changes: Partial<Task> = {},
): Task {
  return {
    taskArn: `${prefix}:task/prod/${id}`,
    taskDefinitionArn: definition.taskDefinitionArn,
    ...(instance === undefined ? {} : { containerInstanceArn: instance.arn }),
    group: `family:${definition.family}`,
    lastStatus: "RUNNING",
    desiredStatus: "RUNNING",
    containers: [],
    ...changes,
  };
}

/** A snapshot of these instances, tasks and definitions. */
export function aSnapshot(
  instances: readonly ContainerInstance[],
  tasks: readonly Task[] = [],
  definitions: readonly RegisteredTaskDefinition[] = [],
  changes: Partial<ClusterSnapshot> = {},
): ClusterSnapshot {
  return {
    cluster: "prod",
    observedAt: Date.parse("2026-02-01T00:00:00Z"),
    tags: {},
    capacityProviders: [],
    instances,
    tasks,
    taskDefinitions: Object.fromEntries(definitions.map((each) => [each.taskDefinitionArn, each])),
    ...changes,
  };
}
