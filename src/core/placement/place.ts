import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { lockPortBaseOf } from "../cluster/lock-port-base.ts";
import type { Failure, TaskDefinition } from "../ecs-api/api.ts";
import { isCountedByEcs } from "../devices/claims.ts";
import type { PlacementStrategy } from "../ecs-api/placement-strategy.ts";
import { checkInterfaceSupport } from "./check-interfaces.ts";
import { checkConstraints, checkDistinct, checks, takenPorts } from "./checks.ts";
import { requirementsOf, type PlacementOptions, type Requirements } from "../ecs/requirements.ts";
import { occupy, instanceStatesOf, type InstanceState } from "./instance-state.ts";
import { chooserFor, defaultStrategy } from "./strategies.ts";

export interface PlaceOptions {
  readonly count: number;
  /** Default: as ECS does for a service. */
  readonly placementStrategy?: readonly PlacementStrategy[];
  /** Numbers from 0 up to 1, for the strategy `random`. */
  readonly random?: () => number;
  /** Why the room cannot take one more task; undefined where it can. Default: ECS's own reason. */
  readonly refuse?: (needs: Requirements, instanceState: InstanceState) => string | undefined;
}

export interface Placement {
  readonly containerInstanceArn: string;
  /** The GPUs that the task gets. */
  readonly gpus: readonly string[];
}

export interface PlaceResult {
  readonly placements: readonly Placement[];
  /**
   * Where not all were placed: one for each instance, in ECS's own words. Empty also where ECS has no instance to look
   * at.
   */
  readonly failures: readonly Failure[];
  /** The exception that ECS answers with when it has no instance to look at. */
  readonly exception?: string;
}

/**
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html does not list it; ECS answers
 * InvalidParameterException.
 */
export const noInstances = "No Container Instances were found in your cluster.";

/**
 * Places tasks over a snapshot as ECS does. ECS knows no Neuron devices: two tasks that list the same one are both
 * placed, unless their lock ports keep them apart.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement.html
 *
 * @throws Refusal for a constraint or a strategy that ECS does not take.
 */
export function place(
  snapshot: ClusterSnapshot,
  definition: TaskDefinition,
  options: PlacementOptions & PlaceOptions,
): PlaceResult {
  return placeIn(
    instanceStatesOf(snapshot),
    requirementsOf(definition, options, lockPortBaseOf(snapshot.tags)),
    options,
  );
}

/** As place, in rooms that other tasks may have been placed in before; the rooms are changed. */
export function placeIn(
  instanceStates: readonly InstanceState[],
  needs: Requirements,
  { count, placementStrategy = defaultStrategy, random, refuse = refusalOfEcs }: PlaceOptions,
): PlaceResult {
  const considered = instanceStates.filter(
    (instanceState) =>
      instanceState.instance.status === "ACTIVE" && checks.CAPACITY_PROVIDER(needs, instanceState).length === 0,
  );
  if (considered.length === 0) return { placements: [], failures: [], exception: noInstances };
  const chooser = chooserFor(placementStrategy, instanceStates, needs.group, random);
  const refusals = new Map<InstanceState, string>();
  const candidates = new Set<InstanceState>();
  // A placement changes one room only, and never makes another one fit.
  const consider = (instanceState: InstanceState) => {
    const reason = refuse(needs, instanceState);
    if (reason === undefined) return candidates.add(instanceState);
    refusals.set(instanceState, reason);
    return candidates.delete(instanceState);
  };
  for (const instanceState of considered) consider(instanceState);
  const placements: Placement[] = [];
  while (placements.length < count) {
    const instanceState = chooser.choose(candidates);
    if (instanceState === undefined) break;
    placements.push({ containerInstanceArn: instanceState.instance.arn, gpus: occupy(instanceState, needs) });
    chooser.placed(instanceState);
    consider(instanceState);
  }
  const failures =
    placements.length === count
      ? []
      : considered.map((instanceState) => ({ arn: instanceState.instance.arn, reason: refusals.get(instanceState)! }));
  return { placements, failures };
}

/**
 * The reason that ECS gives for not placing a task on an instance: resources first, then what the task requires of the
 * instance, then constraints. Where AGENT stands among them, AWS does not say.
 */
export function refusalOfEcs(needs: Requirements, instanceState: InstanceState): string | undefined {
  if (checks.AGENT(needs, instanceState).length > 0) return "AGENT";
  if (needs.cpu > instanceState.cpu) return "RESOURCE:CPU";
  if (checks.GPU(needs, instanceState).length > 0) return "RESOURCE:GPU";
  if (needs.memoryMiB > instanceState.memoryMiB) return "RESOURCE:MEMORY";
  if (
    takenPorts(needs.ports, instanceState).length > 0 ||
    needs.locks.some(({ port }) => instanceState.udpPorts.has(port))
  )
    return "RESOURCE:PORTS";
  // How ECS says this is not verified; the resource is NEURON_DEVICES.
  if (needs.leavesNeuronToEcs && neuronIsTaken(instanceState)) return "RESOURCE:NEURON_DEVICES";
  const lacksInterfaces = checkInterfaceSupport(needs, instanceState).length > 0;
  if (!lacksInterfaces && checks.ENI(needs, instanceState).length > 0) return "RESOURCE:ENI";
  if (lacksInterfaces || checks.ATTRIBUTE(needs, instanceState).length > 0) return "ATTRIBUTE";
  if (checks.LOCATION(needs, instanceState).length > 0) return "LOCATION";
  if (checkConstraints(needs, instanceState).length > 0) return "MemberOf placement constraint unsatisfied.";
  if (checkDistinct(needs, instanceState).length > 0) return "DistinctInstance placement constraint unsatisfied.";
  return undefined;
}

/** "NEURON_DEVICES in the registeredResources and remainingResources": of tasks that ask for them, one an instance. */
function neuronIsTaken({ claims, placedDevices }: InstanceState): boolean {
  return placedDevices.size > 0 || claims.some((claim) => claim.state === "held" && isCountedByEcs(claim));
}
