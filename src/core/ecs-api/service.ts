/** What aiplat reads in ECS's services. */
import { present } from "../base/present.ts";
import type { BreakerThreshold } from "./deployment-limits.ts";
import type { Deployment, DeploymentConfiguration, Service, ServiceInput } from "./schema/service.ts";
import type { Task } from "./api.ts";

export type { Deployment, DeploymentConfiguration, Service, ServiceEvent, ServiceInput } from "./schema/service.ts";

/** How a deployment may proceed. */
export interface DeploymentSettings {
  readonly strategy: string;
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  readonly daemon: boolean;
  /** The percentage of healthy new tasks at which ECS calls a rolling update successful; left out where it is all. */
  readonly healthyPercent?: number;
  /** The circuit breaker of a rolling update, where it is on: from `breakerThreshold` failures on it ends the update. */
  readonly breaker?: { readonly rollback: boolean; readonly threshold?: BreakerThreshold };
}

/** The settings with ECS's defaults: 100 and 200 for a replica service, 0 and 100 for a DAEMON. */
export function deploymentSettingsOf({
  deploymentConfiguration: given,
  schedulingStrategy,
}: Pick<ServiceInput, "deploymentConfiguration" | "schedulingStrategy">): DeploymentSettings {
  const daemon = schedulingStrategy === "DAEMON";
  return {
    strategy: given?.strategy ?? "ROLLING",
    minimumHealthyPercent: given?.minimumHealthyPercent ?? (daemon ? 0 : 100),
    maximumPercent: given?.maximumPercent ?? (daemon ? 100 : 200),
    daemon,
    ...present({ healthyPercent: earlySuccessOf(given)?.healthyPercent, breaker: breakerOf(given) }),
  };
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentCircuitBreaker.html */
function breakerOf({
  strategy = "ROLLING",
  deploymentCircuitBreaker: breaker,
}: DeploymentConfiguration = {}): DeploymentSettings["breaker"] {
  if (strategy !== "ROLLING" || breaker?.enable !== true) return undefined;
  return { rollback: breaker.rollback === true, ...present({ threshold: breaker.thresholdConfiguration }) };
}

/**
 * By what ECS calls a rolling update successful before all of its tasks run; undefined where it does not.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentEarlySuccessCriteria.html
 */
export function earlySuccessOf({ strategy = "ROLLING", earlySuccessCriteria: early }: DeploymentConfiguration = {}):
  | { readonly healthyPercent: number }
  | undefined {
  return strategy === "ROLLING" && early?.enable === true ? { healthyPercent: early.healthyPercent ?? 100 } : undefined;
}

/** Whether capacity providers start its tasks, which may add machines for them. */
export function hasProviders(service: Service): boolean {
  const strategy = service["capacityProviderStrategy"];
  return Array.isArray(strategy) && strategy.length > 0;
}

/** The deployment that the service is moving to, or has reached. */
export function primaryOf(service: Pick<Service, "deployments">): Deployment | undefined {
  return service.deployments.find(({ status }) => status === "PRIMARY");
}

/** The group that a service's tasks are in, which cannot be changed. */
export function groupOfService(serviceName: string): string {
  return `service:${serviceName}`;
}

/** By this tag everything of a workload is found. */
export const workloadTag = "aiplat:workload";

/** This tag says which slot of its instance type a variant is, or who chooses its devices. */
export const slotTagKey = "aiplat:slot";

/** On a service: what its deployments may take away and add, in replicas. */
export const rolloutTag = "aiplat:rollout";

/** Tags whose key is this and a service's name say that a service was made to take that one's place. */
export const replacesTag = "aiplat:replaces:";

/** Tags whose key is this and a service's name say that that one was deleted, and nothing made to take its place. */
export const deletedTag = "aiplat:deleted:";

/** The services of a workload that are not deleted: by their tag, and by name those that somebody else has made. */
export function servicesOf(
  services: readonly Service[],
  workload: string,
  names: readonly string[],
): readonly Service[] {
  const ours = ({ serviceName, tags }: Service) => {
    const tag = tags?.find(({ key }) => key === workloadTag)?.value;
    return tag === undefined ? names.includes(serviceName) : tag === workload;
  };
  return services
    .filter((service) => service.status === "ACTIVE" && ours(service))
    .toSorted((one, other) => one.serviceName.localeCompare(other.serviceName, "en", { numeric: true }));
}

/** Whether a task is of one of the ECS services that make up the workload of this name. */
export function isOfService({ group = "", tags = [] }: Task, workload: string): boolean {
  return (
    group.startsWith("service:") &&
    (group === groupOfService(workload) || tags.some(({ key, value }) => key === workloadTag && value === workload))
  );
}
