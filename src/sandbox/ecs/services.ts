import { networkModeOfDefinition } from "../../core/ecs/host-ports.ts";
import { lastPart, requireCluster } from "../model/clusters.ts";
import { requireDefinition } from "../model/definitions.ts";
import { readNeeds, refusing } from "../model/tasks.ts";
import type { ClusterRecord, Raw, ServiceRecord, ServiceSettings } from "../model/records.ts";
import { deploy, primaryOf, wake } from "../model/scheduler.ts";
import { chooserFor } from "../../core/placement/strategies.ts";
import { AwsError, invalidParameter } from "../wire/aws-error.ts";
import { operation, type Operation } from "../wire/operation.ts";
import { flag, list, struct, text, type Of } from "../wire/shape.ts";
import { serviceAnswer } from "./answers.ts";
import { checkExpression } from "./check-definition.ts";
import { atMost, checkTags, requireItems } from "./limits.ts";
import { pageOf } from "./pages.ts";
import { include, paging, serviceSettings, tags } from "./shapes.ts";
import { unplayed } from "./tasks.ts";

const createInput = struct({ ...serviceSettings, serviceName: text, clientToken: text, launchType: text, schedulingStrategy: text, deploymentController: struct({ type: text }), tags });
const updateInput = struct({ ...serviceSettings, service: text, forceNewDeployment: flag });

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html: tasks per service. */
const mostTasks = 5_000;

export const serviceOperations: Readonly<Record<string, Operation>> = {
  CreateService: operation("serviceModify", createInput, (input, { world }) => {
    const cluster = requireCluster(world, input.cluster);
    const { serviceName = "", clientToken, schedulingStrategy = "REPLICA", deploymentController } = input;
    if (!/^[A-Za-z0-9_-]{1,255}$/.test(serviceName)) throw invalidParameter("Service name must be 1 to 255 letters, numbers, underscores, and hyphens.");
    atMost(clientToken, 36, "clientToken");
    const request = JSON.stringify({ ...input, clientToken: undefined });
    const known = cluster.services.get(serviceName);
    if (known !== undefined && known.status !== "INACTIVE") {
      if (known.status === "ACTIVE" && known.request === request && (clientToken === undefined || known.clientToken === undefined || clientToken === known.clientToken)) return { service: serviceAnswer(known, ["TAGS"]) };
      throw invalidParameter(known.status === "DRAINING" ? "Unable to Start a service that is still Draining." : "Creation of service was not idempotent.");
    }
    if (schedulingStrategy !== "REPLICA" && schedulingStrategy !== "DAEMON") throw invalidParameter("schedulingStrategy must be REPLICA or DAEMON.");
    if (deploymentController?.type !== undefined && deploymentController.type !== "ECS") throw new AwsError("UnsupportedFeatureException", `The sandbox plays the deployment controller ECS only, not ${deploymentController.type}.`);
    const { definition } = requireDefinition(world, input.taskDefinition);
    const daemon = schedulingStrategy === "DAEMON";
    if (!daemon && input.desiredCount === undefined) throw invalidParameter("desiredCount is required for a REPLICA service.");
    if (daemon && (input.placementStrategy?.length ?? 0) > 0) throw invalidParameter("Placement strategies are not supported for the DAEMON scheduling strategy.");
    const settings = readSettings(input, defaultsFor(daemon, input.launchType), daemon);
    checkSettings(cluster, settings, definition);
    const service: ServiceRecord = {
      arn: world.arn(`service/${cluster.name}/${serviceName}`),
      name: serviceName,
      cluster,
      schedulingStrategy,
      createdAt: world.now(),
      request,
      clientToken,
      status: "ACTIVE",
      tags: checkTags(input.tags),
      settings,
      deployments: [],
      events: [],
      lastCompleted: undefined,
      steady: false,
      retryMs: 0,
      nextLook: undefined,
      failedStarts: 0,
      notBefore: 0,
    };
    cluster.services.set(serviceName, service);
    deploy(world, service, definition);
    return { service: serviceAnswer(service, ["TAGS"]) };
  }),
  UpdateService: operation("serviceModify", updateInput, (input, { world }) => {
    const service = requireService(requireCluster(world, input.cluster), input.service);
    if (service.status !== "ACTIVE") throw new AwsError("ServiceNotActiveException", "Service was not ACTIVE.");
    const primary = primaryOf(service);
    const definition = input.taskDefinition === undefined ? primary.definition : requireDefinition(world, input.taskDefinition).definition;
    const settings = readSettings(input, service.settings, service.schedulingStrategy === "DAEMON");
    checkSettings(service.cluster, settings, definition);
    const anew = input.forceNewDeployment === true || definition !== primary.definition || deploysAnew.some((name) => input[name] !== undefined && JSON.stringify(settings[name]) !== JSON.stringify(service.settings[name]));
    service.settings = settings;
    if (anew) deploy(world, service, definition);
    else wake(world, service);
    service.steady = false;
    return { service: serviceAnswer(service, ["TAGS"]) };
  }),
  DeleteService: operation("serviceModify", struct({ cluster: text, service: text, force: flag }), ({ cluster, service: name, force = false }, { world }) => {
    const service = requireService(requireCluster(world, cluster), name);
    if (service.status === "INACTIVE") throw new AwsError("ServiceNotFoundException", "Service not found.");
    if (!force && service.schedulingStrategy === "REPLICA" && service.settings.desiredCount > 0) throw invalidParameter("The service cannot be stopped while it is scaled above 0.");
    service.status = "DRAINING";
    service.settings = { ...service.settings, desiredCount: 0 };
    wake(world, service);
    return { service: serviceAnswer(service, ["TAGS"]) };
  }),
  DescribeServices: operation("serviceRead", struct({ cluster: text, services: list(text), include }), ({ cluster: name, services, include = [] }, { world }) => {
    const cluster = requireCluster(world, name);
    const found = requireItems(services, "Services", 10).map((reference) => ({ reference, service: findService(cluster, reference) }));
    return {
      services: found.flatMap(({ service }) => (service === undefined ? [] : [serviceAnswer(service, include)])),
      failures: found.flatMap(({ reference, service }) => (service === undefined ? [{ arn: reference.startsWith("arn:") ? reference : world.arn(`service/${cluster.name}/${reference}`), reason: "MISSING" }] : [])),
    };
  }),
  ListServices: operation("serviceRead", struct({ cluster: text, launchType: text, schedulingStrategy: text, ...paging }), ({ cluster, launchType, schedulingStrategy, maxResults = 10, ...page }, { world }) => {
    const chosen = [...requireCluster(world, cluster).services.values()].filter(
      (service) =>
        service.status !== "INACTIVE" &&
        (schedulingStrategy === undefined || service.schedulingStrategy === schedulingStrategy) &&
        (launchType === undefined || (service.settings.capacityProviderStrategy.length === 0 && (service.settings.launchType ?? "EC2") === launchType)),
    );
    const { items, ...next } = pageOf(chosen.map(({ arn }) => arn), { ...page, maxResults });
    return { serviceArns: items, ...next };
  }),
};

/** The changes that start tasks anew: whatever is part of a task. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/update-service-console-v2.html */
const deploysAnew = ["networkConfiguration", "placementConstraints", "placementStrategy", "capacityProviderStrategy", "loadBalancers", "serviceRegistries", "enableExecuteCommand"] as const;

function defaultsFor(daemon: boolean, launchType: string | undefined): ServiceSettings {
  return {
    launchType,
    capacityProviderStrategy: [],
    placementConstraints: [],
    placementStrategy: [],
    networkConfiguration: undefined,
    loadBalancers: [],
    serviceRegistries: [],
    // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
    minimumHealthyPercent: daemon ? 0 : 100,
    maximumPercent: daemon ? 100 : 200,
    circuitBreaker: { enable: false, rollback: false },
    healthCheckGracePeriodSeconds: undefined,
    enableExecuteCommand: false,
    enableEcsManagedTags: false,
    propagateTags: undefined,
    availabilityZoneRebalancing: daemon ? "DISABLED" : "ENABLED",
    desiredCount: 0,
  };
}

function readSettings(input: Partial<Of<typeof createInput>>, before: ServiceSettings, daemon: boolean): ServiceSettings {
  const { deploymentConfiguration = {} } = input;
  const { strategy = "ROLLING", deploymentCircuitBreaker: breaker } = deploymentConfiguration;
  if (strategy !== "ROLLING") throw new AwsError("UnsupportedFeatureException", `The sandbox plays rolling deployments only, not ${strategy}.`);
  const settings: ServiceSettings = {
    launchType: before.launchType,
    capacityProviderStrategy: (input.capacityProviderStrategy as readonly Raw[] | undefined) ?? before.capacityProviderStrategy,
    placementConstraints: (input.placementConstraints as ServiceSettings["placementConstraints"] | undefined) ?? before.placementConstraints,
    placementStrategy: (input.placementStrategy as ServiceSettings["placementStrategy"] | undefined) ?? before.placementStrategy,
    networkConfiguration: (input.networkConfiguration as Raw | undefined) ?? before.networkConfiguration,
    loadBalancers: (input.loadBalancers as readonly Raw[] | undefined) ?? before.loadBalancers,
    serviceRegistries: (input.serviceRegistries as readonly Raw[] | undefined) ?? before.serviceRegistries,
    minimumHealthyPercent: deploymentConfiguration.minimumHealthyPercent ?? before.minimumHealthyPercent,
    maximumPercent: deploymentConfiguration.maximumPercent ?? before.maximumPercent,
    circuitBreaker: breaker === undefined ? before.circuitBreaker : { enable: breaker.enable ?? false, rollback: breaker.rollback ?? false },
    healthCheckGracePeriodSeconds: input.healthCheckGracePeriodSeconds ?? before.healthCheckGracePeriodSeconds,
    enableExecuteCommand: input.enableExecuteCommand ?? before.enableExecuteCommand,
    enableEcsManagedTags: input.enableECSManagedTags ?? before.enableEcsManagedTags,
    propagateTags: input.propagateTags ?? before.propagateTags,
    availabilityZoneRebalancing: rebalancing(input, before, daemon),
    desiredCount: daemon ? before.desiredCount : (input.desiredCount ?? before.desiredCount),
  };
  return settings;
}

function rebalancing({ availabilityZoneRebalancing: wanted }: Partial<Of<typeof createInput>>, before: ServiceSettings, daemon: boolean): "ENABLED" | "DISABLED" {
  if (wanted !== undefined && wanted !== "ENABLED" && wanted !== "DISABLED") throw invalidParameter("availabilityZoneRebalancing must be ENABLED or DISABLED.");
  if (wanted === "ENABLED" && daemon) throw invalidParameter("availabilityZoneRebalancing is not supported for the DAEMON scheduling strategy.");
  return wanted ?? before.availabilityZoneRebalancing;
}

function checkSettings(cluster: ClusterRecord, settings: ServiceSettings, definition: Parameters<typeof networkModeOfDefinition>[0] & Parameters<typeof readNeeds>[1]): void {
  const { minimumHealthyPercent, maximumPercent, desiredCount, launchType, placementConstraints, placementStrategy } = settings;
  if (desiredCount < 0 || desiredCount > mostTasks) throw invalidParameter(`desiredCount must be between 0 and ${mostTasks}.`);
  if (minimumHealthyPercent < 0 || maximumPercent < 0 || maximumPercent > 100_000) throw invalidParameter("minimumHealthyPercent and maximumPercent must not be negative.");
  if (minimumHealthyPercent >= maximumPercent && !(minimumHealthyPercent === 0 && maximumPercent === 100)) throw invalidParameter("maximumPercent must be greater than minimumHealthyPercent.");
  if (settings.availabilityZoneRebalancing === "ENABLED" && maximumPercent <= 100) throw invalidParameter("availabilityZoneRebalancing requires maximumPercent to be greater than 100.");
  if (launchType !== undefined && launchType !== "EC2") throw unplayed(launchType);
  if (launchType !== undefined && settings.capacityProviderStrategy.length > 0) throw invalidParameter("Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.");
  if (placementConstraints.length + (definition.placementConstraints?.length ?? 0) > 10) throw invalidParameter("Too many placement constraints: the limit is 10, those of the task definition included.");
  if (placementStrategy.length > 5) throw invalidParameter("Too many placement strategy rules: the limit is 5.");
  for (const { type, expression } of placementConstraints) {
    if (type !== "memberOf" && type !== "distinctInstance") throw invalidParameter(`Invalid placement constraint type: ${type}.`);
    if (type === "memberOf") checkExpression(expression);
  }
  for (const { capacityProvider } of settings.capacityProviderStrategy) if (!cluster.capacityProviders.includes(String(capacityProvider))) throw invalidParameter("The specified capacity provider is not associated with the cluster.");
  for (const { containerName, containerPort } of settings.loadBalancers) {
    const container = definition.containerDefinitions.find(({ name }) => name === containerName);
    if (container === undefined) throw invalidParameter(`The container ${String(containerName)} does not exist in the task definition.`);
    if (!(container.portMappings ?? []).some((mapping) => mapping.containerPort === containerPort)) throw invalidParameter(`The container ${String(containerName)} did not have a container port ${String(containerPort)} defined.`);
  }
  const subnets = (settings.networkConfiguration?.["awsvpcConfiguration"] as { readonly subnets?: readonly string[] } | undefined)?.subnets ?? [];
  if (networkModeOfDefinition(definition) === "awsvpc" && subnets.length === 0) throw invalidParameter("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
  refusing(() => chooserFor(placementStrategy, [], ""));
  readNeeds(cluster, definition, { placementConstraints });
}

export function findService(cluster: ClusterRecord, reference: string): ServiceRecord | undefined {
  const found = cluster.services.get(lastPart(reference));
  return found !== undefined && reference.startsWith("arn:") && found.arn !== reference ? undefined : found;
}

function requireService(cluster: ClusterRecord, reference: string | undefined): ServiceRecord {
  const service = findService(cluster, reference ?? "");
  if (service === undefined) throw new AwsError("ServiceNotFoundException", "Service not found.");
  return service;
}
