import type { RegisteredTaskDefinition } from "../core/ecs-api/api.ts";
import type { Service, ServiceInput } from "../core/ecs-api/service.ts";
import type { ServiceUpdate } from "../core/ecs/service-form.ts";
import type { ServiceStep } from "../core/plan/service-plan.ts";
import type { EcsPort } from "../ports.ts";
import { newServiceToken } from "./tokens.ts";

/** Creates or updates a service, with the revision registered for it; undefined where only tags change. */
export async function applyStep(
  ecs: EcsPort,
  cluster: string,
  step: ServiceStep,
  registered: RegisteredTaskDefinition | undefined,
  { onStep, onChanged }: { readonly onStep: (text: string) => void; readonly onChanged: (service: Service) => void },
): Promise<Service | undefined> {
  const revision = registered === undefined ? {} : { taskDefinition: registered.taskDefinitionArn };
  if (step.create !== undefined) {
    const input: ServiceInput = { ...step.create, ...revision };
    const service = await ecs.createService({ ...input, clientToken: newServiceToken() });
    onChanged(service);
    onStep(`created ${step.service}`);
    return service;
  }
  const service =
    step.update === undefined
      ? undefined
      : await ecs.updateService({ ...step.update, ...revision } satisfies ServiceUpdate);
  if (service !== undefined) {
    onChanged(service);
    onStep(`updated ${step.service}`);
  }
  if (step.tags !== undefined) {
    const [live] = service === undefined ? await ecs.describeServices(cluster, [step.service]) : [service];
    if (live !== undefined) await ecs.tagResource(live.serviceArn, step.tags);
    onStep(`tagged ${step.service}`);
  }
  return service;
}
