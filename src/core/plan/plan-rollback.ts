import { isRaw } from "../base/merge.ts";
import { listOr } from "../base/problem.ts";
import type { PlannedDeployment } from "../deployment/simulate-deployment.ts";
import { present } from "../base/present.ts";
import type { RegisteredTaskDefinition } from "../ecs-api/api.ts";
import { definitionNameOf } from "../ecs-api/arn.ts";
import type { ServiceDeployment } from "../ecs-api/service-deployment.ts";
import { deploymentSettingsOf, hasProviders, type Service } from "../ecs-api/service.ts";
import { boundsOf, rolloutUpdate } from "../ecs/rollout-bounds.ts";
import { normalService } from "../ecs/service-form.ts";
import { liveServiceInputsOf } from "./live-services.ts";
import { replacedBy, type Replacement } from "./replacement.ts";
import { deletionStep, type ServicePlan, type ServiceStep } from "./service-plan.ts";
import { unreachedServices, type RollbackTarget } from "./unreached.ts";

/** What a rollback goes by. */
export interface RollbackInput {
  readonly workload: string;
  readonly cluster: string;
  /** Each service with what it runs and what it would go back to. */
  readonly rollbackTargets: readonly RollbackTarget[];
  /** The service deployments under way, by service. */
  readonly rollouts: ReadonlyMap<string, ServiceDeployment>;
  /** The replacement that is under way among the services. */
  readonly replacement?: Replacement;
  /** Whether every service goes to a revision that the user names. */
  readonly named: boolean;
}

export interface Rollback {
  /** Its deployments are still to be judged. */
  readonly plan: ServicePlan;
  /** The services that have nothing to go back to. */
  readonly stuck: readonly Service[];
  /** The volumes that ECS makes at launch, of revisions that services would go back to without saying how. */
  readonly unsaidVolumes: readonly UnsaidVolume[];
}

export interface UnsaidVolume {
  readonly service: string;
  /** `FAMILY:REVISION`. */
  readonly revision: string;
  readonly volume: string;
}

/**
 * Plans the way back of every service of a workload. What a replacement under way has made goes, and what it was to
 * replace stays.
 */
export function planRollback(input: RollbackInput): Rollback {
  const { workload, cluster, rollbackTargets, rollouts, replacement, named } = input;
  const made = new Set(replacement?.successors);
  const remaining = new Set(replacement?.remaining);
  const others = rollbackTargets.filter(({ service }) => !made.has(service) && (named || !remaining.has(service)));
  const unreached = named ? new Set<string>() : unreachedServices(others);
  const targets = others.map(({ service, running, back }) => {
    const stays = unreached.has(service.serviceName) && !rollouts.has(service.serviceName);
    return { service, revision: stays && running !== undefined ? running : back };
  });
  const back = targets.flatMap(({ service, revision }) =>
    revision?.status === "ACTIVE" ? [stepBack(service, revision, cluster, rollouts.get(service.serviceName))] : [],
  );
  const kept = named ? [] : [...remaining].map(stayStep);
  const services = [...made, ...rollbackTargets.map(({ service }) => service)];
  return {
    plan: {
      inputs: {
        workload,
        cluster,
        replicas: rollbackTargets.reduce((sum, { service }) => sum + service.desiredCount, 0),
        services: services.map((service) => liveServiceInputsOf(service.serviceName, service, undefined)),
      },
      registrations: [],
      steps: [...[...made].map(removeStep), ...kept, ...back],
      unplaced: [],
      warnings: [],
    },
    stuck: targets.filter(({ revision }) => revision?.status !== "ACTIVE").map(({ service }) => service),
    // Where ECS itself goes back, it knows what it had.
    unsaidVolumes: targets.flatMap(({ service, revision }) =>
      revision === undefined || rollouts.has(service.serviceName) ? [] : unsaidIn(service, revision),
    ),
  };
}

function removeStep(service: Service): ServiceStep {
  const names = replacedBy(service).map((each) => each.service);
  return deletionStep(
    service,
    `it was made in place of ${listOr(names, "and")}, which still ${names.length === 1 ? "lives" : "live"}`,
  );
}

function stayStep({ serviceName, desiredCount, taskDefinition }: Service): ServiceStep {
  return {
    service: serviceName,
    action: "keep",
    changes: [],
    desiredCount,
    replacesTasks: false,
    why: `it runs ${definitionNameOf(taskDefinition)}, and was not replaced yet`,
  };
}

/**
 * A deployment under way is rolled back by ECS (StopServiceDeployment), not by another deployment: "you can use this
 * option even if you didn't configure the service deployment for the rollback option". Blue/green traffic then goes
 * straight back to the tasks that still run, where UpdateService would want room for a third set of them, and bake it.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stop-service-deployment.html
 */
function stepBack(
  service: Service,
  revision: RegisteredTaskDefinition,
  cluster: string,
  rollout: ServiceDeployment | undefined,
): ServiceStep {
  const { serviceName, desiredCount, taskDefinition } = service;
  const [before, after] = [definitionNameOf(taskDefinition), definitionNameOf(revision.taskDefinitionArn)];
  const common = { service: serviceName, desiredCount };
  // The count may be another one since the last deployment, and the way back is one too.
  const settings = rolloutUpdate(service, desiredCount);
  const update = {
    cluster,
    service: serviceName,
    taskDefinition: revision.taskDefinitionArn,
    ...settings,
    ...withoutVolumes(service, revision),
  };
  const changes = before === after ? [] : [{ path: "taskDefinition", kind: "changed", before, after } as const];
  if (rollout !== undefined) {
    const stopped = `the deployment of ${before} is stopped: back ${before === after ? "to the tasks before it" : `from ${before} to ${after}`}`;
    return {
      ...common,
      action: "update",
      changes,
      replacesTasks: true,
      why: rollout.status.startsWith("ROLLBACK") ? `ECS goes back to ${after} already` : stopped,
      rollback: rollout.arn,
      ...(before === after ? {} : { update }),
    };
  }
  if (before === after) return { ...common, action: "keep", changes, replacesTasks: false, why: `it runs ${after}` };
  return {
    ...common,
    action: "update",
    changes,
    replacesTasks: true,
    why: `back from ${before} to ${after}`,
    update,
    ...(hasProviders(service) ? {} : { deployment: rolloutOf({ ...service, ...settings }, revision) }),
  };
}

/** ECS refuses the configuration of a volume that the revision does not have. */
function withoutVolumes(service: Service, revision: RegisteredTaskDefinition): { volumeConfigurations?: [] } {
  return configuredIn(service).length > 0 && madeAtLaunch(revision).length === 0 ? { volumeConfigurations: [] } : {};
}

/** ECS refuses a revision whose volume the service says nothing of. */
function unsaidIn(service: Service, revision: RegisteredTaskDefinition): readonly UnsaidVolume[] {
  const said = configuredIn(service);
  return madeAtLaunch(revision)
    .filter((volume) => !said.includes(volume))
    .map((volume) => ({
      service: service.serviceName,
      revision: definitionNameOf(revision.taskDefinitionArn),
      volume,
    }));
}

/** The names of the volumes that a service says how to make. */
function configuredIn(service: Service): readonly string[] {
  const configurations = normalService(service)["volumeConfigurations"];
  return (Array.isArray(configurations) ? configurations.filter(isRaw) : []).map(({ name }) => String(name));
}

function madeAtLaunch({ volumes = [] }: RegisteredTaskDefinition): readonly string[] {
  return volumes.flatMap(({ name = "", configuredAtLaunch }) => (configuredAtLaunch === true ? [name] : []));
}

/**
 * What the rollout guard judges: a service that ECS rolls back has the room that it took from the tasks it goes back
 * to.
 */
function rolloutOf(service: Service, revision: RegisteredTaskDefinition): PlannedDeployment {
  return {
    service: service.serviceName,
    definition: revision,
    desired: service.desiredCount,
    settings: deploymentSettingsOf(service),
    newDeployment: true,
    placement: { placementConstraints: service.placementConstraints ?? [] },
    ...present({ bounds: boundsOf(service) }),
  };
}
