import { formatDuration } from "../core/base/duration.ts";
import type { ClusterSnapshot } from "../core/cluster/snapshot.ts";
import type { DrainPlan } from "../core/plan/plan-drain.ts";
import {
  budgetOf,
  isEnding,
  missingOf,
  standingOf,
  type RollBudget,
  type RollMachine,
  type RollStanding,
} from "../core/plan/plan-roll.ts";
import type { Runtime } from "../context.ts";
import { AiplatError, Interrupted, isUncertain, toAiplatError } from "../errors.ts";
import type { ScalingGroupPort } from "../capacity-ports.ts";
import type { ImagedGroup } from "../machine-image-ports.ts";
import type { EcsPort } from "../ports.ts";
import type { ImagePorts } from "./image-facts.ts";
import { observeCluster } from "./observe-cluster.ts";
import { observeRoll, tasksToLeave, type RollPlace } from "./observe-roll.ts";
import { planDrainOf } from "./plan-drain-of.ts";
import { findLaunchProblem } from "./roll-launches.ts";

export interface RollPorts extends ImagePorts {
  readonly ecs: EcsPort;
  readonly groups: ScalingGroupPort;
}

export interface RollRequest extends RollPlace {
  readonly imageId: string;
  readonly budget: RollBudget;
  /** Whether a machine is drained too whose tasks have no place elsewhere. */
  readonly force: boolean;
  readonly timeoutMs?: number;
  /** The machines with another image, as they were when the roll was agreed to. */
  readonly planned: readonly RollMachine[];
  /** Before a machine is drained. */
  readonly onDrain: (plan: DrainPlan) => void;
  /** What happens, a line each. */
  readonly onEvent: (text: string) => void;
  /** How it stands, after every look. */
  readonly onStanding: (standing: RollStanding) => void;
}

export interface RollOutcome {
  /** Machines that are gone, with the image that they had. */
  readonly replaced: readonly RollMachine[];
  /** Machines that still have it. */
  readonly left: readonly RollMachine[];
  /** Why no machine can be drained, one sentence each; undefined where all is done. */
  readonly obstacles?: readonly string[];
}

const pauseMs = 10_000;
/**
 * How long what is read may be behind: ECS's and EC2 Auto Scaling's APIs are eventually consistent. A machine counts as
 * empty, and all as done, once two looks this far apart have both said so.
 */
export const settleMs = 20_000;
/** What was changed counts as changed, whatever is read, for as long. */
const ownMs = 60_000;
/** How long a machine may take to register before it is told of. */
const registeringMs = 600_000;
/** How long the network may be away. */
const patienceMs = 300_000;
/** How many machines are tried for one whose tasks have a place: those after them have more tasks. */
const mostTried = 10;
/** How often a machine's end is asked for. */
const mostAsked = 5;

/**
 * Replaces the machines of a group that have another image, within the budget: each gets no more tasks, is waited for
 * until its tasks have left, and is ended by its group, which launches another. How far it has come is read from the
 * machines at every look, so that whoever does it again goes on where it stands.
 *
 * @throws AiplatError Timeout and Interrupted with how it stands; machines that drain go on doing so.
 */
export async function rollMachines(ports: RollPorts, request: RollRequest, runtime: Runtime): Promise<RollOutcome> {
  return new Roll(ports, request, runtime).run();
}

/** The plans of the machines in turn, up to the first whose tasks all have a place. */
export async function planFirstDrain(
  ecs: EcsPort,
  snapshot: ClusterSnapshot,
  machines: readonly RollMachine[],
): Promise<readonly DrainPlan[]> {
  const plans: DrainPlan[] = [];
  for (const { containerInstanceArn } of machines.slice(0, mostTried)) {
    const instance = snapshot.instances.find(({ arn }) => arn === containerInstanceArn);
    if (instance === undefined) continue;
    plans.push(await planDrainOf(ecs, snapshot, instance));
    if (plans.at(-1)!.obstacles.length === 0) break;
  }
  return plans;
}

/** Why none of them can be drained, one sentence each. */
export function obstaclesOf(plans: readonly DrainPlan[]): readonly string[] {
  return plans.flatMap(({ ec2InstanceId, obstacles }) => obstacles.map((text) => `${ec2InstanceId}: ${text}`));
}

class Roll {
  readonly #ports: RollPorts;
  readonly #request: RollRequest;
  readonly #runtime: Runtime;
  readonly #startedAt: number;
  /** When aiplat set machines to DRAINING, and had them ended, by container instance. */
  readonly #drainedAt = new Map<string, number>();
  readonly #endedAt = new Map<string, number>();
  /** Since when every look has said so. */
  readonly #emptySince = new Map<string, number>();
  #doneSince: number | undefined;
  /** Since when every look has shown a group that launches something else. */
  #elsewhereSince: number | undefined;
  /** By EC2 id. */
  readonly #missingSince = new Map<string, number>();
  /** As the last look read it: by container instance, those that ECS places nothing on. */
  #readAsDraining: ReadonlySet<string> = new Set();
  #group: ImagedGroup | undefined;
  readonly #asked = new Map<string, number>();
  readonly #known = new Map<string, RollMachine>();
  readonly #told = new Set<string>();
  #left: readonly RollMachine[];
  #heardAt: number;

  constructor(ports: RollPorts, request: RollRequest, runtime: Runtime) {
    this.#ports = ports;
    this.#request = request;
    this.#runtime = runtime;
    this.#startedAt = runtime.now();
    this.#heardAt = this.#startedAt;
    this.#left = request.planned;
    for (const machine of request.planned) this.#known.set(machine.containerInstanceArn, machine);
  }

  async run(): Promise<RollOutcome> {
    try {
      for (;;) {
        const outcome = await this.#step().catch((error: unknown) => {
          if (!this.#isPatientWith(error)) throw error;
          return undefined;
        });
        if (outcome !== undefined) return outcome;
        const { timeoutMs } = this.#request;
        const past = this.#runtime.now() - this.#startedAt;
        if (timeoutMs !== undefined && past >= timeoutMs)
          throw new AiplatError("Timeout", `not all machines are replaced after ${formatDuration(timeoutMs)}`);
        await this.#runtime.sleep(Math.min(pauseMs, (timeoutMs ?? Number.POSITIVE_INFINITY) - past));
      }
    } catch (thrown) {
      throw this.#withStanding(toAiplatError(thrown));
    }
  }

  /** Looks once and does what can be done; the outcome where there is nothing more to do. */
  async #step(): Promise<RollOutcome | undefined> {
    const standing = await this.#look();
    this.#request.onStanding(standing);
    if (standing.done) {
      this.#doneSince ??= this.#runtime.now();
      return this.#runtime.now() - this.#doneSince >= settleMs ? this.#outcome() : undefined;
    }
    this.#doneSince = undefined;
    if (standing.unavailable > 0 && standing.draining.length === 0) await this.#tellOfFailures();
    for (const machine of standing.draining) await this.#endOnceEmpty(machine);
    return this.#drainNext(standing);
  }

  async #look(): Promise<RollStanding> {
    const { group, machines } = await observeRoll(this.#ports, this.#request);
    this.#heardAt = this.#runtime.now();
    this.#group = group;
    const drained = machines.filter(({ status }) => status === "DRAINING");
    this.#readAsDraining = new Set(drained.map(({ containerInstanceArn: arn }) => arn));
    this.#tellOfMissing(missingOf(group.instances, machines));
    const standing = standingOf({
      desired: group.desired,
      imageId: this.#request.imageId,
      machines: machines.map((machine) => this.#asChanged(machine)),
      budget: budgetOf(this.#request.budget, group.desired),
    });
    this.#left = standing.left;
    for (const machine of standing.left) this.#known.set(machine.containerInstanceArn, machine);
    return standing;
  }

  /** With what was done to it, where what is read may be from before. */
  #asChanged(machine: RollMachine): RollMachine {
    const { containerInstanceArn: arn } = machine;
    const isRecent = (at: number | undefined) => at !== undefined && this.#runtime.now() - at < ownMs;
    return {
      ...machine,
      ...(isRecent(this.#drainedAt.get(arn)) ? { status: "DRAINING" } : {}),
      ...(isRecent(this.#endedAt.get(arn)) ? { lifecycle: "Terminating" } : {}),
    };
  }

  async #endOnceEmpty(machine: RollMachine): Promise<void> {
    const { containerInstanceArn: arn, ec2InstanceId } = machine;
    // On one that somebody made ACTIVE again a task may start at any time.
    const isKept = !this.#readAsDraining.has(arn);
    if (isKept || (await tasksToLeave(this.#ports.ecs, this.#request.cluster, machine)).length > 0) {
      this.#emptySince.delete(arn);
      return;
    }
    const since = this.#emptySince.get(arn) ?? this.#runtime.now();
    this.#emptySince.set(arn, since);
    if (this.#runtime.now() - since < settleMs || !(await this.#launchesImage())) return;
    const asked = (this.#asked.get(arn) ?? 0) + 1;
    this.#asked.set(arn, asked);
    try {
      await this.#ports.images.replaceInstance(ec2InstanceId);
    } catch (error) {
      // Where an earlier request got through, the group does not know the machine any more: the next look tells.
      if (asked >= mostAsked || !mayBeEnding(toAiplatError(error))) throw error;
      return;
    }
    this.#endedAt.set(arn, this.#runtime.now());
    this.#request.onEvent(`${ec2InstanceId} is empty: its group ends it and launches another`);
  }

  async #drainNext({ left, mayDrain, unavailable }: RollStanding): Promise<RollOutcome | undefined> {
    let waiting = left.filter((each) => each.status === "ACTIVE" && !isEnding(each));
    let obstacles: readonly string[] = [];
    let drained = 0;
    if (mayDrain > 0 && waiting.length > 0 && !(await this.#launchesImage())) return undefined;
    while (drained < mayDrain && waiting.length > 0) {
      const plans = await this.#planDrains(waiting);
      const plan = plans.find((each) => each.obstacles.length === 0) ?? (this.#request.force ? plans[0] : undefined);
      if (plan === undefined) {
        obstacles = obstaclesOf(plans);
        break;
      }
      this.#request.onDrain(plan);
      // Where the answer is lost, the next look tells whether it is DRAINING: until then it is not taken for empty.
      await this.#ports.ecs.drainInstance(this.#request.cluster, plan.containerInstanceArn);
      this.#drainedAt.set(plan.containerInstanceArn, this.#runtime.now());
      waiting = waiting.filter((each) => each.containerInstanceArn !== plan.containerInstanceArn);
      drained += 1;
    }
    // While a machine is on its way out or in, room may come of it.
    return obstacles.length > 0 && drained === 0 && unavailable === 0 ? { ...this.#outcome(), obstacles } : undefined;
  }

  async #planDrains(machines: readonly RollMachine[]): Promise<readonly DrainPlan[]> {
    const snapshot = await observeCluster(this.#ports.ecs, this.#request.cluster, this.#runtime.now());
    const instances = snapshot.instances.map((each) =>
      this.#drainedAt.has(each.arn) ? { ...each, status: "DRAINING" } : each,
    );
    return planFirstDrain(this.#ports.ecs, { ...snapshot, instances }, machines);
  }

  /**
   * Whether a machine that ends is replaced by one with the image.
   *
   * @throws AiplatError where for a while it has not been so: what is read may be behind.
   */
  async #launchesImage(): Promise<boolean> {
    const problem = await findLaunchProblem(this.#ports, this.#group!, this.#request.imageId);
    this.#elsewhereSince = problem === undefined ? undefined : (this.#elsewhereSince ?? this.#runtime.now());
    if (problem !== undefined && this.#runtime.now() - this.#elsewhereSince! >= ownMs) throw problem;
    return problem === undefined;
  }

  /** They count as out of use for as long, so that nothing may go on. */
  #tellOfMissing(missing: ReadonlyMap<string, string>): void {
    for (const id of this.#missingSince.keys()) if (!missing.has(id)) this.#missingSince.delete(id);
    for (const [id, what] of missing) {
      const since = this.#missingSince.get(id) ?? this.#runtime.now();
      this.#missingSince.set(id, since);
      if (this.#told.has(id) || this.#runtime.now() - since < registeringMs) continue;
      this.#told.add(id);
      this.#request.onEvent(
        `${id} ${what} in cluster ${this.#request.cluster} for ${formatDuration(registeringMs)}, and is waited for: ` +
          "see /var/log/ecs/ecs-agent.log on it, or end it",
      );
    }
  }

  /** Why the group launches none, where it says so: it goes on trying. */
  async #tellOfFailures(): Promise<void> {
    for (const { status, message, startedAt } of await this.#ports.groups.activities(this.#request.group)) {
      if (status !== "Failed" || startedAt < this.#startedAt || this.#told.has(message)) continue;
      this.#told.add(message);
      this.#request.onEvent(`${this.#request.group} cannot launch a machine, and tries again: ${message}`);
    }
  }

  #outcome(): RollOutcome {
    const left = new Set(this.#left.map(({ containerInstanceArn: arn }) => arn));
    return {
      replaced: [...this.#known.values()].filter(({ containerInstanceArn: arn }) => !left.has(arn)),
      left: this.#left,
    };
  }

  #isPatientWith(error: unknown): boolean {
    return (
      error instanceof AiplatError &&
      error.code === "Network" &&
      !this.#runtime.signal.aborted &&
      this.#runtime.now() - this.#heardAt < patienceMs
    );
  }

  /** The error with how far it has come, which is how to go on as well. */
  #withStanding(error: AiplatError): AiplatError {
    const { replaced, left } = this.#outcome();
    const draining = left.filter((each) => each.status === "DRAINING").map(({ ec2InstanceId }) => ec2InstanceId);
    const standing =
      `${replaced.length} of ${this.#known.size} machines are replaced` +
      (draining.length === 0 ? "" : `; ${draining.join(", ")} ${draining.length === 1 ? "is" : "are"} DRAINING`);
    const options = {
      hint: [error.hint, "Nothing is lost: the same command goes on."].filter((each) => each !== undefined).join(" "),
      details: {
        ...error.details,
        replaced: replaced.map(({ ec2InstanceId }) => ec2InstanceId),
        left: left.map(({ ec2InstanceId }) => ec2InstanceId),
        draining,
      },
      cause: error.cause,
    };
    const message = `${error.message}: ${standing}`;
    return error.code === "Interrupted"
      ? new Interrupted(message, options)
      : new AiplatError(error.code, message, options);
  }
}

/** Whether the machine may be on its way out already, for all that the error says. */
function mayBeEnding(error: AiplatError): boolean {
  const { awsCode } = error.details;
  return isUncertain(error) || awsCode === "ValidationError" || awsCode === "ScalingActivityInProgress";
}
