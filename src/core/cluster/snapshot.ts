import type { CapacityProviderStrategyItem, RegisteredTaskDefinition, Task } from "../ecs-api/api.ts";
import type { ContainerInstance } from "../ecs-api/schema/container-instance.ts";
import type { Service } from "../ecs-api/service.ts";
import type { CapacityProvider } from "./capacity-providers.ts";
import type { ManagedDaemon } from "./managed-daemons.ts";
import type { TaskService } from "./task-services.ts";

export type { ContainerInstance, GpuDevice, InstanceHealth, Resources } from "../ecs-api/schema/container-instance.ts";

/** The state of one cluster at one moment: the one format of observation, snapshot files and sandbox seeds. */
export interface ClusterSnapshot {
  readonly cluster: string;
  readonly clusterArn?: string;
  readonly region?: string;
  /** Milliseconds since the epoch. */
  readonly observedAt: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly capacityProviders: readonly string[];
  /** What starts tasks that name neither launch type nor strategy; left out where there is none. */
  readonly defaultStrategy?: readonly CapacityProviderStrategyItem[];
  /** The providers, where somebody asked for them. */
  readonly providers?: readonly CapacityProvider[];
  readonly instances: readonly ContainerInstance[];
  /** Whether more instances could take a run's tasks, at whose tasks nobody has looked: it keeps off those. */
  readonly othersUnread?: true;
  /** Every task not yet STOPPED. */
  readonly tasks: readonly Task[];
  /** The services that are not deleted, without their events; left out where nobody asked for them. */
  readonly services?: readonly Service[];
  /**
   * The DAEMON services, and those of other people's tasks on accelerated machines: they may say what devices they use.
   */
  readonly taskServices?: readonly TaskService[];
  readonly managedDaemons?: readonly ManagedDaemon[];
  /** Why some of the daemons are not known. */
  readonly daemonsUnknown?: string;
  /** Whether account ids and the values of environment variables were replaced. */
  readonly redacted?: true;
  /**
   * The definitions of those tasks, by ARN. Where there are `services`, theirs and
   * the newest revision of each family too.
   */
  readonly taskDefinitions: Readonly<Record<string, RegisteredTaskDefinition>>;
}

/** The snapshot with what else was asked of its capacity providers. */
export function withProviders(
  snapshot: ClusterSnapshot,
  providers: readonly CapacityProvider[] | undefined,
): ClusterSnapshot {
  return providers === undefined || snapshot.providers !== undefined ? snapshot : { ...snapshot, providers };
}

/** The instance type a container instance says it is; undefined where it does not say. */
export function instanceTypeOf(instance: ContainerInstance): string | undefined {
  return instance.attributes["ecs.instance-type"];
}

/** The region of the cluster; undefined where the snapshot does not say. */
export function regionOf({ region, clusterArn }: Pick<ClusterSnapshot, "region" | "clusterArn">): string | undefined {
  return region ?? /^arn:[^:]+:ecs:([^:]+):/.exec(clusterArn ?? "")?.[1];
}

/** The tasks that have an instance and are not STOPPED. */
export function placedTasks({ tasks }: ClusterSnapshot): readonly (Task & { readonly containerInstanceArn: string })[] {
  return tasks.filter(
    (task): task is Task & { readonly containerInstanceArn: string } =>
      task.containerInstanceArn !== undefined && task.lastStatus !== "STOPPED",
  );
}
