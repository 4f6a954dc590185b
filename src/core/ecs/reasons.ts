/**
 * What ECS means by the short reasons it gives, and what to do about each: the `reason` of a failure in an answer, a
 * task's `stoppedReason` and `stopCode`, and a container's `reason`.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
 */

export interface Explanation {
  /** What it means, in one sentence without its full stop. */
  readonly what: string;
  /** What to do about it. */
  readonly hint: string;
}

type Row = readonly [pattern: RegExp, what: string, hint: string];

/** Why no instance took the task. */
const placement: readonly Row[] = [
  [
    /^RESOURCE:CPU/,
    "no instance has enough CPU left",
    "Add an instance, stop a task, or ask for less (resources.cpu, --cpu).",
  ],
  [
    /^RESOURCE:MEMORY/,
    "no instance has enough memory left",
    "Add an instance, stop a task, or ask for less (resources.memory, --memory).",
  ],
  // A UDP clash may read RESOURCE:PORTS or RESOURCE:PORTS_UDP: no page says which.
  [
    /^RESOURCE:PORTS/,
    "a host port of the task is taken on every instance that fits: aiplat reserves one for each Neuron device, so the devices are held by other tasks",
    "Stop the tasks that hold the devices (aiplat task list shows them), add an instance, or ask for fewer devices. If it is a port of your own, leave ports[].host out and ECS picks a free one.",
  ],
  [
    /^RESOURCE:ENI/,
    "no instance has a network interface left for a task in awsvpc mode",
    "Use network mode bridge, add an instance, or switch on the account setting awsvpcTrunking.",
  ],
  [
    /^RESOURCE:GPU/,
    "no instance has enough GPUs left",
    "Add an instance, stop a task, or ask for fewer (accelerator.devicesPerReplica, --devices).",
  ],
  [
    /^RESOURCE:/,
    "no instance has enough of a resource left that the task asks for",
    "Add an instance, stop a task, or ask for less.",
  ],
  [
    /^AGENT$/,
    "the instance's ECS agent is not connected",
    "Look at the agent on the instance (systemctl status ecs): its role, its route to the ECS endpoints, ECS_CLUSTER. Or replace the instance.",
  ],
  [
    /^ATTRIBUTE$/,
    "the instance lacks something the task requires, often a newer agent or a driver",
    "Replace the instance with one on the current machine image (aiplat ami latest).",
  ],
  [
    /^LOCATION$/,
    "the instance is in another availability zone than the task's subnets",
    "Give a subnet in each zone that has instances (ecs.network.subnets, --network-configuration).",
  ],
  [/^INACTIVE$/, "the container instance has left the cluster", "Run it again: another instance is chosen."],
  [
    /^MISSING$/,
    "ECS does not know it: it is gone, or in another cluster or region",
    "Check --cluster and --region. ECS forgets a stopped task after about an hour.",
  ],
  [
    /^MemberOf placement constraint unsatisfied/i,
    "no instance satisfies the task's placement constraints, such as the instance type it was made for",
    "Add an instance of that type to the cluster, or name a type the cluster has (accelerator.instanceTypes, --instance-type).",
  ],
  [
    /^DistinctInstance placement constraint unsatisfied/i,
    "every instance that fits already runs a task of the same group",
    "Add an instance, or wait for a task of the group to stop.",
  ],
  [
    /^No Container Instances were found in your cluster/i,
    "the cluster has no instance to run on",
    "Launch one with the right image (aiplat ami latest). If instances never start, the account may lack vCPU quota for the family (G, VT, Trn, Inf): look in Service Quotas.",
  ],
  [
    /^NO ACTIVE INSTANCES$/,
    "the capacity provider has no active instance",
    "Look at the Auto Scaling group: its desired size, failed launches, and whether its instances join this cluster.",
  ],
  [
    /^EMPTY CAPACITY PROVIDER$/,
    "the capacity provider has no instance that could take the task, and could not get one",
    "Look at the Auto Scaling group: its maximum size, its instance type and failed launches. Managed scaling does not see Neuron devices.",
  ],
  [
    /VcpuLimitExceeded|vCPU (?:capacity|limit)/i,
    "the account's vCPU quota for the family is used up",
    "Ask for a higher quota in Service Quotas, EC2, or stop instances.",
  ],
  [
    /InsufficientInstanceCapacity|capacity is unavailable/i,
    "AWS has no capacity of that instance type there now",
    "Try another availability zone, region or instance type, or try again later.",
  ],
];

/** Why a container did not start. */
const start: readonly Row[] = [
  [
    /CannotPull\w*Error.*(?:no matching manifest|does not match the specified platform)/is,
    "the image does not exist for the instance's architecture",
    "Build it for the instance's architecture: linux/amd64 on every Neuron type.",
  ],
  [
    /CannotPull\w*Error.*no space left/is,
    "the instance's disk is too full for the image",
    "Give the instance a larger root volume (Neuron images take 10 to 20 GB), or remove unused images.",
  ],
  [
    /CannotPull\w*Error.*(?:toomanyrequests|rate limit)/is,
    "the registry limits how often it is asked",
    "Copy the image to Amazon ECR, or sign in to the registry.",
  ],
  [
    /CannotPull\w*Error.*(?:not authorized|AccessDenied|denied|no basic auth|\b40[13]\b)/is,
    "the registry refused the image, or the repository does not exist",
    "Check the image's name. For Amazon ECR the instance role or the execution role needs ecr:GetAuthorizationToken and ecr:BatchGetImage.",
  ],
  [
    /CannotPull\w*Error.*(?:manifest unknown|not found)/is,
    "there is no such image or tag",
    "Check the image's name and tag; Deep Learning Containers exist only in some regions' registries.",
  ],
  [
    /CannotPull\w*Error/,
    "the image could not be pulled",
    "Check the image's name, and the instance's route to the registry (NAT gateway or VPC endpoints).",
  ],
  [
    /gathering device information while adding custom device/,
    "the instance has no such device",
    "The task was made for another instance type, or the image has no Neuron driver: use the Neuron machine image (aiplat ami latest) and let aiplat constrain the instance type.",
  ],
  [
    /could not select device driver|unknown or invalid runtime name: nvidia|nvidia-container-cli/,
    "the instance has no working NVIDIA container runtime",
    "Use the ECS GPU machine image (aiplat ami latest --accelerator nvidia).",
  ],
  [
    /port is already allocated|address already in use/,
    "something that ECS does not know of holds a port on the instance",
    "Look for processes or containers started by hand on the instance.",
  ],
  [
    /initialize logging driver|Cloudwatch log|log group does not exist/i,
    "the container's logging could not start",
    "Check that the log group exists, and that the instance role or the execution role may write to it (logs:CreateLogStream, logs:PutLogEvents; logs:CreateLogGroup to create it).",
  ],
  [
    /amazon-ecs-volume-plugin.*not found/i,
    "the instance's agent has no volume plugin, which mounts EFS",
    "Start it on the instance (systemctl enable --now amazon-ecs-volume-plugin), or use an ECS machine image (aiplat ami latest).",
  ],
  [
    /VolumeDriver\.Create|EFS utils command/i,
    "a file system could not be mounted",
    "Check its id, that it has a mount target in the instance's zone whose security group lets NFS (2049) in, that the VPC resolves DNS names, and what the task role may do (elasticfilesystem:ClientMount).",
  ],
  [
    /infrastructure role|EBS volume/i,
    "the EBS volume could not be made or attached",
    "The volume's role (ebs.role) must trust ecs.amazonaws.com and have AmazonECSInfrastructureRolePolicyForVolumes; the snapshot must be of an xfs file system and in this region.",
  ],
  [
    /unable to pull secrets|fetching secret|(?:secretsmanager|ssm).*(?:AccessDenied|not authorized)/is,
    "the secrets could not be read",
    "The execution role (roles.execution) must be allowed to read each secret, and its KMS key.",
  ],
  [
    /exec format error/,
    "the image is for another architecture",
    "Build it for the instance's architecture: linux/amd64 on every Neuron type.",
  ],
  [
    /executable file not found|exec: .*no such file/,
    "the command does not exist in the image",
    "Check the command (command:, or what follows --) against the image.",
  ],
  [
    /OutOfMemory/,
    "the container used more memory than it may have, and was killed",
    "Give it more (resources.memory, --memory) or more devices: the default is the devices' share of the instance.",
  ],
  [
    /(?:Docker|ContainerRuntime)TimeoutError/,
    "the container did not start or stop in time",
    "Look at the instance's disk and load; a large image on a slow volume is the usual cause.",
  ],
  [/CannotCreateVolumeError/, "a volume could not be made", "Check the volumes of the task definition."],
  [
    /Cannot(?:Create|Start)\w*ContainerError|CannotStartContainerError|CannotCreateContainerError/,
    "the container could not be started",
    "The text after the error's name comes from Docker on the instance; /var/log/ecs has more.",
  ],
  [
    /ResourceInitializationError/,
    "something the task needs could not be prepared: a secret, a volume, a network interface or the logging",
    "The text after the error's name says which; check the execution role and the subnets' routes.",
  ],
  [
    /Timeout waiting for network interface/i,
    "the task's network interface was not ready in time",
    "Run it again; if it happens again, look for free addresses in the subnets.",
  ],
];

/** Why a task that ran has stopped. */
const stop: readonly Row[] = [
  [
    /^(?:Essential container in task exited|EssentialContainerExited)/,
    "an essential container ended, and the task with it",
    "Its exit code and its log say why: aiplat task logs.",
  ],
  [
    /^(?:Scaling activity initiated by|ServiceSchedulerInitiated)/,
    "its service stopped it, to scale or to deploy",
    "That is how services work; nothing to do.",
  ],
  [
    /^Task failed ELB health checks/,
    "the load balancer found it unhealthy",
    "Check the health path and port; a model that loads slowly needs health.startSeconds.",
  ],
  [
    /^Task failed container health checks/,
    "its container health check failed",
    "Check health.path and health.port; a model that loads slowly needs health.startSeconds.",
  ],
  [
    /^Host EC2 .*(?:stopped|terminated)/,
    "its instance was stopped or terminated",
    "Run it again. If a Spot or scaling event took the instance, use On-Demand capacity or managed termination protection.",
  ],
  [
    /^Container instance deregistration forced/,
    "its instance was taken out of the cluster by force",
    "Run it again on another instance.",
  ],
  [
    /^(?:Your Spot Task was interrupted|SpotInterruption|TerminationNotice)/,
    "EC2 took the Spot instance back",
    "Run it again, or use On-Demand capacity.",
  ],
  [/^InfrastructureHealth/, "AWS found its host unhealthy", "Run it again."],
  [/^(?:Task stopped by|UserInitiated)/, "someone stopped it", "Run it again if that was not meant."],
];

const rows = [...placement, ...start, ...stop];

/** Whether the reason is that there was no place for the task, now or within its capacity provider's time. */
export function isAboutPlacement(reason: string): boolean {
  const text = withoutPrefix(reason);
  return placement.some(([pattern]) => pattern.test(text));
}

/** "TaskFailedToStart: EMPTY CAPACITY PROVIDER": the prefix says no more than that it did not start. */
function withoutPrefix(reason: string): string {
  return reason.trim().replace(/^TaskFailedToStart:?\s*/, "");
}

/**
 * What a reason of ECS means and what to do; a reason that aiplat does not know is given back with where AWS explains
 * it.
 */
export function explainReason(reason: string): Explanation {
  const text = withoutPrefix(reason);
  if (text === "")
    return { what: "the task did not start", hint: "Look at the reasons of its containers: aws ecs describe-tasks." };
  for (const [pattern, what, hint] of rows) if (pattern.test(text)) return { what, hint };
  return {
    what: text.replace(/\.$/, ""),
    hint: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html lists the reasons.",
  };
}

/**
 * Docker's and the shell's reserved codes: 128 + n is signal n.
 * https://docs.docker.com/engine/containers/run/#exit-status
 */
const exitCodes: Readonly<Record<number, Explanation>> = {
  126: { what: "the command cannot be executed", hint: "Check its permissions in the image." },
  127: {
    what: "the command was not found",
    hint: "Check the command (command:, or what follows --) against the image.",
  },
  132: { what: "an instruction the CPU does not have", hint: "The image was built for a newer CPU." },
  134: { what: "the program aborted", hint: "Its log says why: aiplat task logs." },
  137: {
    what: "killed (SIGKILL): out of memory, or not stopped in time",
    hint: "If it ran out of memory, give it more (resources.memory, --memory) or more devices.",
  },
  139: { what: "the program crashed (SIGSEGV)", hint: "Check that the image's SDK version fits the host's driver." },
  143: { what: "asked to stop (SIGTERM)", hint: "Another container of the task ended, or someone stopped the task." },
};

/** What a container's exit code says beyond its number; undefined where it is the program's own. */
export function explainExitCode(code: number): Explanation | undefined {
  return exitCodes[code];
}
