import { present } from "../core/base/present.ts";
import type { Context } from "../context.ts";
import type { RegisteredTaskDefinition } from "../core/ecs-api/api.ts";
import { definitionNameOf } from "../core/ecs-api/arn.ts";
import type { ServiceDeployment } from "../core/ecs-api/service-deployment.ts";
import { judgeRollouts, type Rollout } from "../core/deployment/rollout.ts";
import { rolloutProblem } from "../core/deployment/rollout-text.ts";
import { deploymentSettingsOf, type Service } from "../core/ecs-api/service.ts";
import { unreachedServices, type WayBack } from "../core/plan/unreached.ts";
import type { ServiceStep } from "../core/plan/service-plan.ts";
import { AiplatError } from "../errors.ts";
import { findRollouts } from "../operations/find-rollouts.ts";
import { findStableRevision } from "../operations/find-stable.ts";
import type { EcsPort } from "../ports.ts";
import { note } from "../output/note.ts";
import { carryOut, deployWaitOptions, type DeployWaitOptions } from "./carry-out.ts";
import type { Command } from "./command.ts";
import { wholeNumber } from "./numbers.ts";
import { readClusterState } from "./read-cluster.ts";
import { allowStallOption, guard } from "./service-deploy.ts";
import {
  readServiceTarget,
  requireServices,
  serviceArgument,
  serviceClusterOption,
  type ServiceTargetOptions,
} from "./service-target.ts";

interface Options extends ServiceTargetOptions, DeployWaitOptions {
  readonly toRevision?: number;
  readonly allowStall?: boolean;
}

export const serviceRollback: Command<Options> = {
  description:
    "Takes every service of a workload back to the task definition of its last stable deployment, " +
    "or to a revision by number. A deployment under way is stopped, and ECS itself goes back; " +
    "else only the task definition goes back. Other settings and replicas stay.",
  arguments: [serviceArgument],
  options: [
    serviceClusterOption,
    {
      flags: "--to-revision <n>",
      description: "the revision of the services' own families",
      defaultText: "the last stable one",
      parse: wholeNumber("--to-revision"),
    },
    allowStallOption,
    ...deployWaitOptions,
  ],
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
    const rollouts =
      options.toRevision === undefined
        ? await findRollouts(ecs, target.cluster, services)
        : new Map<string, ServiceDeployment>();
    const ways = await Promise.all(
      services.map((service) =>
        wayBack(ecs, target.cluster, service, options.toRevision, rollouts.has(service.serviceName)),
      ),
    );
    const unreached = options.toRevision === undefined ? unreachedServices(ways) : new Set<string>();
    const revisions = ways.map(({ service, running, back }) =>
      running !== undefined && unreached.has(service.serviceName) && !rollouts.has(service.serviceName)
        ? running
        : requireActive(service, back, options.toRevision),
    );
    const steps = services.map((service, index) =>
      stepBack(service, revisions[index]!, target.cluster, rollouts.get(service.serviceName)),
    );
    await guard(
      context,
      await stallsOf(context, ecs, target.cluster, steps, services, revisions),
      options.allowStall === true,
    );
    for (const { service, action, why } of steps) if (action === "update") note(context, `${service}: ${why}`);
    return carryOut(context, ecs, target, steps, options);
  },
};

async function wayBack(
  ecs: EcsPort,
  cluster: string,
  service: Service,
  revision: number | undefined,
  stopping: boolean,
): Promise<WayBack> {
  const [running, back] = await Promise.all([
    ecs.describeTaskDefinition(service.taskDefinition),
    revision === undefined
      ? findStableRevision(ecs, cluster, service, stopping)
      : ecs.describeTaskDefinition(`${familyOf(service)}:${revision}`),
  ]);
  return { service, ...present({ running, back }) };
}

function familyOf({ taskDefinition }: Service): string {
  return definitionNameOf(taskDefinition).split(":")[0]!;
}

function requireActive(
  service: Service,
  found: RegisteredTaskDefinition | undefined,
  revision: number | undefined,
): RegisteredTaskDefinition {
  if (found?.status === "ACTIVE") return found;
  const family = familyOf(service);
  const what =
    revision === undefined
      ? `${service.serviceName} has no earlier stable revision than ${definitionNameOf(service.taskDefinition)}`
      : `there is no ACTIVE revision ${family}:${revision}`;
  throw new AiplatError("NotFound", what, {
    hint: `aws ecs list-task-definitions --family-prefix ${family} shows those there are; name one with --to-revision.`,
  });
}

/**
 * A deployment under way is rolled back by ECS (StopServiceDeployment), not by another deployment: "you can use this
 * option even if you didn't configure the service deployment for the rollback option". Blue/green traffic then goes
 * straight back to the tasks that still run, where UpdateService would want room for a third set of them, and bake it.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stop-service-deployment.html
 */
function stepBack(
  { serviceName, desiredCount, taskDefinition }: Service,
  revision: RegisteredTaskDefinition,
  cluster: string,
  rollout: ServiceDeployment | undefined,
): ServiceStep {
  const [before, after] = [definitionNameOf(taskDefinition), definitionNameOf(revision.taskDefinitionArn)];
  const common = { service: serviceName, desiredCount };
  const changes = before === after ? [] : [{ path: "taskDefinition", kind: "changed", before, after } as const];
  if (rollout !== undefined) {
    const stopped =
      `the deployment of ${before} is stopped: ` +
      `back ${before === after ? "to the tasks before it" : `from ${before} to ${after}`}`;
    return {
      ...common,
      action: "update",
      changes,
      replacesTasks: true,
      why: rollout.status.startsWith("ROLLBACK") ? `ECS goes back to ${after} already` : stopped,
      rollback: rollout.arn,
    };
  }
  if (before === after) return { ...common, action: "keep", changes, replacesTasks: false, why: `it runs ${after}` };
  return {
    ...common,
    action: "update",
    changes,
    replacesTasks: true,
    why: `back from ${before} to ${after}`,
    update: { cluster, service: serviceName, taskDefinition: revision.taskDefinitionArn },
  };
}

/**
 * The deployments that would stall. One that ECS rolls back has the room that it took from the tasks it goes back to.
 */
async function stallsOf(
  context: Context,
  ecs: EcsPort,
  cluster: string,
  steps: readonly ServiceStep[],
  services: readonly Service[],
  revisions: readonly RegisteredTaskDefinition[],
) {
  const rollouts = services.flatMap((service, index): readonly Rollout[] => {
    const scales = Array.isArray(service["capacityProviderStrategy"]) && service["capacityProviderStrategy"].length > 0;
    if (scales || steps[index]!.update === undefined) return [];
    return [
      {
        service: service.serviceName,
        definition: revisions[index]!,
        desired: service.desiredCount,
        settings: deploymentSettingsOf(service),
        newDeployment: true,
        placement: { placementConstraints: service.placementConstraints ?? [] },
      },
    ];
  });
  if (rollouts.length === 0) return [];
  const verdicts = judgeRollouts(await readClusterState(context, ecs, cluster), rollouts);
  return verdicts.flatMap((verdict, index) => (verdict.finishes ? [] : [rolloutProblem(verdict, rollouts[index]!)]));
}
