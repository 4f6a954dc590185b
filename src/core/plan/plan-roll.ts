/** Which machines of an Auto Scaling group have another image than is wanted, and which of them may go next. */

/** A container instance of the group. */
export interface RollMachine {
  readonly containerInstanceArn: string;
  readonly ec2InstanceId: string;
  readonly instanceType: string;
  /** What it says it was started from; undefined where it does not say. */
  readonly imageId?: string;
  /** As ECS has it: ACTIVE, DRAINING, REGISTERING... */
  readonly status: string;
  readonly agentConnected: boolean;
  /** As the group has it: InService, Terminating:Wait... */
  readonly lifecycle: string;
  /** How many tasks it has. */
  readonly tasks: number;
}

export interface RollState {
  /** How many machines the group is to have. */
  readonly desired: number;
  /** The image that every machine is to have. */
  readonly imageId: string;
  readonly machines: readonly RollMachine[];
  /** How many machines may be out of use at a time. */
  readonly budget: number;
}

/** How far a roll has come, read from the machines alone. */
export interface RollStanding {
  /** With another image, those out of use first, then those with the fewest tasks: what is empty makes room. */
  readonly left: readonly RollMachine[];
  /** Those of `left` that get no more tasks and are not being ended yet. */
  readonly draining: readonly RollMachine[];
  /** How many more may be taken out of use now. */
  readonly mayDrain: number;
  /** How many machines of the group's number take tasks no more, or not yet. */
  readonly unavailable: number;
  /** Whether all that is left to do is done: no machine with another image, and as many as there are to be. */
  readonly done: boolean;
}

export function standingOf({ desired, imageId, machines, budget }: RollState): RollStanding {
  const left = machines.filter((each) => hasOther(each, imageId)).toSorted(bySequence);
  const available = machines.filter(isAvailable).length;
  const unavailable = Math.max(0, desired - available);
  // Whose agent is away takes no tasks as it is: it costs nothing to let it go.
  const away = left.filter((each) => each.status === "ACTIVE" && !isAvailable(each) && !isEnding(each)).length;
  return {
    left,
    draining: left.filter((each) => each.status === "DRAINING" && !isEnding(each)),
    mayDrain: Math.max(0, budget - unavailable) + away,
    unavailable,
    done: left.length === 0 && unavailable === 0,
  };
}

/** Whether the machine was started from another image, as far as it says. */
export function hasOther({ imageId }: RollMachine, wanted: string): boolean {
  return imageId !== undefined && imageId !== wanted;
}

/** Whether the group is ending it: nothing more need be done to it. */
export function isEnding({ lifecycle }: RollMachine): boolean {
  return lifecycle.startsWith("Terminat");
}

/** Machines that the group counts and ECS cannot use, by their EC2 ids, with what is amiss. */
export function missingOf(
  members: readonly { readonly id: string; readonly lifecycle: string }[],
  machines: readonly RollMachine[],
): ReadonlyMap<string, string> {
  const registered = new Map(machines.map((each) => [each.ec2InstanceId, each]));
  const entries = members
    .filter(({ id, lifecycle }) => lifecycle === "InService" && registered.get(id)?.agentConnected !== true)
    .map(({ id }) => [id, registered.has(id) ? "has had no connected agent" : "has not registered"] as const);
  return new Map(entries);
}

function isAvailable(machine: RollMachine): boolean {
  return machine.status === "ACTIVE" && machine.agentConnected && !isEnding(machine);
}

function bySequence(one: RollMachine, other: RollMachine): number {
  return (
    Number(isAvailable(one)) - Number(isAvailable(other)) ||
    one.tasks - other.tasks ||
    one.ec2InstanceId.localeCompare(other.ec2InstanceId)
  );
}

/** `2`, or a share of the group's number as `25%`, rounded down and at least 1. */
export type RollBudget = { readonly machines: number } | { readonly percent: number };

export function budgetOf(budget: RollBudget, desired: number): number {
  return "machines" in budget ? budget.machines : Math.max(1, Math.floor((desired * budget.percent) / 100));
}
