/** ECS's service scheduler as the planner fuzz plays it: it starts what is missing wherever the constraints allow. */
import type {
  EmittedConstraint,
  EmittedDefinition,
  Referee,
  RefereeMachine,
  RefereeTask,
  Request,
} from "./ecs-referee.ts";

/** A service as it was emitted. */
export interface PlayedService {
  readonly name: string;
  readonly definition: EmittedDefinition;
  readonly constraints: readonly EmittedConstraint[];
  readonly provider?: string;
  readonly desired: number;
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
}

/** By this ECS chooses among the machines that will do. */
export interface Chance {
  readonly luck: () => number;
  /** Adds a machine for the service where nothing has room for it; answers whether it did. */
  readonly grow: (service: PlayedService) => boolean;
  readonly choose: (candidates: readonly RefereeMachine[], service: PlayedService) => RefereeMachine;
}

export class Scheduler {
  readonly harm: string[] = [];
  readonly #referee: Referee;
  readonly #chance: Chance;
  readonly #started: (task: RefereeTask, service: PlayedService) => void;

  constructor(referee: Referee, chance: Chance, started: (task: RefereeTask, service: PlayedService) => void) {
    this.#referee = referee;
    this.#chance = chance;
    this.#started = started;
  }

  tasksOf({ name }: Pick<PlayedService, "name">): readonly RefereeTask[] {
    return this.#referee.tasks.filter(({ group, state }) => group === `service:${name}` && state === "running");
  }

  /** Starts up to `count` tasks; answers how many found a place. */
  start(service: PlayedService, count: number): number {
    const { name, definition, constraints, provider } = service;
    const through = provider === undefined ? {} : { provider };
    const request: Request = { definition, constraints, group: `service:${name}`, ...through };
    for (let started = 0; started < count; started++) {
      let candidates = this.#referee.candidates(request);
      if (candidates.length === 0 && this.#chance.grow(service)) candidates = this.#referee.candidates(request);
      if (candidates.length === 0) return started;
      const { task, harm } = this.#referee.start(request, this.#chance.choose(candidates, service));
      if (harm !== undefined) this.harm.push(harm);
      this.#started(task, service);
    }
    return count;
  }

  /** Starts what each of the services lacks, in any order. */
  fill(services: readonly PlayedService[]): void {
    for (const service of services.toSorted(() => this.#chance.luck() - 0.5))
      this.start(service, service.desired - this.tasksOf(service).length);
  }

  /** ECS frees what it counts of a task at once; the task holds its devices until it is STOPPED. */
  stop(task: RefereeTask): void {
    // An agent that holds nobody back is no part of the promise for what comes after the plan.
    const { holdsBack } = this.#referee.machine(task.machine);
    task.state = holdsBack ? "stopping" : "stopped";
  }

  /** Some of the tasks that are stopping have stopped; all of them with 1. */
  settle(share: number): void {
    for (const task of this.#referee.tasks)
      if (task.state === "stopping" && this.#chance.luck() < share) task.state = "stopped";
  }

  /**
   * A rolling update: as many beside each other as the percentages allow.
   * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
   *
   * @returns Whether it came to its end.
   */
  roll(service: PlayedService): boolean {
    const { desired, minimumHealthyPercent, maximumPercent } = service;
    const lower = Math.ceil((desired * minimumHealthyPercent) / 100);
    const upper = Math.floor((desired * maximumPercent) / 100);
    const old = new Set(this.tasksOf(service));
    for (;;) {
      const fresh = () => this.tasksOf(service).filter((task) => !old.has(task)).length;
      const started = this.start(service, Math.min(desired - fresh(), upper - this.tasksOf(service).length));
      const stopping = [...old].slice(0, Math.max(0, this.tasksOf(service).length - lower));
      for (const task of stopping) {
        this.stop(task);
        old.delete(task);
      }
      this.settle(0.5);
      if (fresh() === desired && old.size === 0) return true;
      if (started <= 0 && stopping.length === 0) return false;
    }
  }
}
