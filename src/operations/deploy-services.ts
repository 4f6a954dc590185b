import { present } from "../core/base/present.ts";
import { listOr } from "../core/base/problem.ts";
import type { RegisteredTaskDefinition } from "../core/ecs-api/api.ts";
import { definitionNameOf } from "../core/ecs-api/arn.ts";
import { primaryOf, type Service } from "../core/ecs-api/service.ts";
import { rollsOut, type ServiceDeployment } from "../core/ecs-api/service-deployment.ts";
import { staysUntil } from "../core/plan/judge-plan.ts";
import { fitsBeside, takesOf, type Takes } from "../core/plan/side-by-side.ts";
import type { ServicePlan, ServiceStep } from "../core/plan/service-plan.ts";
import { AiplatError, Interrupted, isUncertain, toAiplatError } from "../errors.ts";
import type { EcsPort } from "../ports.ts";
import { applyStep } from "./apply-step.ts";
import type { AwaitedService } from "./follow-deployments.ts";
import { awaitFreeNames } from "./free-names.ts";
import { judgeDeployment } from "./judge-deployment.ts";
import { rememberService } from "./remember-service.ts";
import type { Runtime } from "../context.ts";
import { sureServices } from "./sure-services.ts";
import { stopDeployment } from "./stop-deployment.ts";
import { waitForServices, type ServiceOutcome, type ServiceWaitOptions } from "./wait-for-services.ts";
import { hasFailed, successorsIn, withdrawServices } from "./withdraw-services.ts";

export interface DeployedStep {
  readonly service: string;
  readonly action: ServiceStep["action"];
  /**
   * `steady`, `failed`, `started` where nobody waited, `unchanged` (and steady, where one waits), `deleted` (what a
   * failed replacement had made, too), `not-reached` after a failure, or `unknown` where the answer to its change was
   * lost and nothing can be read.
   */
  readonly result: "steady" | "failed" | "started" | "unchanged" | "deleted" | "not-reached" | "unknown";
  readonly desiredCount: number;
  readonly taskDefinition?: string;
  readonly outcome?: ServiceOutcome;
}

export interface Deployed {
  readonly steps: readonly DeployedStep[];
  /** What ended it early: nothing that was done is lost from `steps`. */
  readonly error?: AiplatError;
}

export interface DeployOptions {
  readonly wait: ServiceWaitOptions;
  /** Whether only what others come after is waited for, and nobody waits for the last. */
  readonly leaveLast?: boolean;
  /** How many services replace their tasks at once, as far as their rollout lets them; 1 where left out. */
  readonly parallel?: number;
  /** What is read back with calls that outlast an interrupt; the port itself unless given. */
  readonly afterwards?: EcsPort;
  readonly onStep: (text: string) => void;
}

/** What is carried out, and where. */
export interface Steps extends Pick<ServicePlan, "steps"> {
  readonly cluster: string;
}

/**
 * Carries out a plan in its order, once what is under way is stopped, all of it at once. Services whose tasks are
 * replaced follow one another, or go side by side as far as their rollout lets them; after a failure the rest is left
 * as it is, but for what a replacement has made.
 */
export async function deployServices(
  ecs: EcsPort,
  runtime: Runtime,
  plan: Steps,
  options: DeployOptions,
): Promise<Deployed> {
  const deployment = new Deployment(ecs, runtime, plan, options);
  let error: AiplatError | undefined;
  let well = false;
  try {
    well = await deployment.carryOut();
  } catch (thrown) {
    error = toAiplatError(thrown);
  }
  if (!well && hasFailed(error)) error = await deployment.withdraw(error);
  const steps = deployment.results();
  return { steps, ...present({ error: error === undefined ? undefined : withUnknown(error, steps) }) };
}

/** One plan being carried out. */
class Deployment {
  readonly #ecs: EcsPort;
  readonly #runtime: Runtime;
  readonly #plan: Steps;
  readonly #options: DeployOptions;
  readonly #done = new Map<string, DeployedStep>();
  readonly #registered = new Map<ServiceStep, RegisteredTaskDefinition>();
  /** Those that ECS rolls back, or has. */
  readonly #stopped = new Set<ServiceStep>();
  /** The deployments that replace tasks and were not waited for yet. */
  #replacing: Takes[] = [];
  #pending: (AwaitedService & { readonly step: ServiceStep })[] = [];

  constructor(ecs: EcsPort, runtime: Runtime, plan: Steps, options: DeployOptions) {
    this.#ecs = sureServices(ecs, runtime, options.afterwards ?? ecs);
    this.#runtime = runtime;
    this.#plan = plan;
    this.#options = options;
  }

  /** Whether all went well. */
  async carryOut(): Promise<boolean> {
    const { steps } = this.#plan;
    const { leaveLast = false } = this.#options;
    const underWay = leaveLast ? new Map<string, Service>() : await deploymentsUnderWay(this.#ecs, this.#plan);
    await this.#stopRollouts();
    const live = await this.#liveServices();
    // What ECS refuses to register must not cost the services that make room for it.
    if (steps.some(({ action }) => action === "delete")) for (const step of steps) await this.#register(step);
    await this.#awaitNames();
    for (const step of steps) {
      if (this.#runtime.signal.aborted) throw new Interrupted();
      if (this.#stopped.has(step)) continue;
      const unfinished = underWay.get(step.service);
      if (unfinished !== undefined && step.action === "keep") {
        this.#options.onStep(`${step.service} says the same, and its last deployment is not done yet`);
        this.#record(step, "started", { taskDefinition: unfinished.taskDefinition });
        this.#pending.push({ step, service: unfinished });
      } else if (step.action === "keep") this.#record(step, "unchanged");
      else if (!(await this.#begin(step, takesOf(step, live.get(step.service))))) return false;
    }
    return leaveLast || this.#settle();
  }

  /** Removes what a replacement has made that failed before the first of the old services was deleted. */
  async withdraw(error: AiplatError | undefined): Promise<AiplatError | undefined> {
    const made = successorsIn(this.#plan.steps).filter(({ action, service }) =>
      action === "create" ? this.#done.has(service) : true,
    );
    const begun = [...this.#done.values()].some(({ action, result }) => action === "delete" && result === "deleted");
    if (made.length === 0 || begun) return error;
    try {
      const removed = await withdrawServices(this.#ecs, this.#plan.cluster, made, this.#options.onStep);
      for (const step of made)
        if (removed.includes(step.service) && this.#done.get(step.service)?.result !== "failed")
          this.#record(step, "deleted");
      return error;
    } catch (thrown) {
      const { code, message, details } = toAiplatError(thrown);
      return new AiplatError(code, `the replacement failed, and what it made cannot be removed: ${message}`, {
        hint: `${listOr(
          made.map(({ service }) => service),
          "and",
        )} may still be there: service rollback removes them, service deploy goes on with them.`,
        details,
        cause: thrown,
      });
    }
  }

  results(): readonly DeployedStep[] {
    return this.#plan.steps.map((step) => this.#done.get(step.service) ?? notReached(step));
  }

  #record(step: ServiceStep, result: DeployedStep["result"], more: Partial<DeployedStep> = {}): void {
    this.#done.set(step.service, { ...resultOf(step), result, ...more });
  }

  /** None is left running while another is waited for: it would end, and its service a version ahead of the others. */
  async #stopRollouts(): Promise<void> {
    const stops = await Promise.allSettled(
      this.#plan.steps.map((step) => (step.rollback === undefined ? undefined : this.#stop(step, step.rollback))),
    );
    for (const stop of stops) if (stop.status === "rejected") throw stop.reason;
  }

  async #stop(step: ServiceStep, rollback: string): Promise<void> {
    const ended = await this.#known(step, () => stopDeployment(this.#ecs, rollback));
    this.#options.onStep(
      ended === undefined
        ? `had ECS roll ${step.service} back`
        : `the deployment of ${step.service} ended before it could be stopped: ${ended.status}`,
    );
    const [service] = await this.#ecs.describeServices(this.#plan.cluster, [step.service]);
    if (ended !== undefined && service !== undefined && runsOn(ended, service, step)) return;
    this.#stopped.add(step);
    // What it goes back to, as of any change: the service shows it once ECS has begun.
    this.#record(step, "started", present({ taskDefinition: step.update?.taskDefinition ?? service?.taskDefinition }));
    if (service !== undefined) this.#pending.push({ step, service, rollback });
  }

  async #register(step: ServiceStep): Promise<void> {
    if (step.definition === undefined || this.#registered.has(step)) return;
    const definition = await this.#ecs.registerTaskDefinition(step.definition);
    this.#options.onStep(`registered ${definition.family}:${definition.revision}`);
    this.#registered.set(step, definition);
  }

  async #awaitNames(): Promise<void> {
    const names = this.#plan.steps.filter(({ create }) => create !== undefined).map(({ service }) => service);
    await awaitFreeNames(this.#ecs, this.#runtime, this.#plan.cluster, names, {
      ...present({ deadline: this.#options.wait.deadline }),
      onWait: this.#options.onStep,
    });
  }

  /** Those that replace their tasks, where several may at once. */
  async #liveServices(): Promise<ReadonlyMap<string, Service>> {
    const { steps, cluster } = this.#plan;
    const replaced = steps.filter((step) => takesOf(step, undefined) !== undefined && !this.#stopped.has(step));
    if (this.#parallel === 1 || replaced.length < 2) return new Map();
    const services = await this.#ecs.describeServices(
      cluster,
      replaced.map(({ service }) => service),
    );
    return new Map(services.map((service) => [service.serviceName, service]));
  }

  get #parallel(): number {
    return this.#options.parallel ?? 1;
  }

  async #begin(step: ServiceStep, takes: Takes | undefined): Promise<boolean> {
    const beside =
      takes === undefined
        ? this.#replacing.length === 0
        : this.#pending.length === this.#replacing.length && fitsBeside(this.#replacing, takes, this.#parallel);
    if (!beside && !(await this.#settle())) return false;
    if (step.action === "delete") return this.#delete(step);
    await this.#apply(step);
    if (takes !== undefined) this.#replacing.push(takes);
    return true;
  }

  async #delete(step: ServiceStep): Promise<boolean> {
    if (staysUntil(step) && !(await this.#settle())) return false;
    if (this.#runtime.signal.aborted) throw new Interrupted();
    await rememberService(this.#ecs, this.#plan.cluster, step);
    const { taskDefinition } = await this.#known(step, () =>
      this.#ecs.deleteService(this.#plan.cluster, step.service, { force: true }),
    );
    this.#options.onStep(`deleted ${step.service}, which ran ${definitionNameOf(taskDefinition)}`);
    this.#record(step, "deleted", { taskDefinition });
    return true;
  }

  async #apply(step: ServiceStep): Promise<void> {
    await this.#register(step);
    const { onStep } = this.#options;
    // What comes after a change may fail; the change is there.
    const onChanged = ({ taskDefinition }: Service) => this.#record(step, "started", { taskDefinition });
    const service = await this.#known(step, () =>
      applyStep(this.#ecs, this.#plan.cluster, step, this.#registered.get(step), { onStep, onChanged }),
    );
    if (service === undefined) this.#record(step, "started");
    if (service !== undefined) this.#pending.push({ step, service });
  }

  /** Changes a service; where nobody knows whether that happened, the step says so. */
  async #known<Done>(step: ServiceStep, change: () => Promise<Done>): Promise<Done> {
    try {
      return await change();
    } catch (error) {
      if (isUncertain(error) && !this.#done.has(step.service)) this.#record(step, "unknown");
      throw error;
    }
  }

  /** Waits for what was started; answers whether all of it is steady. */
  async #settle(): Promise<boolean> {
    const waiting = this.#pending.splice(0);
    this.#replacing = [];
    const { wait } = this.#options;
    if (waiting.length === 0) return true;
    const outcomes = await waitForServices(this.#ecs, this.#plan.cluster, waiting, this.#runtime, wait);
    for (const [index, { step, service, rollback }] of waiting.entries()) {
      const outcome = outcomes[index]!;
      this.#record(step, outcome.failure === undefined ? "steady" : "failed", {
        // Another command, or autoscaling, may have set another number since.
        desiredCount: outcome.service.desiredCount,
        taskDefinition: (rollback === undefined ? service : outcome.service).taskDefinition,
        outcome,
      });
    }
    return outcomes.every(({ failure }) => failure === undefined);
  }
}

function withUnknown(error: AiplatError, steps: readonly DeployedStep[]): AiplatError {
  const unknown = steps.flatMap(({ service, result }) => (result === "unknown" ? [service] : []));
  if (unknown.length === 0) return error;
  const { code, message, hint, details } = error;
  return new AiplatError(code, `${message}; whether ${listOr(unknown, "and")} changed is not known`, {
    ...present({ hint }),
    details: { ...details, unknown: { services: unknown } },
    cause: error,
  });
}

/** A step that nobody came to. */
export function notReached(step: ServiceStep): DeployedStep {
  return { ...resultOf(step), result: "not-reached" };
}

function resultOf({ service, action, desiredCount }: ServiceStep): Omit<DeployedStep, "result"> {
  return { service, action, desiredCount };
}

/** Whether the service has the tasks of a deployment that has ended, and is still to be taken back from them. */
function runsOn(ended: ServiceDeployment, service: Service, { update }: ServiceStep): boolean {
  const primary = primaryOf(service);
  return (
    update !== undefined &&
    primary !== undefined &&
    rollsOut(ended, primary) &&
    primary.taskDefinition !== update.taskDefinition
  );
}

/**
 * The services that stay as they are and whose last deployment has not come to its end: a second call waits for what
 * the first one began.
 */
async function deploymentsUnderWay(ecs: EcsPort, { cluster, steps }: Steps): Promise<ReadonlyMap<string, Service>> {
  const kept = steps.filter(({ action }) => action === "keep").map(({ service }) => service);
  const services = kept.length === 0 ? [] : await ecs.describeServices(cluster, kept);
  return new Map(
    services
      .filter((service) => judgeDeployment(service, service, undefined) !== "steady")
      .map((service) => [service.serviceName, service]),
  );
}
