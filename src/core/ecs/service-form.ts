import { isRaw, mergeRaw, type Raw } from "../base/merge.ts";
import { diffNormalForms, type Change } from "./diff.ts";
import type { FieldTree } from "./generated-fields.ts";
import { orderItems } from "./list-items.ts";
import type { ServiceUpdate } from "../ecs-api/schema/service.ts";
import { deletedTag, primaryOf, replacesTag, type Service, type ServiceInput } from "../ecs-api/service.ts";

/** The fields of a service that aiplat itself can write, the raw fields aside. */
export const generatedServiceFields: FieldTree = {
  taskDefinition: true,
  desiredCount: true,
  launchType: true,
  capacityProviderStrategy: true,
  loadBalancers: { targetGroupArn: true, containerName: true, containerPort: true },
  deploymentConfiguration: {
    maximumPercent: true,
    minimumHealthyPercent: true,
    deploymentCircuitBreaker: { enable: true, rollback: true },
  },
  placementConstraints: true,
  networkConfiguration: true,
  healthCheckGracePeriodSeconds: true,
  enableExecuteCommand: true,
  availabilityZoneRebalancing: true,
  propagateTags: true,
  volumeConfigurations: {
    name: true,
    managedEBSVolume: { roleArn: true, volumeType: true, sizeInGiB: true, snapshotId: true },
  },
  tags: true,
};

/** What names the service, and what ECS says of it. */
const notSettings: ReadonlySet<string> = new Set([
  "cluster",
  "clusterArn",
  "serviceName",
  "serviceArn",
  "clientToken",
  "status",
  "runningCount",
  "pendingCount",
  "deployments",
  "taskSets",
  "events",
  "createdAt",
  "createdBy",
  "role",
  "roleArn",
  "platformFamily",
  "currentServiceDeployment",
  "currentServiceRevisions",
  "resourceManagementType",
]);

/** Settings that DescribeServices shows with the newest deployment only. */
const settingsOfDeployment = [
  "serviceConnectConfiguration",
  "volumeConfigurations",
  "vpcLatticeConfigurations",
] as const;

/** What ECS takes where a field is left out, by the kind of object that the field is in. */
const defaults: Readonly<Record<string, Raw>> = {
  service: {
    schedulingStrategy: "REPLICA",
    enableECSManagedTags: false,
    enableExecuteCommand: false,
    healthCheckGracePeriodSeconds: 0,
    propagateTags: "NONE",
    availabilityZoneRebalancing: "DISABLED",
    platformVersion: "",
  },
  deploymentController: { type: "ECS" },
  // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
  deploymentConfiguration: { strategy: "ROLLING", bakeTimeInMinutes: 0 },
  deploymentCircuitBreaker: { enable: false, rollback: false },
  awsvpcConfiguration: { assignPublicIp: "DISABLED" },
  capacityProviderStrategy: { base: 0, weight: 0 },
  serviceConnectConfiguration: { enabled: false },
  // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceManagedEBSVolumeConfiguration.html
  managedEBSVolume: { encrypted: true, filesystemType: "xfs" },
};

/**
 * The normal form of a service: equal for the input of CreateService and what DescribeServices answers for it. A list
 * of placement strategies keeps its order, which means something.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Service.html
 */
export function normalService(service: Raw): Raw {
  const settings = Object.fromEntries(
    Object.entries(withSettingsOfDeployment(service)).filter(([name]) => !notSettings.has(name)),
  );
  // ECS shows a launch type only where there is no strategy.
  if (Array.isArray(settings["capacityProviderStrategy"]) && settings["capacityProviderStrategy"].length > 0)
    delete settings["launchType"];
  const daemon = settings["schedulingStrategy"] === "DAEMON";
  if (daemon) delete settings["desiredCount"];
  const percentages = { maximumPercent: daemon ? 100 : 200, minimumHealthyPercent: daemon ? 0 : 100 };
  const given = settings["deploymentConfiguration"];
  return normalObject(
    { ...settings, deploymentConfiguration: { ...percentages, ...(isRaw(given) ? given : {}) } },
    "service",
  );
}

/** A live service with what only its newest deployment shows. */
function withSettingsOfDeployment(service: Raw): Raw {
  const primary = Array.isArray(service["deployments"]) ? primaryOf(service as unknown as Service) : undefined;
  const lifted = Object.fromEntries(
    settingsOfDeployment.flatMap((name) => (primary?.[name] === undefined ? [] : [[name, primary[name]]])),
  );
  return { ...lifted, ...service };
}

function normalObject(object: Raw, kind: string): Raw {
  const known = Object.hasOwn(defaults, kind) ? defaults[kind]! : {};
  const kept = Object.entries(object)
    .map(([name, value]) => [name, normalValue(name, value)] as const)
    .filter(([name, value]) => value !== undefined && !(Object.hasOwn(known, name) && known[name] === value));
  return Object.fromEntries(kept.sort(([one], [other]) => (one < other ? -1 : 1)));
}

function normalValue(name: string, value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (Array.isArray(value)) {
    const items = value
      .filter((item) => name !== "tags" || !isRecord(item))
      .map((item) => (isRaw(item) ? normalObject(item, name) : item));
    return items.length === 0 ? undefined : orderItems(name, items);
  }
  if (!isRaw(value)) return value;
  const normal = normalObject(value, name);
  return Object.keys(normal).length === 0 ? undefined : normal;
}

/** A tag that remembers what was there before: it says how the service came to be, not what it is. */
function isRecord(tag: unknown): boolean {
  return isRaw(tag) && [replacesTag, deletedTag].some((prefix) => String(tag["key"]).startsWith(prefix));
}

/**
 * What deploying `declared` would change in the live service, field by field. Fields that only the live service has
 * count where aiplat could have written them. What the file leaves to ECS (`desiredCount: null`) stays as it is.
 *
 * @param only The fields that are known of the live service; all where left out.
 */
export function diffService(declared: ServiceInput, live: Raw, only?: readonly string[]): readonly Change[] {
  const known = (service: Raw) =>
    only === undefined ? service : Object.fromEntries(Object.entries(service).filter(([name]) => only.includes(name)));
  const left = leftToEcs(declared);
  const before = Object.entries(known(normalService(live))).filter(([name]) => !left.includes(name));
  return diffNormalForms(Object.fromEntries(before), known(normalService(declared)), generatedServiceFields);
}

/**
 * The fields that ECS sets where they are left out, and keeps: aiplat writes them all, and raw fields that delete one
 * (`launchType: null`) leave the choice to ECS.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html
 */
function leftToEcs(declared: Raw): readonly string[] {
  const chosen = [["desiredCount"], ["availabilityZoneRebalancing"], ["launchType", "capacityProviderStrategy"]];
  return chosen.filter((names) => names.every((name) => declared[name] === undefined)).flat();
}

/** The top-level field that a change is in. */
export function fieldOf({ path }: Pick<Change, "path">): string {
  return /^[A-Za-z_][\w-]*/.exec(path)?.[0] ?? path;
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html has no word for these. */
const fixed: ReadonlySet<string> = new Set(["launchType", "schedulingStrategy"]);

/**
 * The changes that no update can make: the service has to be deleted and created again. A network configuration can be
 * another one, and not be taken away.
 */
export function unchangeable(changes: readonly Change[]): readonly Change[] {
  return changes.filter((change) =>
    change.kind === "removed" ? change.path === "networkConfiguration" : fixed.has(fieldOf(change)),
  );
}

export type { ServiceUpdate };

/**
 * The UpdateService input that makes the changes: the fields that change and no other. Within an object, what only the
 * live service has stays where aiplat has no word for it.
 */
export function updateInput(
  declared: ServiceInput,
  live: Raw,
  changes: readonly Change[],
  { force = false }: { readonly force?: boolean } = {},
): ServiceUpdate | undefined {
  const names = [...new Set(changes.map(fieldOf))].filter((name) => name !== "tags" && name !== "launchType");
  if (names.length === 0 && !force) return undefined;
  // Tasks that run stay on the old strategy until they are replaced.
  const restarts = force || names.includes("capacityProviderStrategy");
  const removedIn = (name: string) =>
    changes.flatMap(({ path, kind }) =>
      kind === "removed" && path.startsWith(`${name}.`) && !path.includes("[")
        ? [path.slice(name.length + 1).split(".")]
        : [],
    );
  const whole = withSettingsOfDeployment(live);
  return {
    cluster: declared.cluster,
    service: declared.serviceName,
    ...Object.fromEntries(names.map((name) => [name, updated(name, declared[name], whole[name], removedIn(name))])),
    ...(restarts ? { forceNewDeployment: true } : {}),
  };
}

function updated(name: string, declared: unknown, live: unknown, removed: readonly (readonly string[])[]): unknown {
  if (isRaw(declared))
    return isRaw(live)
      ? removed.reduce((object, path) => without(object, path, name), mergeRaw(live, declared, {}))
      : declared;
  return declared ?? nothingFor(name, live, "service");
}

/** The object without what a path leads to, or with what stands for nothing there. */
function without(object: Raw, [name = "", ...rest]: readonly string[], kind: string): Raw {
  const { [name]: value, ...others } = object;
  const left = rest.length > 0 && isRaw(value) ? without(value, rest, name) : nothingFor(name, value, kind);
  return left === undefined ? others : { ...others, [name]: left };
}

/**
 * What UpdateService takes for a field that is to be removed: left out, it would stay. Undefined where nothing stands
 * for it.
 */
function nothingFor(name: string, live: unknown, kind: string): unknown {
  const known = Object.hasOwn(defaults, kind) ? defaults[kind]! : {};
  if (Object.hasOwn(known, name)) return known[name];
  if (Array.isArray(live)) return [];
  if (isRaw(live)) return Object.hasOwn(defaults, name) ? defaults[name] : undefined;
  if (typeof live === "boolean") return false;
  return typeof live === "number" ? 0 : undefined;
}

/**
 * The fields of which UpdateService's page says "This parameter triggers a new service deployment". Of most others
 * it says that they don't: placement, execute command and how a deployment goes are for tasks and deployments to come.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html
 */
export const redeployingFields: ReadonlySet<string> = new Set([
  "taskDefinition",
  "networkConfiguration",
  "loadBalancers",
  "platformVersion",
  "serviceRegistries",
  "serviceConnectConfiguration",
  "volumeConfigurations",
  "vpcLatticeConfigurations",
]);

/**
 * Whether an update by these changes replaces the service's tasks. For another strategy of capacity providers
 * `updateInput` forces it.
 */
export function startsDeployment(changes: readonly Change[], force: boolean): boolean {
  return (
    force || changes.map(fieldOf).some((field) => redeployingFields.has(field) || field === "capacityProviderStrategy")
  );
}
