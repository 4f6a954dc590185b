import { counted } from "../base/counted.ts";
import { present } from "../base/present.ts";
import { lockPortBaseOf } from "../cluster/lock-port-base.ts";
import type { ClusterSnapshot, ContainerInstance } from "../cluster/snapshot.ts";
import { instanceTypeOf } from "../cluster/snapshot.ts";
import { serviceNameOfTask } from "../cluster/task-services.ts";
import { mapDevices } from "../devices/device-map.ts";
import { devicesIn } from "../catalog/device-set.ts";
import { devicePath } from "../catalog/slots.ts";
import { lowerLimit, upperLimit } from "../ecs-api/deployment-limits.ts";
import type { CapacityProviderStrategyItem, PlacementStrategyItem, Task } from "../ecs-api/api.ts";
import { deploymentSettingsOf, groupOfService, type Service } from "../ecs-api/service.ts";
import { requirementsOf } from "../ecs/requirements.ts";
import { closestTo } from "../placement/evaluate-fit.ts";
import { toExplanation } from "../placement/explain.ts";
import { instanceStatesOf, type InstanceState } from "../placement/instance-state.ts";
import { firstReason } from "../placement/checks.ts";
import { placerFor } from "../placement/placer.ts";
import { whyNoFit } from "../placement/why-no-fit.ts";

/**
 * What draining does to a task: a service's moves, one of no service runs to its end, a daemon's goes with the machine.
 */
export type DrainedAs = "moves" | "runs-to-its-end" | "daemon";

/** Where a task's successor would run. */
export interface DrainTarget {
  readonly containerInstanceArn: string;
  readonly ec2InstanceId: string;
  readonly instanceType: string;
  /** The Neuron devices that it would hold there. */
  readonly devices: readonly string[];
  /** How many GPUs. */
  readonly gpus: number;
}

export interface DrainedTask {
  readonly taskArn: string;
  readonly taskDefinitionArn: string;
  readonly service?: string;
  readonly as: DrainedAs;
  /** The paths of the devices that it holds now. */
  readonly devices: readonly string[];
  readonly target?: DrainTarget;
  /** Why it has no place; undefined where it has, or needs none. */
  readonly reason?: string;
  /** The capacity provider that may start a machine for it. */
  readonly provider?: string;
}

/** The data of an InstanceDrain document. */
export interface DrainPlan {
  readonly cluster: string;
  readonly containerInstanceArn: string;
  readonly ec2InstanceId: string;
  readonly instanceType: string;
  /** As ECS has it: DRAINING where somebody began before. */
  readonly status: string;
  readonly tasks: readonly DrainedTask[];
  /** Why draining would not come to its end, one sentence each; empty where it would. */
  readonly obstacles: readonly string[];
}

/**
 * Where the tasks of an instance would go if it were drained, in the order in which ECS has them.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-draining.html
 *
 * @param snapshot With the services of the instance's tasks.
 * @param scaling The capacity providers that start machines of themselves.
 */
export function planDrain(
  snapshot: ClusterSnapshot,
  instance: ContainerInstance,
  scaling: ReadonlySet<string>,
): DrainPlan {
  const drained = {
    ...snapshot,
    instances: snapshot.instances.map((each) => (each.arn === instance.arn ? { ...each, status: "DRAINING" } : each)),
  };
  const states = instanceStatesOf(drained);
  const own = states.find((state) => state.instance.arn === instance.arn)!;
  const held = devicesByTask(snapshot, instance.arn);
  const services = new Map((snapshot.services ?? []).map((service) => [service.serviceName, service]));
  const tasks = own.tasks
    .filter(({ desiredStatus }) => desiredStatus !== "STOPPED")
    .map((task) =>
      drainedTask(task, services.get(serviceNameOfTask(task) ?? ""), {
        snapshot: drained,
        states,
        held: held.get(task.taskArn) ?? [],
        scaling,
      }),
    );
  const moved = new Set(tasks.flatMap(({ as, service }) => (as === "moves" ? (service ?? []) : [])));
  return {
    cluster: snapshot.cluster,
    containerInstanceArn: instance.arn,
    ec2InstanceId: instance.ec2InstanceId,
    instanceType: instanceTypeOf(instance) ?? "unknown",
    status: instance.status,
    tasks,
    obstacles: [
      ...[...moved].flatMap((name) => stalled(services.get(name))),
      ...tasks.flatMap(({ reason, provider, service }) =>
        reason === undefined || provider !== undefined ? [] : [`no place for a task of ${service}: ${reason}`],
      ),
    ],
  };
}

interface Drained {
  readonly snapshot: ClusterSnapshot;
  /** With what was placed before this task. */
  readonly states: readonly InstanceState[];
  readonly held: readonly string[];
  readonly scaling: ReadonlySet<string>;
}

function drainedTask(task: Task, service: Service | undefined, drained: Drained): DrainedTask {
  const { taskArn, taskDefinitionArn } = task;
  const known = { taskArn, taskDefinitionArn, devices: drained.held };
  if (service === undefined) return { ...known, as: "runs-to-its-end" };
  const of = { ...known, service: service.serviceName };
  if (service.schedulingStrategy === "DAEMON") return { ...of, as: "daemon" };
  return { ...of, as: "moves", ...placeOf(service, drained) };
}

/** Where ECS would put a task of the revision that the service runs. */
function placeOf(
  service: Service,
  { snapshot, states, scaling }: Drained,
): Pick<DrainedTask, "target" | "reason" | "provider"> {
  const definition = snapshot.taskDefinitions[service.taskDefinition];
  if (definition === undefined) return { reason: `its definition ${service.taskDefinition} is not known` };
  const strategy = service["placementStrategy"] as readonly PlacementStrategyItem[] | undefined;
  const items = (service["capacityProviderStrategy"] ?? []) as readonly CapacityProviderStrategyItem[];
  const providers = items.map(({ capacityProvider }) => capacityProvider);
  const requirements = requirementsOf(
    definition,
    {
      group: groupOfService(service.serviceName),
      placementConstraints: service.placementConstraints ?? [],
      ...(providers.length === 0 ? {} : { capacityProviders: providers }),
    },
    lockPortBaseOf(snapshot.tags),
  );
  const [placement] = placerFor(states, requirements, {
    refuse: firstReason,
    ...present({ placementStrategy: strategy }),
  }).place(1);
  if (placement === undefined) {
    const provider = providers.find((name) => scaling.has(name));
    const judged = states
      .filter(({ instance }) => instance.status === "ACTIVE")
      .map((state) => toExplanation(closestTo(state, [requirements])));
    return { reason: whyNoFit(judged).text, ...present({ provider }) };
  }
  const { instance, instanceType, neuronDevices } = placement.instanceState;
  return {
    target: {
      containerInstanceArn: instance.arn,
      ec2InstanceId: instance.ec2InstanceId,
      instanceType: instanceType ?? "unknown",
      devices: devicesIn(requirements.devices, neuronDevices ?? 0).map((device) => devicePath(device)),
      gpus: placement.gpus.length,
    },
  };
}

/**
 * "If minimumHealthyPercent is 100%, the service scheduler can't remove existing tasks until the replacement tasks are
 * considered healthy", and at a maximum of 100 % it starts none.
 */
function stalled(service: Service | undefined): readonly string[] {
  if (service === undefined) return [];
  const { minimumHealthyPercent, maximumPercent } = deploymentSettingsOf(service);
  const { desiredCount, serviceName } = service;
  const [lower, upper] = [lowerLimit(desiredCount, minimumHealthyPercent), upperLimit(desiredCount, maximumPercent)];
  return desiredCount === 0 || lower < desiredCount || upper > desiredCount
    ? []
    : [
        `${serviceName} keeps at least ${lower} and at most ${upper} of its ${counted(desiredCount, "task")} ` +
          `(minimumHealthyPercent ${minimumHealthyPercent}, maximumPercent ${maximumPercent}): ` +
          "ECS can neither stop one nor start another",
      ];
}

/** The paths of the devices that each task of the instance holds. */
function devicesByTask(snapshot: ClusterSnapshot, arn: string): ReadonlyMap<string, readonly string[]> {
  const held = new Map<string, string[]>();
  const devices = mapDevices(snapshot).instances.find((each) => each.containerInstanceArn === arn)?.devices ?? [];
  for (const { path, claimedBy } of devices)
    for (const task of claimedBy) held.set(task, [...(held.get(task) ?? []), path]);
  return held;
}
