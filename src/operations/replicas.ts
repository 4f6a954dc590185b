import type { Task } from "../core/ecs-api/api.ts";
import { tasksPerCall } from "../core/plan/run-plan.ts";

/** Replicas that one call starts: so many from the first on. */
export interface ReplicaBatch {
  readonly first: number;
  readonly count: number;
}

/**
 * Which replicas of a run have a task: call by call an unbroken row of them, whose first names the call's client token.
 * So a repeated run that goes through them from the lowest on finds each call again, whatever its own plan is.
 */
export class Replicas {
  readonly #total: number;
  readonly #taken = new Set<number>();
  readonly #tasks = new Map<string, number>();
  readonly #refusals = new Map<number, number>();

  constructor(total: number) {
    this.#total = total;
  }

  /** How many have a task. */
  get covered(): number {
    return this.#tasks.size;
  }

  has({ taskArn }: Pick<Task, "taskArn">): boolean {
    return this.#tasks.has(taskArn);
  }

  /** Takes the lowest that are free, as many in a row as one call may start; undefined where none is. */
  take(most: number): ReplicaBatch | undefined {
    let first = 0;
    while (this.#taken.has(first)) first++;
    let count = 0;
    while (count < Math.min(most, tasksPerCall) && first + count < this.#total && !this.#taken.has(first + count))
      this.#taken.add(first + count++);
    return count === 0 ? undefined : { first, count };
  }

  /** Gives the tasks of a batch that was taken to its first replicas, and the others back. */
  settle({ first, count }: ReplicaBatch, tasks: readonly Pick<Task, "taskArn">[]): void {
    for (let replica = first + tasks.length; replica < first + count; replica++) this.#taken.delete(replica);
    for (const [index, { taskArn }] of tasks.entries()) {
      this.#taken.add(first + index);
      this.#tasks.set(taskArn, first + index);
    }
    if (tasks.length === 0) this.#refusals.set(first, (this.#refusals.get(first) ?? 0) + 1);
  }

  /** How often ECS had no place for a call that starts with this batch's first. */
  refusalsOf({ first }: ReplicaBatch): number {
    return this.#refusals.get(first) ?? 0;
  }

  /** Its task was taken back. */
  release(taskArn: string): void {
    const replica = this.#tasks.get(taskArn);
    if (replica === undefined) return;
    this.#tasks.delete(taskArn);
    this.#taken.delete(replica);
  }
}
