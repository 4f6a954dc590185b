import { listOr } from "../base/problem.ts";
import { instanceTypes } from "../catalog/instance-types/catalog.ts";
import { containerDescriptions } from "./container-guide.ts";
import { volumeDescriptions } from "./volume-guide.ts";

/** How many devices one replica may hold where the devices are in rows. */
const rowSizes = [...new Set(instanceTypes.flatMap(({ topology }) => topology?.sizes ?? []))].sort((a, b) => a - b);

/**
 * What each key of the workload file is, for the published JSON Schema: an editor shows it. `*` is an item or a free
 * key.
 */
export const descriptions: Readonly<Record<string, string>> = {
  $schema: "Where an editor finds this schema.",
  apiVersion: "The version of the file's format. Optional.",
  name: "The workload's name: its task definition's family, its service's name, its container's name.",
  container: "The container's name, where it is not the workload's. On EKS lower-case letters, digits and dashes only.",
  kind: "A service is kept running, a job runs to its end. Default: job.",
  image: "The container's image.",
  entryPoint: "What the container runs in place of the image's ENTRYPOINT, word by word; the image's CMD goes with it.",
  "entryPoint.*": "A word of the entry point.",
  command: "The container's command, word by word. Default: the image's own.",
  "command.*": "A word of the command.",
  workingDirectory: "The folder in which the container starts. Default: the image's.",
  environment: "Environment variables. Numbers and words such as true need quotes.",
  "environment.*": "The variable's value, as text.",
  secrets:
    "Environment variables whose values the orchestrator reads from Secrets Manager or SSM. Needs roles.execution.",
  "secrets.*": "The ARN of a Secrets Manager secret or of an SSM parameter.",
  ports: "The ports that the container listens on.",
  "ports.*": "A port that the container listens on.",
  "ports.*.container": "The container's port.",
  "ports.*.host": "The instance's port. Default: a free one in bridge mode, the container's in host and awsvpc mode.",
  "ports.*.protocol": "Default: tcp.",
  "ports.*.name": "The port's name, for service discovery.",
  health: "How to see by HTTP that the container is healthy.",
  "health.path": "The path that answers with success.",
  "health.port": "The container's port that answers.",
  "health.startSeconds":
    "How long the container may take to become healthy. Above 300 it is a service's grace period on ECS too.",
  accelerator: "What the workload runs on; none for a CPU workload.",
  "accelerator.instanceTypes":
    "The EC2 instance types to run on. With several, each has its own variant where their devices differ.",
  "accelerator.instanceTypes.*": "An accelerated EC2 instance type.",
  "accelerator.devicesPerReplica": `Devices of one replica. Trainium: ${listOr(rowSizes)}; Inferentia and NVIDIA: any number that the instance has; fractional types: their fraction. Default: every device of the instance.`,
  "accelerator.mps":
    "Share one NVIDIA GPU with other containers through the Multi-Process Service, instead of whole devices.",
  "accelerator.mps.memory": "GPU memory of one replica.",
  "accelerator.mps.maxComputePercent": "The most of the GPU's compute that one replica may use.",
  "accelerator.resource":
    "What the nodes of a Kubernetes cluster offer in place of whole devices (EKS), by its name: a MIG profile " +
    "(nvidia.com/mig-1g.10gb), a shared GPU (nvidia.com/gpu.shared), NeuronCores (aws.amazon.com/neuroncore) or any other.",
  "accelerator.count": "How many of the resource a replica has. Default: 1.",
  "accelerator.sharing":
    "How the nodes' NVIDIA device plugin shares each GPU, or MIG part: it says a replica's share, and eks nodegroup writes the plugin's configuration.",
  "accelerator.sharing.strategy":
    "time-slicing: turns, without a bound on memory; mps: equal parts of memory and compute.",
  "accelerator.sharing.replicas": "Into how many shares each is divided.",
  "accelerator.hami": "The part of each GPU (resource nvidia.com/gpu) that HAMi holds a replica to.",
  "accelerator.hami.memory": "GPU memory, with a unit, as 8GiB. Default: all of the GPU's.",
  "accelerator.hami.maxComputePercent": "The most of the GPU's compute. Default: no bound.",
  "accelerator.efa":
    "Whether a replica has the instance's Elastic Fabric Adapter interfaces. Default: true when nodes is above 1.",
  replicas: "How many replicas run. Default: 1.",
  nodes: "Instances of one replica, for distributed training and multi-host serving. Default: 1.",
  resources:
    "CPU and memory of the workload's container. Default: the devices' fair share of the instance, less 10 % and less what the containers of init and sidecars have.",
  "resources.cpu": "In vCPU, as 0.5; never in CPU units.",
  "resources.memory": "The hard limit, with a unit, as 24GiB.",
  "resources.reserve": "What the machine keeps for others, such as daemons: it comes off before the share is taken.",
  "resources.reserve.cpu": "In vCPU.",
  "resources.reserve.memory": "With a unit, as 2GiB.",
  sharedMemory:
    "The size of /dev/shm, with a unit, as 8GiB; 0 leaves it to the platform. Default with two devices or more on " +
    "one instance, or EFA: a quarter of the container's memory on ECS (64GiB at most, none on Managed Instances), a " +
    "memory volume without a limit of its own on EKS.",
  user: "The number of the user that the container's processes run as, as 1000. Default: the image's.",
  readOnlyRoot: "Whether the container can write nowhere but where something is mounted. Default: false.",
  ulimits:
    "Limits of the container's processes by their name, as nofile: a number for both bounds, or { soft, hard }; -1 is no " +
    "limit, but of nofile. Default: the machine's; with EFA on ECS no limit of memlock, and 65,536 open files.",
  "ulimits.*": "The limit.",
  "ulimits.*.soft": "What a process has, and may raise to the hard limit.",
  "ulimits.*.hard": "What a process may raise it to.",
  stop: "How the container is ended.",
  "stop.timeoutSeconds": "How long it may take from SIGTERM to SIGKILL. Default: the platform's 30 s.",
  ...volumeDescriptions,
  ...containerDescriptions,
  rollout:
    "How many replicas of the workload a deployment of a service may take away and add. Default: the platform's own.",
  "rollout.maxUnavailable": "How many replicas may be away at once, slots of shared instances together.",
  "rollout.maxSurge": "How many replicas there may be at once beyond `replicas`.",
  logs: "Where the container's output goes. Default: nowhere.",
  "logs.group": "The CloudWatch log group; created when absent, and an existing one is left as it is.",
  "logs.retentionDays": "How long the group keeps events, where it is created. Default: for ever.",
  roles: "IAM roles.",
  "roles.execution": "The role that pulls the image and reads the secrets.",
  "roles.task": "The role that the workload itself has.",
  tags: "Tags of everything that is created for the workload.",
  "tags.*": "The tag's value.",
  model:
    "The model that is served: with path fetched there before the workload starts, else for targets that load it themselves.",
  "model.uri":
    "Where the model is, e.g. s3://models/bert: with path a bucket and a prefix, of which all that lies below is fetched.",
  "model.path":
    "Where it is fetched to, in a volume, by a container with the workload's role. Replicas that share the volume wait for each other, and the first downloads.",
  "model.image": "The image that fetches it, with aws and a shell. Default: AWS's public one of its CLI.",
  "model.format": "The model's format, e.g. pytorch.",
  schedule: "When a job runs, as a cron expression, for targets that start it themselves.",
  ecs: "What is for ECS only.",
  "ecs.cluster": "The cluster, by name or ARN.",
  "ecs.networkMode": "Default: bridge; host with EFA; awsvpc on Managed Instances.",
  "ecs.capacity":
    "ec2, managed-instances, a capacity provider as { provider: NAME }, several as a list of { provider, base, weight }, " +
    "or the one of Managed Instances as { managedInstances: NAME }. Default: what the live service has; else the " +
    "cluster's default strategy where its Auto Scaling groups can launch the types; else ec2.",
  "ecs.capacity.provider": "The capacity provider's name.",
  "ecs.capacity.*": "One of several capacity providers.",
  "ecs.capacity.*.provider": "The capacity provider's name.",
  "ecs.capacity.*.base": "How many tasks it starts before the weights count. Default: 0.",
  "ecs.capacity.*.weight": "Its share of the rest. Default: 1.",
  "ecs.capacity.managedInstances": "The name of the capacity provider of Managed Instances.",
  "ecs.network": "The task's own network interface, in awsvpc mode.",
  "ecs.network.subnets": "Subnet ids.",
  "ecs.network.subnets.*": "A subnet id.",
  "ecs.network.securityGroups": "Security group ids.",
  "ecs.network.securityGroups.*": "A security group id.",
  "ecs.network.assignPublicIp": "Whether the interface has a public address. Default: false.",
  "ecs.loadBalancer": "The load balancer of a service.",
  "ecs.loadBalancer.targetGroup": "The ARN of the target group.",
  "ecs.loadBalancer.port": "The container's port that the load balancer sends to.",
  "ecs.placement": "Where ECS may and should place the tasks, besides what the devices ask for.",
  "ecs.placement.constraints":
    "Expressions of the cluster query language that must hold for the instance. They are added to aiplat's own.",
  "ecs.placement.constraints.*": "An expression, e.g. attribute:stack == prod.",
  "ecs.placement.strategy": "How ECS chooses among the instances that will do, in order.",
  "ecs.placement.strategy.*": "A strategy, e.g. { type: spread, field: attribute:ecs.availability-zone }.",
  "ecs.placement.strategy.*.type": "random, spread or binpack.",
  "ecs.placement.strategy.*.field": "What to spread over or to pack by, e.g. instanceId, memory or an attribute.",
  "ecs.taskDefinition": "Raw fields of RegisterTaskDefinition, merged last: containers by name, null deletes.",
  "ecs.service": "Raw fields of CreateService, merged last.",
  eks: "What is for EKS only.",
  "eks.namespace": "The namespace.",
  "eks.as":
    "The kind of Kubernetes resource, e.g. Deployment. Default: Deployment for a service, Job for a job, " +
    "JobSet for a job of several nodes.",
  "eks.queue": "The queue that admits the workload.",
  "eks.queue.kueue": "The name of a Kueue LocalQueue.",
  "eks.queue.volcano": "The name of a Queue of Volcano's.",
  "eks.queue.yunikorn": "The path of a queue of YuniKorn's, e.g. root.team-a.",
  "eks.queue.topology":
    "The node label, a level of the queue's Topology, of which Kueue gives all pods with devices nodes of one value.",
  "eks.serviceAccount": "The service account of the pods.",
  "eks.secrets": "Environment variables from Kubernetes secrets.",
  "eks.secrets.*": "A key of a Kubernetes secret.",
  "eks.secrets.*.name": "The secret's name.",
  "eks.secrets.*.key": "The key in the secret.",
  "eks.spark": "A Spark application: version, type, mainFile, and fields of a SparkApplication's spec.",
  "eks.experiment": "Fields of a Katib Experiment's spec: objective, parameters, algorithm.",
  "eks.pod": "Raw fields of the pod, merged last.",
  "eks.resource":
    "Raw fields of the resource, merged last: Ray's worker groups by groupName, a JobSet's replicatedJobs, a VolcanoJob's tasks and a Workflow's templates by name.",
  "eks.companions":
    "Raw fields of what goes with the resource, by its kind, merged last: { Service: { spec: { type: LoadBalancer } } }.",
  "eks.companions.*": "Raw fields of the resources of that kind.",
};
