import type { Context } from "../context.ts";
import type { RegisteredTaskDefinition } from "../core/ecs/api.ts";
import { definitionNameOf } from "../core/ecs/arn.ts";
import { judgeRollouts, type Rollout } from "../core/ecs/rollout.ts";
import { rolloutProblem } from "../core/ecs/rollout-text.ts";
import { deploymentSettingsOf, type Service } from "../core/ecs/service-api.ts";
import type { ServiceStep } from "../core/plan/service-plan.ts";
import { AiplatError } from "../errors.ts";
import { findStableRevision } from "../operations/find-stable.ts";
import type { EcsPort } from "../operations/ports.ts";
import { note } from "../output/note.ts";
import { carryOut, deployWaitOptions, type DeployWaitOptions } from "./carry-out.ts";
import type { Command } from "./command.ts";
import { wholeNumber } from "./numbers.ts";
import { readClusterState } from "./read-cluster.ts";
import { allowStallOption, guard } from "./service-deploy.ts";
import { readServiceTarget, requireServices, serviceArgument, serviceClusterOption, type ServiceTargetOptions } from "./service-target.ts";

interface Options extends ServiceTargetOptions, DeployWaitOptions {
  readonly toRevision?: number;
  readonly allowStall?: boolean;
}

export const serviceRollback: Command<Options> = {
  description: "Takes every service of a workload back to the task definition of its last stable deployment, or to a revision by number. Only the task definition goes back: settings and replicas stay.",
  arguments: [serviceArgument],
  options: [serviceClusterOption, { flags: "--to-revision <n>", description: "the revision of the services' own families", defaultText: "the last stable one", parse: wholeNumber("--to-revision") }, allowStallOption, ...deployWaitOptions],
  examples: [
    ["aiplat service rollback bert --cluster prod", "undo the last deployment"],
    ["aiplat service rollback bert --to-revision 12 --cluster prod", "a revision you know"],
  ],
  formats: ["text", "json", "yaml", "table", "markdown"],
  run: async (context, { args, options }) => {
    const target = await readServiceTarget(context, args, options);
    const ecs = await context.aws.ecs();
    const services = await requireServices(ecs, target);
    // Every revision is found before the first service is touched.
    const revisions = await Promise.all(services.map((service) => revisionFor(ecs, target.cluster, service, options.toRevision)));
    const steps = services.map((service, index) => stepBack(service, revisions[index]!, target.cluster));
    await guard(context, await stallsOf(context, ecs, target.cluster, services, revisions), options.allowStall === true);
    for (const { service, action, why } of steps) if (action === "update") note(context, `${service}: ${why}`);
    return carryOut(context, ecs, target, steps, options);
  },
};

async function revisionFor(ecs: EcsPort, cluster: string, service: Service, revision: number | undefined): Promise<RegisteredTaskDefinition> {
  const family = definitionNameOf(service.taskDefinition).split(":")[0]!;
  const found = revision === undefined ? await findStableRevision(ecs, cluster, service) : await ecs.describeTaskDefinition(`${family}:${revision}`);
  if (found?.status === "ACTIVE") return found;
  const what = revision === undefined ? `${service.serviceName} has no earlier stable revision than ${definitionNameOf(service.taskDefinition)}` : `there is no ACTIVE revision ${family}:${revision}`;
  throw new AiplatError("NotFound", what, { hint: `aws ecs list-task-definitions --family-prefix ${family} shows those there are; name one with --to-revision.` });
}

function stepBack({ serviceName, desiredCount, taskDefinition }: Service, revision: RegisteredTaskDefinition, cluster: string): ServiceStep {
  const [before, after] = [definitionNameOf(taskDefinition), definitionNameOf(revision.taskDefinitionArn)];
  const common = { service: serviceName, desiredCount, why: before === after ? `it runs ${after}` : `back from ${before} to ${after}` };
  if (before === after) return { ...common, action: "keep", changes: [], replacesTasks: false };
  return { ...common, action: "update", replacesTasks: true, changes: [{ path: "taskDefinition", kind: "changed", before, after }], update: { cluster, service: serviceName, taskDefinition: revision.taskDefinitionArn } };
}

async function stallsOf(context: Context, ecs: EcsPort, cluster: string, services: readonly Service[], revisions: readonly RegisteredTaskDefinition[]) {
  const rollouts = services.flatMap((service, index): readonly Rollout[] => {
    const scales = Array.isArray(service["capacityProviderStrategy"]) && service["capacityProviderStrategy"].length > 0;
    if (scales || definitionNameOf(service.taskDefinition) === definitionNameOf(revisions[index]!.taskDefinitionArn)) return [];
    return [{ service: service.serviceName, definition: revisions[index]!, desired: service.desiredCount, settings: deploymentSettingsOf(service), newDeployment: true, placement: { placementConstraints: service.placementConstraints ?? [] } }];
  });
  if (rollouts.length === 0) return [];
  const verdicts = judgeRollouts(await readClusterState(context, ecs, cluster), rollouts);
  return verdicts.flatMap((verdict, index) => (verdict.finishes ? [] : [rolloutProblem(verdict, rollouts[index]!)]));
}
