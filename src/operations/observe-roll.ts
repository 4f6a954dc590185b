import { instanceTypeOf, type ContainerInstance } from "../core/cluster/snapshot.ts";
import { serviceNameOfTask } from "../core/cluster/task-services.ts";
import { amiAttribute } from "../core/doctor/check-drivers.ts";
import type { Task } from "../core/ecs-api/api.ts";
import type { RollMachine } from "../core/plan/plan-roll.ts";
import { AiplatError } from "../errors.ts";
import type { ImagedGroup, MachineImagesPort } from "../machine-image-ports.ts";
import type { EcsPort } from "../ports.ts";
import { ClusterReader } from "./cluster-reader.ts";

export interface RollPlace {
  readonly cluster: string;
  /** The Auto Scaling group's name. */
  readonly group: string;
}

export interface ObservedRoll {
  readonly group: ImagedGroup;
  readonly machines: readonly RollMachine[];
}

/** The container instances of a group: all that a roll goes by. */
export async function observeRoll(
  { ecs, images }: { readonly ecs: EcsPort; readonly images: MachineImagesPort },
  place: RollPlace,
): Promise<ObservedRoll> {
  const [group, instances] = await Promise.all([
    images.group(place.group),
    new ClusterReader(ecs, place.cluster).instances(),
  ]);
  if (group === undefined)
    throw new AiplatError("NotFound", `there is no Auto Scaling group ${place.group} any more in this region`);
  return { group, machines: machinesOf(group, instances) };
}

/** Those of the container instances that the group has launched. */
export function machinesOf(group: ImagedGroup, instances: readonly ContainerInstance[]): readonly RollMachine[] {
  const lifecycles = new Map(group.instances.map(({ id, lifecycle }) => [id, lifecycle]));
  return instances.flatMap((instance) => {
    const lifecycle = lifecycles.get(instance.ec2InstanceId);
    const imageId = instance.attributes[amiAttribute];
    return lifecycle === undefined
      ? []
      : [
          {
            containerInstanceArn: instance.arn,
            ec2InstanceId: instance.ec2InstanceId,
            instanceType: instanceTypeOf(instance) ?? "unknown",
            ...(imageId === undefined ? {} : { imageId }),
            status: instance.status,
            agentConnected: instance.agentConnected,
            lifecycle,
            tasks: instance.runningTasksCount + instance.pendingTasksCount,
          },
        ];
  });
}

/** The tasks of a machine that have to leave before it ends: all not yet STOPPED but a DAEMON service's. */
export async function tasksToLeave(
  ecs: EcsPort,
  cluster: string,
  { containerInstanceArn }: RollMachine,
): Promise<readonly Task[]> {
  const tasks = await new ClusterReader(ecs, cluster).tasksOn([containerInstanceArn]);
  const names = [...new Set(tasks.flatMap((task) => serviceNameOfTask(task) ?? []))];
  const services = names.length === 0 ? [] : await ecs.describeServices(cluster, names);
  const daemons = new Set(
    services.filter((each) => each.schedulingStrategy === "DAEMON").map(({ serviceName }) => serviceName),
  );
  return tasks.filter((task) => !daemons.has(serviceNameOfTask(task) ?? ""));
}
