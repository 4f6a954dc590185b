import { chunks } from "../base/groups.ts";
import { problem, Refusal } from "../base/problem.ts";
import { availabilityOf, mustBeExcluded } from "../devices/availability.ts";
import type { PlacementConstraint } from "../ecs-api/api.ts";
import type { Requirements } from "../ecs/requirements.ts";
import { mayTake } from "../placement/headroom.ts";
import type { InstanceState } from "../placement/instance-state.ts";

/** Ids that one constraint holds within ECS's 2,000 characters; there are at most 10 constraints. */
const idsPerConstraint = 80;

/** How many tasks to ask for under which constraints. */
export interface ConstrainedCount {
  readonly count: number;
  readonly constraints: readonly PlacementConstraint[];
}

/**
 * The instances that a task has to be kept off, since somebody holds a device of it there and neither ECS nor the agent
 * sees that: the same for a run and for a service of the same requirements. Only instances that the task's constraints
 * let ECS choose, now or once they are free.
 */
export function instancesToExclude(
  requirements: Requirements,
  instanceStates: readonly InstanceState[],
): readonly InstanceState[] {
  return instanceStates.filter(
    (instanceState) =>
      instanceState.claims.length > 0 &&
      mustBeExcluded(availabilityOf(instanceState, requirements)) &&
      mayTake(requirements, instanceState),
  );
}

/** The machines of which ECS is to choose, by their EC2 ids. */
export interface Choice {
  /** To keep away from. */
  readonly untracked: readonly string[];
  /** That take one of the tasks each. */
  readonly room: readonly string[];
  /** Whether capacity providers start the tasks: managed scaling and ids to go to never go together. */
  readonly scaling: boolean;
  /** Others that would do as well; given where there are machines at whose tasks nobody has looked. */
  readonly spare?: readonly string[];
}

/**
 * How to ask for `count` tasks so that none comes to the machines where ECS does not see who holds their devices: the
 * machine is ECS's choice among all others, or where these are too many to name, among those where there is room.
 */
export function excludeInstances(
  count: number,
  { untracked, room, scaling, spare }: Choice,
): readonly ConstrainedCount[] {
  if (spare !== undefined && room.length <= idsPerConstraint) {
    const ids = [...new Set([...room, ...spare])].slice(0, idsPerConstraint);
    return [{ count, constraints: [instancesConstraint("in", ids)] }];
  }
  if (spare === undefined && (untracked.length <= idsPerConstraint || scaling))
    return [
      { count, constraints: chunks(untracked, idsPerConstraint).map((ids) => instancesConstraint("not_in", ids)) },
    ];
  return chunks(room.slice(0, count), idsPerConstraint).map((ids) => ({
    count: ids.length,
    constraints: [instancesConstraint("in", ids)],
  }));
}

/**
 * The one constraint that keeps every task of a service off instances, for as long as the service lasts; none for none.
 *
 * @throws Refusal where there are more than a constraint can hold.
 */
export function excludeInstancesOfService(
  service: string,
  untracked: readonly string[],
): readonly PlacementConstraint[] {
  if (untracked.length > idsPerConstraint) {
    throw new Refusal([
      problem(
        "too-many-holders",
        ["ecs", "cluster"],
        `${service}: on ${untracked.length} instances tasks without locks hold a device of its slot, and a placement constraint names at most ${idsPerConstraint}`,
        "Stop them, or run them with aiplat, whose tasks lock their devices: aiplat cluster devices shows them.",
      ),
    ]);
  }
  return untracked.length === 0 ? [] : [instancesConstraint("not_in", untracked)];
}

/**
 * A service's constraints without those that keepServiceAway made for it, then or now: they come from the cluster, not
 * from the file, and are no difference between the two.
 *
 * @param own The constraints that the file says, whatever they look like.
 */
export function withoutExclusions(
  constraints: readonly PlacementConstraint[],
  own: readonly PlacementConstraint[],
): readonly PlacementConstraint[] {
  const said = new Set(own.map(({ expression }) => expression));
  return constraints.filter(({ expression }) => said.has(expression) || !exclusion.test(expression ?? ""));
}

const exclusion = /^ec2InstanceId not_in \[[^\]]*\]$/;

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html */
function instancesConstraint(operator: "in" | "not_in", ids: readonly string[]): PlacementConstraint {
  return { type: "memberOf", expression: `ec2InstanceId ${operator} [${ids.join(", ")}]` };
}
