import { present } from "../core/base/present.ts";
import type { RegisteredTaskDefinition } from "../core/ecs-api/api.ts";
import type { Service, ServiceInput } from "../core/ecs-api/service.ts";
import type { ServiceUpdate } from "../core/ecs/service-form.ts";
import type { ServicePlan, ServiceStep } from "../core/plan/service-plan.ts";
import { Interrupted, toAiplatError, type AiplatError } from "../errors.ts";
import type { AwaitedService } from "./follow-deployments.ts";
import { judgeDeployment } from "./judge-deployment.ts";
import type { EcsPort } from "../ports.ts";
import type { Runtime } from "./runtime.ts";
import { newServiceToken } from "./tokens.ts";
import { waitForServices, type ServiceOutcome, type ServiceWaitOptions } from "./wait-for-services.ts";

export interface DeployedStep {
  readonly service: string;
  readonly action: ServiceStep["action"];
  /** `steady`, `failed`, `started` where nobody waited, `unchanged` (and steady, where one waits), `deleted`, or `not-reached` after a failure. */
  readonly result: "steady" | "failed" | "started" | "unchanged" | "deleted" | "not-reached";
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
  /** Undefined: do not wait. */
  readonly wait?: ServiceWaitOptions;
  readonly onStep: (text: string) => void;
}

/**
 * Carries out a plan in its order. Services whose tasks are replaced follow one another, so that the devices of one
 * slot at a time change hands; after a failure the rest is left as it is.
 */
export async function deployServices(
  ecs: EcsPort,
  runtime: Runtime,
  plan: Pick<ServicePlan, "cluster" | "steps">,
  options: DeployOptions,
): Promise<Deployed> {
  const done = new Map<string, DeployedStep>();
  const pending: (AwaitedService & { readonly step: ServiceStep })[] = [];
  const record = (step: ServiceStep, result: DeployedStep["result"], more: Partial<DeployedStep> = {}) =>
    done.set(step.service, {
      service: step.service,
      action: step.action,
      desiredCount: step.desiredCount,
      result,
      ...more,
    });
  const settle = async (): Promise<boolean> => {
    const waiting = pending.splice(0);
    if (options.wait === undefined || waiting.length === 0) return true;
    const outcomes = await waitForServices(ecs, plan.cluster, waiting, runtime, options.wait);
    for (const [index, { step, service, rollback }] of waiting.entries()) {
      const outcome = outcomes[index]!;
      record(step, outcome.failure === undefined ? "steady" : "failed", {
        taskDefinition: (rollback === undefined ? service : outcome.service).taskDefinition,
        outcome,
      });
    }
    return outcomes.every(({ failure }) => failure === undefined);
  };

  let error: AiplatError | undefined;
  try {
    let well = true;
    const underWay = options.wait === undefined ? new Map<string, Service>() : await deploymentsUnderWay(ecs, plan);
    const registered = new Map<ServiceStep, RegisteredTaskDefinition>();
    const register = async (step: ServiceStep) => {
      if (step.definition === undefined || registered.has(step)) return;
      const definition = await ecs.registerTaskDefinition(step.definition);
      options.onStep(`registered ${definition.family}:${definition.revision}`);
      registered.set(step, definition);
    };
    // What ECS refuses to register must not cost the services that make room for it.
    if (plan.steps.some(({ action }) => action === "delete")) for (const step of plan.steps) await register(step);
    for (const step of plan.steps) {
      if (runtime.signal.aborted) throw new Interrupted();
      if (!well) break;
      const unfinished = underWay.get(step.service);
      if (unfinished !== undefined) {
        options.onStep(`${step.service} says the same, and its last deployment is not done yet`);
        record(step, "started", { taskDefinition: unfinished.taskDefinition });
        pending.push({ step, service: unfinished });
      } else if (step.action === "keep") record(step, "unchanged");
      else if (step.action === "delete") {
        await ecs.deleteService(plan.cluster, step.service, { force: true });
        options.onStep(`deleted ${step.service}`);
        record(step, "deleted");
      } else {
        const replaces = step.action === "update" && step.replacesTasks;
        if (replaces) well = await settle();
        if (!well) break;
        await register(step);
        const service = await apply(ecs, plan.cluster, step, registered.get(step), options);
        record(step, "started", service === undefined ? {} : { taskDefinition: service.taskDefinition });
        if (service !== undefined) pending.push({ step, service, ...present({ rollback: step.rollback }) });
        if (replaces) well = await settle();
      }
    }
    if (well) await settle();
  } catch (thrown) {
    error = toAiplatError(thrown);
  }
  const steps = plan.steps.map(
    (step) =>
      done.get(step.service) ?? {
        service: step.service,
        action: step.action,
        desiredCount: step.desiredCount,
        result: "not-reached" as const,
      },
  );
  return { steps, ...present({ error }) };
}

/** The services that stay as they are and whose last deployment has not come to its end: a second call waits for what the first one began. */
async function deploymentsUnderWay(
  ecs: EcsPort,
  { cluster, steps }: Pick<ServicePlan, "cluster" | "steps">,
): Promise<ReadonlyMap<string, Service>> {
  const kept = steps.filter(({ action }) => action === "keep").map(({ service }) => service);
  const services = kept.length === 0 ? [] : await ecs.describeServices(cluster, kept);
  return new Map(
    services
      .filter((service) => judgeDeployment(service, service, undefined) !== "steady")
      .map((service) => [service.serviceName, service]),
  );
}

/** Creates or updates, with the revision registered for it; undefined where only tags change. */
async function apply(
  ecs: EcsPort,
  cluster: string,
  step: ServiceStep,
  registered: RegisteredTaskDefinition | undefined,
  { onStep }: DeployOptions,
): Promise<Service | undefined> {
  if (step.rollback !== undefined) {
    await ecs.stopServiceDeployment(step.rollback);
    onStep(`had ECS roll ${step.service} back`);
    return (await ecs.describeServices(cluster, [step.service]))[0];
  }
  const revision = registered === undefined ? {} : { taskDefinition: registered.taskDefinitionArn };
  if (step.create !== undefined) {
    const input: ServiceInput = { ...step.create, ...revision };
    const service = await ecs.createService({ ...input, clientToken: newServiceToken() });
    onStep(`created ${step.service}`);
    return service;
  }
  const service =
    step.update === undefined
      ? undefined
      : await ecs.updateService({ ...step.update, ...revision } satisfies ServiceUpdate);
  if (service !== undefined) onStep(`updated ${step.service}`);
  if (step.tags !== undefined) {
    const [live] = service === undefined ? await ecs.describeServices(cluster, [step.service]) : [service];
    if (live !== undefined) await ecs.tagResource(live.serviceArn, step.tags);
    onStep(`tagged ${step.service}`);
  }
  return service;
}
