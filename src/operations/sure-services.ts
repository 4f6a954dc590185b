import type { Service } from "../core/ecs-api/service.ts";
import type { EcsPort } from "../ports.ts";
import { registerOnce } from "./register-definition.ts";
import type { Runtime } from "../context.ts";
import { surely } from "./uncertain.ts";

/**
 * ECS, whose changes of services are known to have happened or not: where an answer is lost, the service is described
 * with calls that outlast an interrupt, and the change is asked for again where it shows none of it.
 *
 * What is asked for twice is made once: a service is created under one client token, updated to the same, deleted as it
 * is.
 */
export function sureServices(ecs: EcsPort, runtime: Runtime, afterwards: EcsPort): EcsPort {
  const find = async (cluster: string, name: string) =>
    (await afterwards.describeServices(cluster, [name])).find((service) => isNamed(service, name));
  return {
    ...ecs,
    registerTaskDefinition: (definition) => registerOnce(ecs, runtime, definition, afterwards),

    createService: (input) =>
      surely(
        runtime,
        () => ecs.createService(input),
        async () => {
          const made = await find(input.cluster, input.serviceName);
          return made?.status === "ACTIVE" && runs(made, input) ? made : undefined;
        },
      ),

    updateService: (input) =>
      surely(
        runtime,
        () => ecs.updateService(input),
        async () => {
          // Whether a deployment is the one that was forced nobody can tell: it is forced again.
          if (input.forceNewDeployment === true) return undefined;
          const updated = await find(input.cluster, input.service);
          return updated?.status === "ACTIVE" && runs(updated, input) ? updated : undefined;
        },
      ),

    deleteService: (cluster, name, options) =>
      surely(
        runtime,
        () => ecs.deleteService(cluster, name, options),
        async () => {
          const deleted = await find(cluster, name);
          return deleted === undefined || deleted.status === "ACTIVE" ? undefined : deleted;
        },
      ),

    tagResource: (arn, tags) => surely(runtime, () => ecs.tagResource(arn, tags)),

    stopServiceDeployment: (arn) => surely(runtime, () => ecs.stopServiceDeployment(arn)),
  };
}

function isNamed({ serviceName, serviceArn }: Service, name: string): boolean {
  return serviceName === name || serviceArn === name;
}

/** Whether the service is what was asked for, as far as anything of it was. */
function runs(
  service: Service,
  { taskDefinition, desiredCount }: { readonly taskDefinition?: string; readonly desiredCount?: number },
): boolean {
  return (
    (taskDefinition === undefined || service.taskDefinition === taskDefinition) &&
    (desiredCount === undefined || service.desiredCount === desiredCount)
  );
}
