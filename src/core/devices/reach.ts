import { groupBy } from "../base/groups.ts";
import { taggedDevices } from "../catalog/device-set.ts";
import { findInstanceType } from "../catalog/instance-types/catalog.ts";
import { instanceTypeOf, type ClusterSnapshot, type ContainerInstance, placedTasks } from "../cluster/snapshot.ts";
import { serviceNameOfTask, taskServicesOf } from "../cluster/task-services.ts";
import type { Task } from "../ecs-api/api.ts";
import { reachesDevices } from "./claimed-devices.ts";

/** A task that could open every device of its instance though it says nothing of them. */
export interface Reach {
  readonly taskArn: string;
  /** Whether a DAEMON service runs it, on every machine: it stands in nobody's way. */
  readonly daemon: boolean;
}

/** Who could open the devices of an instance without a word of it, by container instance ARN. */
export function reachOn(snapshot: ClusterSnapshot): ReadonlyMap<string, readonly Reach[]> {
  const reachOf = reachReader(snapshot);
  const reaches = placedTasks(snapshot).flatMap((task) => {
    const reach = reachOf(task);
    return reach === undefined ? [] : [{ on: task.containerInstanceArn, reach }];
  });
  return new Map([...groupBy(reaches, ({ on }) => on)].map(([on, some]) => [on, some.map(({ reach }) => reach)]));
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
 * The services that have to be asked what their tasks are: those with tasks on accelerated machines that have no tag of
 * aiplat's, or that could open every device. They may be daemons, or say by a tag what devices they use.
 */
export function servicesToAsk({
  instances,
  tasks,
  taskDefinitions,
}: Pick<ClusterSnapshot, "instances" | "tasks" | "taskDefinitions">): readonly string[] {
  const machines = new Set(instances.filter((each) => isAccelerated(each)).map(({ arn }) => arn));
  const names = tasks.flatMap((task) => {
    const name = serviceNameOfTask(task);
    if (name === undefined || !machines.has(task.containerInstanceArn ?? "")) return [];
    const definition = taskDefinitions[task.taskDefinitionArn];
    const tags = [...(task.tags ?? []), ...(definition?.tags ?? [])];
    const isOurs = tags.some(({ key }) => key.startsWith("aiplat:"));
    return isOurs && (definition === undefined || !reachesDevices(definition)) ? [] : [name];
  });
  return [...new Set(names)];
}

/** Whether the instance has an accelerator, or may have one. */
function isAccelerated(instance: ContainerInstance): boolean {
  const name = instanceTypeOf(instance);
  return name === undefined || findInstanceType(name) !== undefined || isNewAcceleratedType(name);
}

/**
 * Families of accelerated types that the catalogue does not know yet:
 * https://docs.aws.amazon.com/ec2/latest/instancetypes/ac.html
 */
function isNewAcceleratedType(name: string): boolean {
  return /^(?:p|g|gr|inf|trn|dl|vt|f)\d/.test(name);
}
