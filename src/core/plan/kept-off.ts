import { present } from "../base/present.ts";
import type { Claim } from "../devices/claims.ts";
import type { PlannedDeployment } from "../deployment/simulate-deployment.ts";
import type { PlacementConstraint } from "../ecs-api/api.ts";
import { groupOfService } from "../ecs-api/service.ts";
import type { Requirements } from "../ecs/requirements.ts";
import { heldOn } from "../placement/barred-growth.ts";
import type { InstanceState } from "../placement/instance-state.ts";
import { providersIn, type ChosenCapacity } from "./choose-capacity.ts";
import { instancesToExclude, excludeInstancesOfService } from "./exclusion.ts";

/** The machines that a service is kept off, since ECS does not see who holds its devices there. */
export interface KeptOff {
  readonly constraints: readonly PlacementConstraint[];
  /** Who holds its devices on the machines that the constraints name, a sentence each without its full stop. */
  readonly held: readonly string[];
}

/** The machines where a task that is not the service's own holds a device of its tasks unseen by ECS. */
export function keptOffFor(
  service: string,
  requirements: Requirements,
  capacity: ChosenCapacity,
  instanceStates: readonly InstanceState[],
): KeptOff {
  // On Managed Instances ECS itself keeps two tasks off one device.
  if (capacity.managed === true) return { constraints: [], held: [] };
  const group = groupOfService(service);
  const own = new Set(
    instanceStates.flatMap(({ tasks }) => tasks.filter((task) => task.group === group)).map(({ taskArn }) => taskArn),
  );
  const isOwn = ({ taskArn }: Claim) => own.has(taskArn);
  const others = instanceStates.map((instanceState) =>
    instanceState.claims.some(isOwn)
      ? { ...instanceState, claims: instanceState.claims.filter((claim) => !isOwn(claim)) }
      : instanceState,
  );
  const exposed = instancesToExclude(requirements, others).toSorted((one, other) =>
    one.instance.ec2InstanceId < other.instance.ec2InstanceId ? -1 : 1,
  );
  return {
    constraints: excludeInstancesOfService(
      service,
      exposed.map(({ instance }) => instance.ec2InstanceId),
    ),
    held: exposed.map((instanceState) => heldOn(requirements, instanceState)),
  };
}

/**
 * What a service's deployment is as far as who starts its tasks goes. Ids in a constraint and managed scaling do not go
 * together: where there are some no machine is started.
 */
export function growthOf(
  capacity: ChosenCapacity,
  { constraints, held }: KeptOff,
): Pick<PlannedDeployment, "placement" | "mayGrow" | "limit" | "barred"> {
  const { mayGrow } = capacity;
  return {
    placement: { placementConstraints: constraints, ...providersIn(capacity) },
    ...(capacity.capacityProviderStrategy !== undefined && Number.isFinite(mayGrow) ? { mayGrow } : {}),
    ...present({ limit: capacity.limit, barred: mayGrow > 0 ? held[0] : undefined }),
  };
}
