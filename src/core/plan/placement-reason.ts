import { groupBy } from "../base/groups.ts";
import { devicePath, type Slot } from "../catalog/slots.ts";
import { listOr } from "../base/problem.ts";
import type { Requirements } from "../ecs/requirements.ts";
import type { InstanceState } from "../placement/instance-state.ts";
import { unjudgedOf } from "../placement/unjudged.ts";

/** Machines by their EC2 ids, as a plan sees them for one slot. */
export interface Places {
  readonly free: readonly string[];
  /** What newMachines says. */
  readonly fresh: readonly string[];
  /** A task holds devices of the slot, and ECS does not see that. */
  readonly untracked: readonly string[];
  /** The slot would take devices of another one of the run. */
  readonly overlapping: readonly string[];
  /** The room is for other slots of the run. */
  readonly crowded: readonly string[];
  /** What notJudged says. */
  readonly open: readonly string[];
}

/** Why a plan has a slot where it has it, in one line. */
export function placementReason(slot: Slot, { free, fresh, untracked, overlapping, crowded, open }: Places): string {
  const one = slot.length === 1;
  const devices = one ? devicePath(slot[0]!) : `${devicePath(slot[0]!)} to neuron${slot.at(-1)}`;
  return [
    `${devices} ${one ? "is" : "are"} free on ${namesInShort(free, fresh)}`,
    ...(untracked.length === 0
      ? []
      : [`not on ${namesInShort(untracked)}, where a task that ECS sees no lock of holds ${one ? "it" : "some"}`]),
    ...(overlapping.length === 0
      ? []
      : [`not on ${namesInShort(overlapping)}, where another slot of this run needs some`]),
    ...(crowded.length === 0 ? [] : [`not on ${namesInShort(crowded)}, where other slots of this run need the room`]),
    ...open,
  ].join("; ");
}

/** What decides on these machines and only ECS knows, a sentence each without its full stop. */
export function notJudged(requirements: Requirements, instanceStates: readonly InstanceState[]): readonly string[] {
  const open = instanceStates.flatMap((instanceState) =>
    unjudgedOf(requirements, instanceState).map(({ message }) => ({
      message,
      id: instanceState.instance.ec2InstanceId,
    })),
  );
  return [...groupBy(open, ({ message }) => message)].map(
    ([message, machines]) => `not judged of ${namesInShort(machines.map(({ id }) => id))}: ${message}`,
  );
}

/** `1 new g5.xlarge of gpu-asg`: the machines that a capacity provider would start; none for none. */
export function newMachines(
  { machines, instanceType = "machine" }: { readonly machines: number; readonly instanceType?: string },
  providers: readonly string[],
): readonly string[] {
  if (machines === 0) return [];
  return [`${machines} new ${instanceType} of ${listOr(providers)}`];
}

/** How many instances a reason names. */
const namedIds = 3;

/** `i-1, i-2, i-3 and 4 more`; then, however many ids there are, the machines to be started. */
export function namesInShort(names: readonly string[], fresh: readonly string[] = []): string {
  if (names.length <= namedIds) return listOr([...names, ...fresh], "and");
  const some = `${names.slice(0, namedIds).join(", ")} and ${names.length - namedIds} more`;
  return [some, ...fresh].join(", and ");
}
