/** Services, their deployments and revisions as ECS's API answers them. */
import { breakerThreshold } from "../../core/ecs-api/deployment-limits.ts";
import { productionPercent, shownStage } from "../model/blue-green.ts";
import { isPending } from "../model/instances.ts";
import type {
  DeploymentRecord,
  RawRecord,
  RevisionRecord,
  ServiceDeploymentRecord,
  ServiceRecord,
  ServiceSettingsRecord,
} from "../model/records.ts";
import { countTasks } from "../model/service-tasks.ts";
import { present, seconds } from "./answers.ts";

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Service.html */
export function serviceAnswer(service: ServiceRecord, include: readonly string[] = []): RawRecord {
  const { settings } = service;
  const tasks = [...service.cluster.tasks.values()].filter((task) => task.service === service);
  const primary = service.deployments[0];
  return present({
    serviceArn: service.arn,
    serviceName: service.name,
    clusterArn: service.cluster.arn,
    loadBalancers: settings.loadBalancers,
    serviceRegistries: settings.serviceRegistries,
    status: service.status,
    desiredCount: settings.desiredCount,
    runningCount: tasks.filter(({ lastStatus }) => lastStatus === "RUNNING").length,
    pendingCount: tasks.filter(isPending).length,
    ...launchOf(settings),
    taskDefinition: primary?.definition.taskDefinitionArn,
    deploymentConfiguration: configurationAnswer(settings),
    deployments: service.deployments
      .filter(({ status }) => status !== "INACTIVE")
      .map((deployment) => deploymentAnswer(service, deployment)),
    events: service.events.map(({ id, createdAt, message }) => ({ id, createdAt: seconds(createdAt), message })),
    createdAt: seconds(service.createdAt),
    currentServiceDeployment: service.history[0]?.arn,
    currentServiceRevisions: service.deployments.map((deployment) => ({
      arn: deployment.revision.arn,
      ...taskCounts(service, deployment),
    })),
    placementConstraints: settings.placementConstraints,
    placementStrategy: settings.placementStrategy,
    networkConfiguration: settings.networkConfiguration,
    healthCheckGracePeriodSeconds: settings.healthCheckGracePeriodSeconds,
    schedulingStrategy: service.schedulingStrategy,
    deploymentController: { type: "ECS" },
    createdBy: `arn:aws:iam::${service.arn.split(":")[4]}:root`,
    enableECSManagedTags: settings.enableEcsManagedTags,
    propagateTags: settings.propagateTags ?? "NONE",
    enableExecuteCommand: settings.enableExecuteCommand,
    availabilityZoneRebalancing: settings.availabilityZoneRebalancing,
    tags: include.includes("TAGS") ? service.tags : undefined,
  });
}

function launchOf({ capacityProviderStrategy, launchType }: ServiceRecord["settings"]): RawRecord {
  return capacityProviderStrategy.length > 0 ? { capacityProviderStrategy } : { launchType: launchType ?? "EC2" };
}

function configurationAnswer({
  strategy,
  bakeTimeInMinutes,
  linear,
  canary,
  lifecycleHooks,
  alarms,
  circuitBreaker,
  maximumPercent,
  minimumHealthyPercent,
}: ServiceSettingsRecord): RawRecord {
  return present({
    deploymentCircuitBreaker: circuitBreaker,
    maximumPercent,
    minimumHealthyPercent,
    strategy,
    bakeTimeInMinutes,
    alarms: alarms.enable || alarms.alarmNames.length > 0 ? alarms : undefined,
    linearConfiguration: strategy === "LINEAR" ? linear : undefined,
    lifecycleHooks: lifecycleHooks.length > 0 ? lifecycleHooks : undefined,
    canaryConfiguration: strategy === "CANARY" ? canary : undefined,
  });
}

function deploymentAnswer(service: ServiceRecord, deployment: DeploymentRecord): RawRecord {
  const { requested, running, pending } = countTasks(service, deployment);
  return present({
    id: deployment.id,
    status: deployment.status,
    taskDefinition: deployment.definition.taskDefinitionArn,
    desiredCount: requested,
    pendingCount: pending,
    runningCount: running,
    failedTasks: deployment.failedTasks,
    createdAt: seconds(deployment.createdAt),
    updatedAt: seconds(deployment.updatedAt),
    ...launchOf(deployment.settings),
    networkConfiguration: deployment.settings.networkConfiguration,
    volumeConfigurations:
      deployment.settings.volumeConfigurations.length > 0 ? deployment.settings.volumeConfigurations : undefined,
    rolloutState: deployment.rolloutState,
    rolloutStateReason: deployment.rolloutStateReason,
  });
}

function taskCounts(
  service: ServiceRecord,
  deployment: DeploymentRecord,
  last?: ServiceDeploymentRecord["last"],
): RawRecord {
  const { requested, running, pending } = last?.get(deployment) ?? countTasks(service, deployment);
  return { requestedTaskCount: requested, runningTaskCount: running, pendingTaskCount: pending };
}

/**
 * What ListServiceDeployments shows.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceDeploymentBrief.html
 */
export function serviceDeploymentBrief(
  service: ServiceRecord,
  { arn, createdAt, startedAt, finishedAt, target, status, statusReason }: ServiceDeploymentRecord,
): RawRecord {
  return present({
    serviceDeploymentArn: arn,
    serviceArn: service.arn,
    clusterArn: service.cluster.arn,
    createdAt: seconds(createdAt),
    startedAt: seconds(startedAt),
    finishedAt: seconds(finishedAt),
    targetServiceRevisionArn: target.revision.arn,
    status,
    statusReason,
  });
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceDeployment.html */
export function serviceDeploymentAnswer(service: ServiceRecord, deployment: ServiceDeploymentRecord): RawRecord {
  const { targetServiceRevisionArn: _, ...brief } = serviceDeploymentBrief(service, deployment);
  const { target, sources, stage, stoppedAt, updatedAt, rollback, finishedAt, last } = deployment;
  const { circuitBreaker, alarms, desiredCount } = target.settings;
  const shifted = productionPercent(deployment);
  const weights = (percent: number) => (stage === undefined ? {} : { requestedProductionTrafficWeight: percent });
  const monitor = (enabled: boolean, triggered: boolean) => {
    if (!enabled) return "DISABLED";
    if (triggered) return "TRIGGERED";
    return finishedAt === undefined ? "MONITORING" : "MONITORING_COMPLETE";
  };
  const threshold = breakerThreshold(desiredCount, circuitBreaker.thresholdConfiguration);
  return present({
    ...brief,
    stoppedAt: seconds(stoppedAt),
    updatedAt: seconds(updatedAt),
    sourceServiceRevisions: sources.map((source, index) => ({
      arn: source.revision.arn,
      ...taskCounts(service, source, last),
      ...weights(index === 0 ? 100 - shifted : 0),
    })),
    targetServiceRevision: { arn: target.revision.arn, ...taskCounts(service, target, last), ...weights(shifted) },
    lifecycleStage: shownStage(deployment),
    lifecycleHookDetails:
      deployment.status === "IN_PROGRESS" && deployment.hooks.length > 0
        ? deployment.hooks.map(({ id, status, expiresAt, timeoutAction }) => ({
            hookId: id,
            targetType: "PAUSE",
            status,
            expiresAt: seconds(expiresAt),
            timeoutAction,
          }))
        : undefined,
    deploymentConfiguration: configurationAnswer(target.settings),
    rollback:
      rollback === undefined
        ? undefined
        : {
            reason: rollback.reason,
            startedAt: seconds(rollback.startedAt),
            serviceRevisionArn: rollback.to.revision.arn,
          },
    deploymentCircuitBreaker: {
      status: monitor(circuitBreaker.enable, target.failedTasks >= threshold),
      failureCount: target.failedTasks,
      threshold,
    },
    alarms: {
      status: monitor(alarms.enable, deployment.triggeredAlarms.length > 0),
      alarmNames: alarms.alarmNames,
      triggeredAlarmNames: deployment.triggeredAlarms,
    },
  });
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceRevision.html */
export function revisionAnswer(
  service: ServiceRecord,
  { arn, definition, settings, createdAt }: RevisionRecord,
): RawRecord {
  return present({
    serviceRevisionArn: arn,
    serviceArn: service.arn,
    clusterArn: service.cluster.arn,
    taskDefinition: definition.taskDefinitionArn,
    ...launchOf(settings),
    loadBalancers: settings.loadBalancers,
    serviceRegistries: settings.serviceRegistries,
    networkConfiguration: settings.networkConfiguration,
    containerImages: definition.containerDefinitions.map(({ name, image }) => ({ containerName: name, image })),
    guardDutyEnabled: false,
    createdAt: seconds(createdAt),
  });
}
