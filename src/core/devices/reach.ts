import { taggedDevices } from "../catalog/device-set.ts";
import { neuronCount } from "../cluster/neuron-count.ts";
import { placedTasks } from "../cluster/placed-tasks.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { serviceNameOfTask, taskServicesOf } from "../cluster/task-services.ts";
import type { Task } from "../ecs-api/api.ts";
import { claimedDevicesOf, reachesDevices } from "./claimed-devices.ts";

/** A task that could open every device of its instance though it says nothing of them. */
export interface Reach {
  readonly taskArn: string;
  /** Whether a DAEMON service runs it, on every machine: it stands in nobody's way. */
  readonly daemon: boolean;
}

/** Who could open the devices of an instance without a word of it, by container instance ARN. */
export function reachOn(snapshot: ClusterSnapshot): ReadonlyMap<string, readonly Reach[]> {
  const reachOf = reachReader(snapshot);
  const reaches = new Map<string, Reach[]>();
  for (const task of placedTasks(snapshot)) {
    const reach = reachOf(task);
    if (reach !== undefined)
      reaches.set(task.containerInstanceArn, [...(reaches.get(task.containerInstanceArn) ?? []), reach]);
  }
  return reaches;
}

/** Finds what a task reaches; undefined for one that reaches nothing, or says itself what it uses. */
export function reachReader(snapshot: ClusterSnapshot): (task: Task) => Reach | undefined {
  const serviceOf = taskServicesOf(snapshot);
  return (task) => {
    const definition = snapshot.taskDefinitions[task.taskDefinitionArn];
    if (definition === undefined || !reachesDevices(definition)) return undefined;
    const service = serviceOf(task);
    const said = [task.tags, service?.tags, definition.tags].some((tags) => taggedDevices(tags) !== undefined);
    // Who says what it uses is taken at its word.
    return said ? undefined : { taskArn: task.taskArn, daemon: service?.schedulingStrategy === "DAEMON" };
  };
}

/**
 * The services that have to be asked what their tasks are: of tasks on Neuron machines that hold or could open devices,
 * that carry no tag of aiplat's and so may be a daemon, or say what they use by a tag of their service.
 */
export function servicesToAsk({
  instances,
  tasks,
  taskDefinitions,
}: Pick<ClusterSnapshot, "instances" | "tasks" | "taskDefinitions">): readonly string[] {
  const machines = new Set(instances.filter((each) => neuronCount(each) !== 0).map(({ arn }) => arn));
  const names = tasks.flatMap((task) => {
    const name = serviceNameOfTask(task);
    const definition = taskDefinitions[task.taskDefinitionArn];
    if (name === undefined || definition === undefined || !machines.has(task.containerInstanceArn ?? "")) return [];
    if ([task.tags, definition.tags].some((tags) => tags?.some(({ key }) => key.startsWith("aiplat:")) === true))
      return [];
    return reachesDevices(definition) || claimedDevicesOf(definition).devices.length > 0 ? [name] : [];
  });
  return [...new Set(names)];
}
