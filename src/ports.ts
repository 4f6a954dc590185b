/**
 * What the operations need of AWS, in aiplat's own words: src/aws implements these over the SDK, and nothing else
 * talks to AWS. Every method throws an AiplatError with the request id kept; every method stops when `signal` aborts.
 */
import type { ScalingGroupPort } from "./capacity-ports.ts";
import type { ObservedProvider } from "./core/capacity/observed-capacity.ts";
import type { SecurityGroup } from "./core/capacity/security-groups.ts";
import type { MachineImage, RunningInstances, Subnet } from "./core/doctor/observed-ec2.ts";
import type { Decision, Role, SecretState } from "./core/doctor/observed-account.ts";
import type { DescribedType } from "./core/catalog/instance-types/described-type.ts";
import type { PathParameter } from "./core/catalog/machine-images/ami-history.ts";
import type { ImageReference } from "./core/catalog/container-images/image-reference.ts";
import type { ImageState } from "./core/doctor/observed-image.ts";
import type { ManagedDaemon } from "./core/cluster/managed-daemons.ts";
import type { ContainerInstance } from "./core/cluster/snapshot.ts";
import type { DescribedNodegroup, EksCluster } from "./core/kubernetes/check/snapshot.ts";
import type {
  LaunchTemplateRequest,
  NodegroupRequest,
  PlacementGroupRequest,
} from "./core/kubernetes/nodes/node-group.ts";
import type {
  CapacityProviderStrategyItem,
  Failure,
  RegisteredTaskDefinition,
  RunTaskRequest,
  Tag,
  Task,
  TaskDefinition,
} from "./core/ecs-api/api.ts";
import type { NodegroupUpdate } from "./core/kubernetes/nodes/roll-nodegroup.ts";
import type { OpenedSession } from "./core/ecs/exec-session.ts";
import type { Service, ServiceInput } from "./core/ecs-api/service.ts";
import type { ServiceDeployment, ServiceDeploymentStatus } from "./core/ecs-api/service-deployment.ts";
import type { ServiceUpdate } from "./core/ecs/service-form.ts";

export interface ClusterDescription {
  readonly name: string;
  readonly arn: string;
  readonly status: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly capacityProviders: readonly string[];
  readonly defaultCapacityProviderStrategy: readonly CapacityProviderStrategyItem[];
  /** How many container instances it has, as far as ECS has counted. */
  readonly instances?: number;
  /** How many of its tasks run or are to. */
  readonly tasks?: number;
}

export interface LaunchTemplateReference {
  readonly id: string;
  /** A number, `$Latest` or `$Default`. */
  readonly version: string;
}

/** An Auto Scaling group as DescribeAutoScalingGroups answers it. */
export interface DescribedGroup {
  readonly name: string;
  readonly desired: number;
  readonly max: number;
  /** Of its overrides, else of the instances that it has. */
  readonly instanceTypes: readonly string[];
  readonly launchTemplate?: LaunchTemplateReference;
}

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingGroups.html */
export interface AutoScalingPort extends ScalingGroupPort {
  /** Those that are there. */
  groups(names: readonly string[]): Promise<readonly DescribedGroup[]>;
}

/** A load balancer before a target group, with its listeners. */
export interface LoadBalancer {
  readonly dnsName: string;
  readonly listeners: readonly { readonly protocol: string; readonly port: number }[];
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetGroups.html */
export interface LoadBalancingPort {
  /** By the target group's ARN; a group that is not there, or behind none, has none. */
  loadBalancersOf(targetGroups: readonly string[]): Promise<ReadonlyMap<string, readonly LoadBalancer[]>>;
}

/** What stands in for services that nobody runs. */
export interface SandboxPort {
  /** The URL that answers for each of the services, by name; none where the endpoint is no sandbox of aiplat. */
  urlsOf(cluster: string, services: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

export interface TaskFilter {
  readonly desiredStatus?: "RUNNING" | "STOPPED";
  /** ECS takes it only as the sole filter. */
  readonly startedBy?: string;
  readonly family?: string;
  readonly serviceName?: string;
  /** An ARN or id. */
  readonly containerInstance?: string;
}

export interface ServiceDeploymentFilter {
  readonly statuses?: readonly ServiceDeploymentStatus[];
  /** Milliseconds since the epoch, both. */
  readonly createdAfter?: number;
  readonly createdBefore?: number;
}

/** The history of services, which endpoints that play ECS may not have. */
export interface ServiceDeploymentPort {
  /** Every page, the newest first, without the stage; undefined where the endpoint keeps none. */
  listServiceDeployments(
    cluster: string,
    service: string,
    filter: ServiceDeploymentFilter,
  ): Promise<readonly ServiceDeployment[] | undefined>;
  /** Any number of ARNs, in batches of 20; those that are not there are left out. */
  describeServiceDeployments(arns: readonly string[]): Promise<readonly ServiceDeployment[]>;
  /** Has ECS roll it back to the last revision that was deployed successfully. */
  stopServiceDeployment(arn: string): Promise<void>;
  /**
   * The task definitions of the service's successful deployments, the newest first, at least two where there are as
   * many; undefined where the endpoint keeps none.
   *
   * @param except The ARN of a deployment that does not count: it may succeed while one looks.
   */
  stableDefinitions(cluster: string, service: string, except?: string): Promise<readonly string[] | undefined>;
}

export interface EcsServicePort extends ServiceDeploymentPort {
  /**
   * `clientToken` has at most 36 characters here.
   * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/ECS_Idempotency.html
   */
  createService(input: ServiceInput & { readonly clientToken: string }): Promise<Service>;
  updateService(input: ServiceUpdate): Promise<Service>;
  /** Any number of names or ARNs, in batches of 10; those that the cluster does not have are left out. */
  describeServices(cluster: string, services: readonly string[]): Promise<readonly Service[]>;
  /** ARNs, every page. */
  listServices(cluster: string, filter?: { readonly schedulingStrategy: "DAEMON" }): Promise<readonly string[]>;
  /** The daemons that the cluster's Managed Instances run; undefined where the endpoint knows none. */
  managedDaemons(clusterArn: string): Promise<readonly ManagedDaemon[] | undefined>;
  /** `force` deletes it with the tasks it has. */
  deleteService(cluster: string, service: string, options: { readonly force: boolean }): Promise<Service>;
  tagResource(arn: string, tags: readonly Tag[]): Promise<void>;
}

export interface ExecRequest {
  readonly cluster: string;
  readonly task: string;
  readonly container: string;
  /** One line, as a shell splits it into words. */
  readonly command: string;
}

/** Hears of one page of a list; what it throws ends the listing. */
export type PageListener = (arns: readonly string[]) => void;

export interface EcsPort extends EcsServicePort {
  /** Where it is: errors name it. */
  readonly region: string;
  /** ARNs, every page. */
  listClusters(): Promise<readonly string[]>;
  describeCluster(cluster: string): Promise<ClusterDescription | undefined>;
  /** Sets the whole list and the default strategy: what is not named is taken out. Waits for nothing. */
  putCapacityProviders(
    cluster: string,
    providers: readonly string[],
    strategy: readonly CapacityProviderStrategyItem[],
  ): Promise<void>;
  /** Any number of names, in batches of 10; those that are not there are left out. */
  describeCapacityProviders(names: readonly string[], cluster: string): Promise<readonly ObservedProvider[]>;
  registerTaskDefinition(definition: TaskDefinition): Promise<RegisteredTaskDefinition>;
  /** The definition by family (latest ACTIVE revision), family:revision or ARN; undefined when there is none. */
  describeTaskDefinition(reference: string): Promise<RegisteredTaskDefinition | undefined>;
  runTask(request: RunTaskRequest): Promise<{ readonly tasks: readonly Task[]; readonly failures: readonly Failure[] }>;
  /** ARNs, every page; `onPage` hears of each as it comes. */
  listTasks(cluster: string, filter: TaskFilter, onPage?: PageListener): Promise<readonly string[]>;
  /** Any number of ARNs or ids, in batches of 100. */
  describeTasks(
    cluster: string,
    tasks: readonly string[],
  ): Promise<{ readonly tasks: readonly Task[]; readonly failures: readonly Failure[] }>;
  stopTask(cluster: string, task: string, reason: string): Promise<Task>;
  /** Opens a session in a container of a running task, for the session-manager plugin. */
  executeCommand(request: ExecRequest): Promise<OpenedSession>;
  /** `filter` is a text of the cluster query language. */
  listContainerInstances(
    cluster: string,
    filter?: { readonly status?: string; readonly filter?: string },
    onPage?: PageListener,
  ): Promise<readonly string[]>;
  describeContainerInstances(cluster: string, arns: readonly string[]): Promise<readonly ContainerInstance[]>;
  /** Sets the container instance to DRAINING: it gets no more tasks, and ECS moves those of services. */
  drainInstance(cluster: string, arn: string): Promise<void>;
  /** Sets one that drains back to ACTIVE. */
  activateInstance(cluster: string, arn: string): Promise<void>;
}

export interface SsmPort {
  /** What stands directly under a path, or below it too; every page. None where there is no such path. */
  getParametersByPath(path: string, options: { readonly recursive: boolean }): Promise<readonly PathParameter[]>;
  /** Values by parameter name, in batches of 10; names that the region does not have are in `missing`. */
  getParameters(
    names: readonly string[],
  ): Promise<{ readonly values: ReadonlyMap<string, string>; readonly missing: readonly string[] }>;
}

export interface LogEvent {
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly message: string;
}

export interface LogGroupsPort {
  hasGroup(name: string): Promise<boolean>;
  /** Whether it was made: false for one that is there already. */
  createGroup(name: string, tags: Readonly<Record<string, string>>): Promise<boolean>;
  keepFor(name: string, days: number): Promise<void>;
}

export interface LogsPort {
  /**
   * One page of a stream's events in order, after `token` or from the start; none before `since` (milliseconds since
   * the epoch). The end of what is there answers the token it was asked with. Undefined
   * when group or stream is not there yet.
   */
  getEvents(
    group: string,
    stream: string,
    position?: { readonly token?: string; readonly since?: number },
  ): Promise<{ readonly events: readonly LogEvent[]; readonly token: string } | undefined>;
}

export interface StsPort {
  callerIdentity(): Promise<{ readonly account: string; readonly arn: string }>;
}

export interface IamPort {
  /** Undefined where the account has none of that name. */
  role(name: string): Promise<Role | undefined>;
  /** What the principal's policies say of each action on the resource. */
  simulate(principalArn: string, actions: readonly string[], resource: string): Promise<ReadonlyMap<string, Decision>>;
}

export interface EcrPort {
  /** An image of a private ECR registry of this region. */
  findImage(image: ImageReference): Promise<ImageState>;
}

/** Registries that speak the OCI distribution API, asked without credentials. */
export interface RegistryPort {
  findImage(image: ImageReference): Promise<ImageState>;
}

export interface SecretsPort {
  /** Undefined where there is no such secret. Never its value. */
  describeSecret(arn: string): Promise<SecretState | undefined>;
}

export interface QuotasPort {
  /** The quota's value for this account, else AWS's default; undefined where there is none of that code. */
  ec2Quota(code: string): Promise<number | undefined>;
}

/** What EC2 has, for those who only look. What is not there is left out of the answers. */
export interface Ec2ReadPort {
  /** Every type of the region, with or without an accelerator. */
  instanceTypes(): Promise<readonly DescribedType[]>;
  images(ids: readonly string[]): Promise<readonly MachineImage[]>;
  /** Pending and running ones that count against quotas of vCPUs: no Capacity Blocks, no Dedicated Hosts. */
  runningInstances(): Promise<readonly RunningInstances[]>;
  /** The instance type of a launch template's version; undefined where it names none, or there is no such template. */
  launchTemplateType(reference: LaunchTemplateReference): Promise<string | undefined>;
  subnets(ids: readonly string[]): Promise<readonly Subnet[]>;
  /** The availability zones of the region that offer each of these types. */
  zonesOffering(instanceTypes: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
  securityGroups(ids: readonly string[]): Promise<readonly SecurityGroup[]>;
  /** The private addresses of instances, by instance id; those that are not there are left out. */
  privateAddresses(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

export interface NodegroupName {
  readonly cluster: string;
  readonly nodegroup: string;
}

export interface EksPort {
  describeCluster(name: string): Promise<EksCluster>;
  listNodegroups(cluster: string): Promise<readonly string[]>;
  /** Undefined when the cluster has none of that name. */
  describeNodegroup(cluster: string, name: string): Promise<DescribedNodegroup | undefined>;
  createNodegroup(request: NodegroupRequest, clientToken: string): Promise<DescribedNodegroup>;
  /** Begins to replace its nodes; `force` ends pods that cannot be evicted. The same token begins it once. */
  updateNodegroupVersion(
    nodegroup: NodegroupName,
    request: { readonly version: string; readonly releaseVersion: string; readonly force: boolean },
    clientToken: string,
  ): Promise<NodegroupUpdate>;
  /** The ids of its updates, of every kind and state. */
  listUpdates(nodegroup: NodegroupName): Promise<readonly string[]>;
  describeUpdate(nodegroup: NodegroupName, id: string): Promise<NodegroupUpdate>;
}

/** One version of a launch template, in the API's own words. */
export type LaunchTemplateVersion = Readonly<Record<string, unknown>>;

export interface Ec2Port {
  /** The data of a version (`$Default` and `$Latest` too); undefined where there is no such template. */
  launchTemplateVersion(
    template: { readonly id: string } | { readonly name: string },
    version: string,
  ): Promise<LaunchTemplateVersion | undefined>;
  createLaunchTemplate(request: LaunchTemplateRequest, clientToken: string): Promise<void>;
  /** Its strategy; undefined where there is no such group. */
  placementGroupStrategy(name: string): Promise<string | undefined>;
  createPlacementGroup(request: PlacementGroupRequest): Promise<void>;
}

export interface KubectlAnswer {
  /** kubectl's exit code. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The kubectl on the PATH, with the kubeconfig, context and namespace that the user named. */
export interface KubectlPort {
  /** @throws AiplatError where there is no kubectl. */
  run(args: readonly string[], input?: string): Promise<KubectlAnswer>;
}
