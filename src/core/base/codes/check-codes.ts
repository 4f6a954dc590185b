import type { ProblemCode } from "./problem-codes.ts";

/**
 * Everything that `doctor`, `capacity check` and `eks check` look at, by which of them does. Nothing loads this at run time but the
 * generator of docs/codes.md: the program takes the types.
 */
export const checkCodes = {
  doctor: {
    versions: "The versions of aiplat and Node.js",
    region: "A region is set",
    credentials: "The credentials work, and whose they are",
    cluster: "The cluster is there and ACTIVE",
    "capacity-provider": "The capacity provider that the workload asks for is the cluster's",
    "task-definition": "The workload's task definition may be read, which is asked before anything is registered",
    services: "The workload's services may be read, which a deployment does first",
    "lock-port-base": "The cluster's tag for the first lock port is one",
    instances: "The cluster has container instances of the workload's types",
    "instance-status": "The instances are ACTIVE",
    agent: "The ECS agents of the instances are connected",
    "instance-health": "ECS finds none of the instances impaired",
    gpus: "The agents registered every GPU that the instances' types have",
    "agent-version": "The ECS agents hand devices over from task to task",
    "host-setting": "The kernels of the instances are set as their type needs",
    room: "There is room for the replicas",
    driver: "The instances' machine image has the driver for their accelerator, new enough for the images",
    "execution-role": "The execution role is there where one is needed, and tasks can assume it",
    "task-role": "The task role is there, and tasks can assume it",
    "volume-role": "The role of an ebs volume is there, and ECS can assume it",
    permissions: "The execution role may do what a task's start needs",
    image: "The image is in its registry, for the instances' architecture",
    secret: "The secret of Secrets Manager is there, with the value that is asked for",
    parameter: "The parameter of Parameter Store is there",
    "log-group": "The log group is there, or is made",
    subnets: "The subnets are there, with free addresses and a way out",
    "security-groups": "The security groups are there, in the subnets' VPC",
    "vcpu-quota": "The account's vCPU quota has room for the instances",
    "not-asked": "What could not be looked at without credentials and a region",
  },
  "ami check": {
    "ami-age": "The machine image is the newest of its family, or within --max-age",
    "ami-retired": "The machine image is there, not deprecated, and of a family that AWS still makes",
    "ami-driver": "The machine image drives the accelerator of the instance types, for the images of the tasks there",
    "ami-use": "What uses machine images could be looked at",
  },
  "capacity check": {
    providers: "The cluster has capacity providers",
    provider: "The provider that the cluster lists is there",
    "managed-scaling": "ECS starts and stops the provider's machines",
    "managed-draining": "ECS empties a machine before it goes",
    "termination-protection": "ECS keeps machines with tasks from being scaled in",
    group: "The provider's Auto Scaling group is there, may have machines, and launches and ends them",
    launches: "The last machine that the group was to start did",
    zones: "The zones of the group's subnets offer its instance type",
    protection: "The group protects new machines and those with tasks from being scaled in",
    joined: "The group's machines have joined the cluster",
    "launch-template": "The group's launch template is there",
    "user-data": "The user data has the machines join this cluster, and set what their type needs",
    "machine-image": "The machine image is there, and the current one of its parameter",
    "efa-interfaces": "The machines have all the EFA interfaces of their type, or none",
    version: "The machines are of the launch template's version that the group has now",
    metadata: "The metadata service wants a token of who asks, and answers containers, as capacity generate writes it",
    "security-group": "The security groups of EFA interfaces let EFA's traffic in and out among their members",
    stack: "The stack that made the capacity is there, and its last change succeeded",
    drift: "Group, launch template and provider are as their stack made them: nothing was changed by hand since",
    workload:
      "A capacity launches the machines that the workload needs: type, EFA interfaces, mounts, attributes, count",
  },
  "eks check": {
    "node-groups": "The cluster has managed node groups",
    health: "EKS reports no health issue of the node group",
    "ami-type": "The node group's image serves its instance types",
    release: "The node group's image is the newest release",
    taint: "A taint keeps pods without devices away",
    efa: "The nodes have EFA interfaces where a workload needs them",
    kubectl: "What is in the cluster could be listed by kubectl",
    "device-mechanism":
      "A node's Neuron devices are handed out by one of the device plugin and the DRA driver, whose DeviceClass is there",
    "device-plugin": "Every accelerated node offers its devices",
    neurondevice: "Nothing requests the resource that Neuron 2.20 removed",
    scheduler:
      "The schedulers that pods name run in the cluster, and parts of a Neuron instance go through the extension",
    api: "The API server serves every kind of the workload's resources, in its version",
    namespace: "The workload's namespace is there, and enforces no stricter Pod Security level than its pods meet",
    "queue-topology": "The queue's Topology has the level by which the pods are to be kept together",
    queue: "The workload's queue is there, active, and covers what it asks for",
    placement: "The workload's pods have room: node by node, with every reason",
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;

type Checks = typeof checkCodes;

/** What a check is called; where a check of the catalogue's failed, the problem's code. */
export type CheckCode = { [Command in keyof Checks]: keyof Checks[Command] }[keyof Checks] | ProblemCode;
