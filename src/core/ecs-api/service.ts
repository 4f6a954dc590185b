/**
 * The parts of ECS services that aiplat reads and writes. A described service stays as it came over the wire, so that
 * fields newer than aiplat stay in it; only its dates become milliseconds.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Service.html
 */
import type { NetworkConfiguration, PlacementConstraint, Tag } from "./api.ts";

export interface DeploymentConfiguration {
  readonly strategy?: string;
  readonly minimumHealthyPercent?: number;
  readonly maximumPercent?: number;
  readonly deploymentCircuitBreaker?: { readonly enable: boolean; readonly rollback: boolean };
  readonly [raw: string]: unknown;
}

/** What CreateService takes; a subset of it is what UpdateService takes. */
export interface ServiceInput {
  readonly cluster: string;
  readonly serviceName: string;
  /** Family, family:revision or ARN. */
  readonly taskDefinition: string;
  /** Undefined where an update leaves it alone, and for a DAEMON. */
  readonly desiredCount?: number;
  readonly launchType?: string;
  readonly capacityProviderStrategy?: readonly {
    readonly capacityProvider: string;
    readonly weight?: number;
    readonly base?: number;
  }[];
  readonly deploymentConfiguration?: DeploymentConfiguration;
  readonly placementConstraints?: readonly PlacementConstraint[];
  readonly networkConfiguration?: NetworkConfiguration;
  readonly schedulingStrategy?: string;
  readonly tags?: readonly Tag[];
  readonly [raw: string]: unknown;
}

export interface ServiceEvent {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly message: string;
}

export interface Deployment {
  readonly id: string;
  /** PRIMARY is the newest; ACTIVE ones are being replaced. */
  readonly status: string;
  readonly taskDefinition: string;
  readonly desiredCount: number;
  readonly pendingCount: number;
  readonly runningCount: number;
  readonly failedTasks?: number;
  readonly rolloutState?: string;
  readonly rolloutStateReason?: string;
  readonly createdAt?: number;
  readonly [raw: string]: unknown;
}

/** A service as DescribeServices, CreateService and UpdateService answer it. */
export interface Service {
  readonly serviceArn: string;
  readonly serviceName: string;
  readonly status: string;
  readonly desiredCount: number;
  readonly runningCount: number;
  readonly pendingCount: number;
  readonly taskDefinition: string;
  readonly deployments: readonly Deployment[];
  readonly events: readonly ServiceEvent[];
  readonly deploymentConfiguration?: DeploymentConfiguration;
  readonly schedulingStrategy?: string;
  readonly placementConstraints?: readonly PlacementConstraint[];
  readonly tags?: readonly Tag[];
  readonly [raw: string]: unknown;
}

/** How a deployment may proceed. */
export interface DeploymentSettings {
  readonly strategy: string;
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  readonly daemon: boolean;
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
  };
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

/** Tags whose key is this and a service's name say that a service was made to take that one's place. */
export const replacesTag = "aiplat:replaces:";

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
