import type { Of } from "../../core/ecs-api/field.ts";
import type { updateServiceRequest } from "../../core/ecs-api/model/service.ts";
import { obstacleTo } from "../../core/ecs/zone-rebalancing.ts";
import { measuresOf } from "../../core/placement/strategies.ts";
import type { ClusterRecord, DeploymentStrategy, RawRecord, ServiceSettingsRecord } from "../model/records.ts";
import { readRequirements, refusing } from "../model/tasks.ts";
import { wrongStrategy, type StrategyItem } from "../model/provider-shares.ts";
import { invalidParameter } from "../wire/aws-error.ts";
import { checkExpression } from "./check-definition.ts";
import { checkHooks } from "./check-hooks.ts";
import { checkLaunch } from "./check-launch.ts";
import { unplayed } from "./tasks.ts";

/** What CreateService and UpdateService share. */
type SettingsInput = Of<typeof updateServiceRequest>;

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html: tasks per service. */
const mostTasks = 5_000;

/** What ECS sets where nothing is asked for. */
export function defaultsFor(daemon: boolean, launchType: string | undefined): ServiceSettingsRecord {
  return {
    launchType,
    capacityProviderStrategy: [],
    placementConstraints: [],
    placementStrategy: [],
    networkConfiguration: undefined,
    loadBalancers: [],
    serviceRegistries: [],
    volumeConfigurations: [],
    // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html and the types in it
    strategy: "ROLLING",
    bakeTimeInMinutes: 0,
    linear: { stepPercent: 10, stepBakeTimeInMinutes: 6 },
    canary: { canaryPercent: 5, canaryBakeTimeInMinutes: 10 },
    lifecycleHooks: [],
    alarms: { alarmNames: [], enable: false, rollback: false },
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

/** The settings of a new service: its zones are rebalanced unless it says otherwise, or ECS could not do that. */
export function newSettings(
  input: SettingsInput,
  daemon: boolean,
  launchType: string | undefined,
): ServiceSettingsRecord {
  const settings = readSettings(input, defaultsFor(daemon, launchType), daemon);
  return input.availabilityZoneRebalancing === undefined && obstacleTo({ ...settings, daemon }) !== undefined
    ? { ...settings, availabilityZoneRebalancing: "DISABLED" }
    : settings;
}

/** The settings after a request that names some of them. */
export function readSettings(
  input: SettingsInput,
  before: ServiceSettingsRecord,
  daemon: boolean,
): ServiceSettingsRecord {
  const { deploymentConfiguration = {} } = input;
  const { deploymentCircuitBreaker: breaker, alarms } = deploymentConfiguration;
  return {
    launchType: before.launchType,
    capacityProviderStrategy:
      (input.capacityProviderStrategy as readonly RawRecord[] | undefined) ?? before.capacityProviderStrategy,
    placementConstraints:
      (input.placementConstraints as ServiceSettingsRecord["placementConstraints"] | undefined) ??
      before.placementConstraints,
    placementStrategy:
      (input.placementStrategy as ServiceSettingsRecord["placementStrategy"] | undefined) ?? before.placementStrategy,
    networkConfiguration: (input.networkConfiguration as RawRecord | undefined) ?? before.networkConfiguration,
    loadBalancers: (input.loadBalancers as readonly RawRecord[] | undefined) ?? before.loadBalancers,
    serviceRegistries: (input.serviceRegistries as readonly RawRecord[] | undefined) ?? before.serviceRegistries,
    volumeConfigurations:
      (input.volumeConfigurations as ServiceSettingsRecord["volumeConfigurations"] | undefined) ??
      before.volumeConfigurations,
    ...readStrategy(deploymentConfiguration, before, daemon),
    alarms:
      alarms === undefined
        ? before.alarms
        : { alarmNames: alarms.alarmNames ?? [], enable: alarms.enable ?? false, rollback: alarms.rollback ?? false },
    minimumHealthyPercent: deploymentConfiguration.minimumHealthyPercent ?? before.minimumHealthyPercent,
    maximumPercent: deploymentConfiguration.maximumPercent ?? before.maximumPercent,
    circuitBreaker:
      breaker === undefined
        ? before.circuitBreaker
        : { ...breaker, enable: breaker.enable ?? false, rollback: breaker.rollback ?? false },
    healthCheckGracePeriodSeconds: input.healthCheckGracePeriodSeconds ?? before.healthCheckGracePeriodSeconds,
    enableExecuteCommand: input.enableExecuteCommand ?? before.enableExecuteCommand,
    enableEcsManagedTags: input.enableECSManagedTags ?? before.enableEcsManagedTags,
    propagateTags: input.propagateTags ?? before.propagateTags,
    availabilityZoneRebalancing: rebalancing(input, before, daemon),
    desiredCount: daemon ? before.desiredCount : (input.desiredCount ?? before.desiredCount),
  };
}

const strategies: ReadonlySet<string> = new Set([
  "ROLLING",
  "BLUE_GREEN",
  "LINEAR",
  "CANARY",
] satisfies DeploymentStrategy[]);
const longestMinutes = 1_440;

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html */
function readStrategy(
  {
    strategy,
    bakeTimeInMinutes,
    linearConfiguration,
    canaryConfiguration,
    lifecycleHooks,
  }: NonNullable<SettingsInput["deploymentConfiguration"]>,
  before: ServiceSettingsRecord,
  daemon: boolean,
): Pick<ServiceSettingsRecord, "strategy" | "bakeTimeInMinutes" | "linear" | "canary" | "lifecycleHooks"> {
  const settings = {
    strategy: (strategy as DeploymentStrategy | undefined) ?? before.strategy,
    bakeTimeInMinutes: bakeTimeInMinutes ?? before.bakeTimeInMinutes,
    linear: { ...before.linear, ...linearConfiguration },
    canary: { ...before.canary, ...canaryConfiguration },
    lifecycleHooks: lifecycleHooks ?? before.lifecycleHooks,
  };
  if (!strategies.has(settings.strategy))
    throw invalidParameter(
      `Invalid deployment strategy: ${settings.strategy}. It must be one of ${[...strategies].join(", ")}.`,
    );
  checkHooks(settings);
  if (settings.strategy !== "ROLLING" && daemon)
    throw invalidParameter(
      `The deployment strategy ${settings.strategy} is not supported for the DAEMON scheduling strategy.`,
    );
  if (strategy === "BLUE_GREEN" && before.strategy !== "BLUE_GREEN" && bakeTimeInMinutes === undefined)
    throw invalidParameter("bakeTimeInMinutes must be provided when the deployment strategy is BLUE_GREEN.");
  if (linearConfiguration !== undefined && settings.strategy !== "LINEAR")
    throw invalidParameter("linearConfiguration is only valid when the deployment strategy is LINEAR.");
  if (canaryConfiguration !== undefined && settings.strategy !== "CANARY")
    throw invalidParameter("canaryConfiguration is only valid when the deployment strategy is CANARY.");
  const minutes = {
    bakeTimeInMinutes: settings.bakeTimeInMinutes,
    stepBakeTimeInMinutes: settings.linear.stepBakeTimeInMinutes,
    canaryBakeTimeInMinutes: settings.canary.canaryBakeTimeInMinutes,
  };
  for (const [name, value] of Object.entries(minutes))
    if (value < 0 || value > longestMinutes) throw invalidParameter(`${name} must be between 0 and ${longestMinutes}.`);
  const percents = {
    stepPercent: [settings.linear.stepPercent, 3],
    canaryPercent: [settings.canary.canaryPercent, 0.1],
  } as const;
  for (const [name, [value, least]] of Object.entries(percents))
    if (value < least || value > 100 || Math.abs(value * 10 - Math.round(value * 10)) > 1e-6)
      throw invalidParameter(`${name} must be a multiple of 0.1 between ${least} and 100.`);
  return settings;
}

function rebalancing(
  { availabilityZoneRebalancing: wanted }: SettingsInput,
  before: ServiceSettingsRecord,
  daemon: boolean,
): "ENABLED" | "DISABLED" {
  if (wanted !== undefined && wanted !== "ENABLED" && wanted !== "DISABLED")
    throw invalidParameter("availabilityZoneRebalancing must be ENABLED or DISABLED.");
  if (wanted === "ENABLED" && daemon)
    throw invalidParameter("Availability Zone Rebalancing does not support DAEMON services");
  return wanted ?? before.availabilityZoneRebalancing;
}

/** @throws AwsError for settings that ECS refuses. */
export function checkSettings(
  cluster: ClusterRecord,
  settings: ServiceSettingsRecord,
  daemon: boolean,
  definition: Parameters<typeof readRequirements>[1],
): void {
  const { minimumHealthyPercent, maximumPercent, desiredCount, launchType, placementConstraints, placementStrategy } =
    settings;
  if (desiredCount < 0 || desiredCount > mostTasks)
    throw invalidParameter(`desiredCount must be between 0 and ${mostTasks}.`);
  if (daemon && maximumPercent > 100)
    throw invalidParameter("The daemon scheduling strategy does not support values above 100 for maximumPercent.");
  if (minimumHealthyPercent < 0 || maximumPercent < 0 || maximumPercent > 100_000)
    throw invalidParameter("minimumHealthyPercent and maximumPercent must not be negative.");
  if (minimumHealthyPercent >= maximumPercent && !(minimumHealthyPercent === 0 && maximumPercent === 100))
    throw invalidParameter("maximumPercent must be greater than minimumHealthyPercent.");
  if (settings.availabilityZoneRebalancing === "ENABLED" && maximumPercent <= 100)
    throw invalidParameter("availabilityZoneRebalancing requires maximumPercent to be greater than 100.");
  if (launchType !== undefined && launchType !== "EC2") throw unplayed(launchType);
  if (launchType !== undefined && settings.capacityProviderStrategy.length > 0)
    throw invalidParameter(
      "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.",
    );
  if (placementConstraints.length + (definition.placementConstraints?.length ?? 0) > 10)
    throw invalidParameter("Too many placement constraints: the limit is 10, those of the task definition included.");
  if (placementStrategy.length > 5) throw invalidParameter("Maximum number of strategies is 5.");
  for (const { type, expression } of placementConstraints) {
    if (type === "distinctInstance" && daemon)
      throw invalidParameter("The daemon scheduling strategy does not support distinctInstance placement constraints.");
    if (type === "distinctInstance" && expression !== undefined)
      throw invalidParameter("distinctInstance expression should not be specified.");
    if (type !== "memberOf" && type !== "distinctInstance")
      throw invalidParameter(`Invalid placement constraint type: ${type}.`);
    if (type === "memberOf") checkExpression(expression);
  }
  for (const { capacityProvider } of settings.capacityProviderStrategy)
    if (!cluster.capacityProviders.includes(String(capacityProvider)))
      throw invalidParameter("The specified capacity provider is not associated with the cluster.");
  const wrong = wrongStrategy(settings.capacityProviderStrategy as readonly StrategyItem[]);
  if (wrong !== undefined) throw invalidParameter(wrong);
  for (const { containerName, containerPort } of settings.loadBalancers) {
    const container = definition.containerDefinitions.find(({ name }) => name === containerName);
    if (container === undefined)
      throw invalidParameter(`The container ${String(containerName)} does not exist in the task definition.`);
    const mappings = (container.portMappings ?? []).filter((mapping) => mapping.containerPort === containerPort);
    if (mappings.length === 0)
      throw invalidParameter(
        `The container ${String(containerName)} did not have a container port ${String(containerPort)} defined.`,
      );
    if (mappings.length > 1)
      throw invalidParameter(
        `Container port ${String(containerPort)} is used in more than one port mapping for container ${String(containerName)}`,
      );
  }
  checkLaunch(definition, settings);
  refusing(() => measuresOf(placementStrategy, ""));
  readRequirements(cluster, definition, { placementConstraints });
}
