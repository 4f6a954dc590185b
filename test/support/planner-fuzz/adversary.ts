/** ECS free to choose among whatever machines the constraints leave: at random, and as badly for the plan as it can. */
import type { Referee, RefereeMachine, Request } from "./ecs-referee.ts";

/** Tasks of one request that ECS is asked for. */
export interface Asked {
  readonly request: Request;
  readonly count: number;
  /** The machines that the plan had in mind. */
  readonly machines: readonly string[];
}

export interface Outcome {
  /** How many tasks ECS had no place for. */
  readonly missing: number;
  /** Requests of tasks for which ECS had no place. */
  readonly refused: readonly string[];
  /** What was started on a device that somebody holds. */
  readonly harm: readonly string[];
}

/** Which of the candidates ECS takes for a task of the asked. */
export type Choose = (candidates: readonly RefereeMachine[], asked: Asked) => RefereeMachine;

/** Picks at random. */
export function atRandom(luck: () => number): Choose {
  return (candidates) => candidates[Math.floor(luck() * candidates.length)]!;
}

/** Takes the machine that others need most and that the plan did not have in mind for this one, the fullest first. */
export function asBadlyAsCan(referee: Referee, all: readonly Asked[]): Choose {
  const needed = (machine: RefereeMachine, by: Asked) =>
    all.filter((each) => each !== by && each.machines.includes(machine.id)).length;
  const left = (machine: RefereeMachine) =>
    machine.memoryMiB - referee.on(machine).reduce((sum, { memoryMiB }) => sum + memoryMiB, 0);
  return (candidates, asked) => {
    const badness = (machine: RefereeMachine) =>
      (asked.machines.includes(machine.id) ? 0 : 1000) + needed(machine, asked) * 10;
    return candidates.toSorted((one, other) => badness(other) - badness(one) || left(one) - left(other))[0]!;
  };
}

/**
 * Has ECS start what is asked for, in any order.
 *
 * @param grow Adds a machine where nothing has room; undefined where no more may be added.
 */
export function play(
  referee: Referee,
  asked: readonly Asked[],
  { choose, luck, grow }: { readonly choose: Choose; readonly luck: () => number; readonly grow?: () => boolean },
): Outcome {
  const refused: string[] = [];
  let missing = 0;
  const harm: string[] = [];
  const queue = asked.map((each) => ({ asked: each, left: each.count }));
  while (queue.length > 0) {
    const index = Math.floor(luck() * queue.length);
    const entry = queue[index]!;
    let candidates = referee.candidates(entry.asked.request);
    if (candidates.length === 0 && grow?.() === true) candidates = referee.candidates(entry.asked.request);
    if (candidates.length === 0) {
      missing += entry.left;
      refused.push(`${entry.left} of ${entry.asked.request.definition.family}`);
      queue.splice(index, 1);
      continue;
    }
    const started = referee.start(entry.asked.request, choose(candidates, entry.asked));
    if (started.harm !== undefined) harm.push(started.harm);
    if (--entry.left === 0) queue.splice(index, 1);
  }
  return { missing, refused, harm };
}

/** The worst that ECS can do in so many tries: every order and every choice, as far as they reach. */
export function search(referee: Referee, asked: readonly Asked[], tries: number): Outcome | undefined {
  const left = asked.map(({ count }) => count);
  let tried = 0;
  const visit = (): Outcome | undefined => {
    for (const [index, { request, machines }] of asked.entries()) {
      if (left[index] === 0) continue;
      const candidates = referee.candidates(request);
      if (candidates.length === 0)
        return { missing: left[index]!, refused: [`${left[index]} of ${request.definition.family}`], harm: [] };
      // Those that the plan did not have in mind are tried first.
      for (const machine of candidates.toSorted(
        (one, other) => Number(machines.includes(one.id)) - Number(machines.includes(other.id)),
      )) {
        if (++tried > tries) return undefined;
        const { harm } = referee.start(request, machine);
        left[index]!--;
        const found = harm === undefined ? visit() : { missing: 0, refused: [], harm: [harm] };
        left[index]!++;
        referee.tasks.pop();
        if (found !== undefined || tried > tries) return found;
      }
    }
    return undefined;
  };
  return visit();
}
