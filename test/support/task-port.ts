import type { RegisteredTaskDefinition, Task } from "../../src/core/ecs-api/api.ts";
import type { EcsPort } from "../../src/ports.ts";
import type { Runtime } from "../../src/context.ts";

/** A clock that moves only by sleeping; `interruptAt` plays Ctrl-C. */
export interface FakeRuntime extends Runtime {
  readonly sleeps: readonly number[];
}

export function fakeRuntime({
  interrupt,
}: { readonly interrupt?: { readonly atMs: number; readonly error: Error } } = {}): FakeRuntime {
  let now = 1_700_000_000_000;
  const startedAt = now;
  const sleeps: number[] = [];
  return {
    now: () => now,
    sleep: async (milliseconds) => {
      if (interrupt !== undefined && now + milliseconds - startedAt >= interrupt.atMs) throw interrupt.error;
      sleeps.push(milliseconds);
      now += milliseconds;
    },
    signal: new AbortController().signal,
    sleeps,
  };
}

const prefix = "arn:aws:ecs:us-east-1:123456789012";

export function taskArn(id: string, cluster = "prod"): string {
  return `${prefix}:task/${cluster}/${id}`;
}

/** A running task with one container; `more` says what is different. */
export function makeTask(id: string, more: Partial<Task> = {}): Task {
  return {
    taskArn: taskArn(id),
    taskDefinitionArn: `${prefix}:task-definition/app:1`,
    lastStatus: "RUNNING",
    desiredStatus: "RUNNING",
    containers: [{ name: "main" }],
    ...more,
  };
}

export function stoppedTask(id: string, exitCode: number | undefined, more: Partial<Task> = {}): Task {
  return makeTask(id, {
    lastStatus: "STOPPED",
    desiredStatus: "STOPPED",
    stopCode: "EssentialContainerExited",
    stoppedReason: "Essential container in task exited",
    containers: [{ name: "main", lastStatus: "STOPPED", ...(exitCode === undefined ? {} : { exitCode }) }],
    ...more,
  });
}

/**
 * A cluster that behaves as ECS's API does with tasks: ListTasks defaults to RUNNING, takes startedBy only alone, and
 * DescribeTasks answers MISSING for what it does not know. `look` says which tasks there are at the nth look.
 */
export function scriptedEcs(
  look: (describes: number) => readonly Task[],
  more: Partial<EcsPort> = {},
): EcsPort & { readonly asked: readonly (readonly string[])[] } {
  const asked: (readonly string[])[] = [];
  const refuse = (operation: string) => () => Promise.reject(new Error(`unexpected ${operation}`));
  const idOf = (text: string) => text.slice(text.lastIndexOf("/") + 1);
  return {
    asked,
    region: "us-east-1",
    listClusters: refuse("ListClusters"),
    describeCluster: refuse("DescribeClusters"),
    describeCapacityProviders: refuse("DescribeCapacityProviders"),
    putCapacityProviders: refuse("PutClusterCapacityProviders"),
    registerTaskDefinition: refuse("RegisterTaskDefinition"),
    describeTaskDefinition: async () => undefined,
    runTask: refuse("RunTask"),
    stopTask: refuse("StopTask"),
    executeCommand: refuse("ExecuteCommand"),
    createService: refuse("CreateService"),
    updateService: refuse("UpdateService"),
    describeServices: refuse("DescribeServices"),
    listServices: async () => [],
    managedDaemons: async () => [],
    deleteService: refuse("DeleteService"),
    listServiceDeployments: refuse("ListServiceDeployments"),
    describeServiceDeployments: refuse("DescribeServiceDeployments"),
    stopServiceDeployment: refuse("StopServiceDeployment"),
    stableDefinitions: refuse("ListServiceDeployments"),
    tagResource: refuse("TagResource"),
    listContainerInstances: refuse("ListContainerInstances"),
    drainInstance: refuse("UpdateContainerInstancesState"),
    activateInstance: refuse("UpdateContainerInstancesState"),
    describeContainerInstances: async () => [],
    listTasks: async (_, { startedBy, desiredStatus = "RUNNING", ...other }) => {
      if (startedBy !== undefined && (desiredStatus !== "RUNNING" || Object.keys(other).length > 0))
        throw new Error("startedBy must be the only filter");
      return look(asked.length)
        .filter(
          (task) => task.desiredStatus === desiredStatus && (startedBy === undefined || task.startedBy === startedBy),
        )
        .map((task) => task.taskArn);
    },
    describeTasks: async (_, ids) => {
      const there = new Map(look(asked.length).map((task) => [idOf(task.taskArn), task]));
      asked.push(ids);
      return {
        tasks: ids.flatMap((id) => there.get(idOf(id)) ?? []),
        failures: ids.filter((id) => !there.has(idOf(id))).map((id) => ({ arn: id, reason: "MISSING" })),
      };
    },
    ...more,
  };
}

export function makeDefinition(more: Partial<RegisteredTaskDefinition> = {}): RegisteredTaskDefinition {
  return {
    family: "app",
    taskDefinitionArn: `${prefix}:task-definition/app:1`,
    revision: 1,
    status: "ACTIVE",
    containerDefinitions: [],
    ...more,
  };
}
