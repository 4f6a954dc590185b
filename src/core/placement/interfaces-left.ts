import { findInstanceType } from "../catalog/instance-types/catalog.ts";
import { instanceTypeOf, type ClusterSnapshot, type ContainerInstance } from "../cluster/snapshot.ts";
import type { Task } from "../ecs-api/api.ts";
import { networkModeOfDefinition } from "../ecs-api/host-ports.ts";

/**
 * An instance that has it carries many more tasks, on branches of one trunk interface.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-eni.html
 */
export const trunkAttribute = "ecs.awsvpc-trunk-id";

/**
 * How many more tasks in awsvpc mode the instance has network interfaces for: each takes one, "and the primary network
 * interface counts as one". A task gives it back when it is STOPPED. Of several network cards all are counted: whether
 * ECS uses more than the first is not verified. Undefined where it cannot be said.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-eni.html
 */
export function interfacesLeft(
  instance: ContainerInstance,
  tasks: readonly Task[],
  definitions: ClusterSnapshot["taskDefinitions"],
): number | undefined {
  const most = findInstanceType(instanceTypeOf(instance) ?? "")?.maxNetworkInterfaces;
  if (most === undefined || isTrunked(instance)) return undefined;
  const held = tasks.filter(({ taskDefinitionArn, lastStatus }) => {
    const definition = definitions[taskDefinitionArn];
    return lastStatus !== "STOPPED" && definition !== undefined && networkModeOfDefinition(definition) === "awsvpc";
  });
  return most - 1 - held.length - (instance.daemonInterfaces ?? 0);
}

/** Whether its tasks in awsvpc mode share a trunk interface. */
export function isTrunked({ attributes }: ContainerInstance): boolean {
  return Object.hasOwn(attributes, trunkAttribute);
}
