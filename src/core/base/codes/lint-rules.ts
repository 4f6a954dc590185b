import { error, warning, type CodeEntry, type CodesOf, type CodesWith } from "./entry.ts";

/**
 * Every rule of `taskdef lint`: what each asks for. Nothing loads this at run time but the generator of docs/codes.md:
 * the program takes the types.
 */
export const lintRules = {
  "Task definitions": {
    "wrong-type": error("Every value has the type that the API takes"),
    "misspelt-field": error("No field is one of the API's, misspelt: ECS would ignore it"),
    "unknown-field": warning("Every field is one of the API's"),
    "foreign-field": error("No unknown field stands where one is missing that the API needs"),
    "missing-field": error("Every field is there that the API needs"),
    "unknown-word": error("Every value is one that the API knows"),
    "out-of-bounds": error("Every value is within the API's bounds"),
    "duplicate-container": error("Every container has a name of its own"),
    "essential-missing": error("Some container is essential"),
    "unknown-volume": error("A volume that a container mounts is one of the task's"),
    "unknown-container": error("A container that another waits for, or takes volumes from, is there"),
    "dependency-circle": error("No containers wait for each other in a circle"),
    "dependency-condition": error(
      "What another waits for to end is not essential, and what it waits for to be healthy has a health check",
    ),
    "variable-twice": error("A variable comes from a secret or from the environment, and once"),
    "variable-repeated": warning("No variable stands twice in a container's environment: only one of them counts"),
    "tag-twice": error("Every tag has a key of its own"),
    "volume-twice": warning("Every volume has a name of its own"),
    "volume-kinds": error("A volume is of one kind"),
    "volume-unmounted": error("A volume that is configured at launch is mounted by a container"),
    "efs-access-point": error("An EFS access point has its own root directory and encryption in transit"),
    "mount-constraint": warning(
      "A volume at `/mnt/aiplat/NAME` of the machine comes with the constraint that the machine has it mounted",
    ),
    "ulimit-order": error("A soft limit is no higher than its hard limit"),
    "ulimit-nofile": error("Open files have a limit: Linux lets no process have none"),
    "log-options": error("The log driver awslogs has the options that it needs, and none that ECS refuses"),
    "log-router": error(
      "Who logs by awsfirelens has a log router in the task, of which there is one, and it has a user",
    ),
    "log-driver": error("Fargate has the log drivers awslogs, splunk and awsfirelens"),
    "fargate-network": error("Fargate is in network mode awsvpc"),
    "fargate-size": error("Fargate has the CPU and memory that it is asked for, together"),
    "fargate-field": error("Fargate has what it is asked for: no privileges, nothing of the host, no constraints"),
    "definition-size": error("A task definition has at most 65,536 bytes"),
    "secrets-without-role": error("Secrets need an execution role, which reads them for the container"),
    "fargate-accelerator": error("Fargate has no devices and no GPUs"),
    "elastic-inference": error("Elastic Inference is gone"),
    "retired-type": error("The constraints choose an instance type that EC2 still has"),
  },
  "Placement constraints": {
    "constraint-type": error("A task definition's constraints are memberOf"),
    "constraint-limit": error("At most 10 constraints, those at run time included, of at most 2,000 characters"),
    "constraint-syntax": error("A constraint's expression is in the cluster query language"),
    "constraint-type-case": error("Instance types stand in lower case: ECS compares letter by letter"),
    "constraint-unknown-type": error("The instance types in a constraint exist"),
    "constraint-contradiction": error("Some instance type satisfies all constraints"),
    "constraint-mixed-devices": warning(
      "The constraints choose types with the same Neuron devices: the list of devices is right for one count only",
    ),
    "accelerator-without-type": error("A task with Neuron devices on EC2 says which instance type it is for"),
  },
  "Neuron devices": {
    "neuron-device-path": error(
      "A Neuron device is /dev/neuron and its number: no pattern, no range, no zero in front",
    ),
    "neuron-device-mapping": error("A Neuron device has the same path in the container as on the host"),
    "neuron-device-permissions": error("A Neuron device is opened for reading and writing"),
    "neuron-device-order": error("Neuron devices stand in ascending numeric order, each once: neuron2 before neuron10"),
    "neuron-device-gap": error("The numbers of a container's Neuron devices have no gap"),
    "neuron-device-shared": error("No Neuron device is in two essential containers"),
    "neuron-ipc-lock": error("A container with Neuron devices may lock memory: IPC_LOCK"),
    "neuron-device-missing": warning(
      "What is made for Neuron, on Neuron instance types, lists a device: AWS_NEURON_VISIBLE_DEVICES alone gives none",
    ),
    "neuron-privileged": warning(
      "A container that holds some of an instance's Neuron devices is not privileged: it would see them all",
    ),
  },
  "Neuron devices and instance types": {
    "neuron-device-not-on-type": error(
      "The instance types that the constraints choose have every Neuron device listed",
    ),
    "neuron-device-slot": error("A container's Neuron devices are a set that the type's wiring allows"),
  },
  "Variables of the Neuron runtime": {
    "neuron-visible-cores": error("NEURON_RT_VISIBLE_CORES names cores of the container's devices"),
    "neuron-visible-cores-idle": warning(
      "NEURON_RT_VISIBLE_CORES leaves no device of the container without a core in use",
    ),
    "neuron-num-cores": error("NEURON_RT_NUM_CORES is no more than the container's devices have"),
    "neuron-visible-devices": error("AWS_NEURON_VISIBLE_DEVICES names the devices that the container lists"),
  },
  "Managed Instances": {
    "neuron-device-mixed": error("NeuronDevice and linuxParameters.devices are not mixed in one task definition"),
    "neuron-device-value": error("NeuronDevice asks for ALL: there is no part of an instance"),
    "neuron-device-containers": error("One container at most asks for NeuronDevice"),
    "neuron-device-capacity": error("NeuronDevice is for Managed Instances only"),
    "managed-instances-network": error("On Managed Instances the network mode is awsvpc or host, and written down"),
    "managed-instances-size": error("On Managed Instances the task says its CPU and its memory"),
    "managed-instances-inf1": error("Inf1 runs on EC2 only"),
    "managed-instances-role": error("Logs and images of ECR need an execution role on Managed Instances"),
  },
  GPUs: {
    "gpu-by-device": error("GPUs are asked for by resourceRequirements, never by devices"),
    "gpu-value": error("A GPU requirement is a count, ALL, a part of one GPU, or MPS sharing"),
    "gpu-options-differ": error(
      "Every container of a task asks for GPUs in the same way: whole ones, or shared by MPS",
    ),
    "gpu-share-memory": error("The shares of one GPU that a task asks for fit the memory of the type's GPU together"),
    "gpu-not-on-type": error("The instance types that the constraints choose have the GPUs asked for"),
    "gpu-missing": warning("An image that is built for GPUs, on instance types with GPUs, asks for one"),
    "gpu-fraction-on-whole": error("A part of a GPU needs a type with fractional GPUs, and MPS one with whole GPUs"),
  },
  "CPU and memory": {
    "memory-not-set": error("Every container says its memory, or the task does"),
    "memory-below-reservation": error("A container may use at least the memory that it reserves"),
    "task-size": error("The task's CPU and memory are sizes that ECS takes, and its containers fit in them"),
    "memory-over-type": error("The task fits the memory of the instance type that the constraints choose"),
    "memory-over-registered": warning("The task leaves 10 % of the type's memory to the kernel and the ECS agent"),
    "shared-memory-missing": warning(
      "A container with several devices, or EFA, has more shared memory than Docker's 64 MiB",
    ),
    "cpu-over-type": error("The task fits the CPU of the instance type that the constraints choose"),
  },
  "Ports and network": {
    "host-port-differs": error("In host and awsvpc mode a host port is the container port"),
    "ports-without-network": error("In network mode none no container maps ports"),
    "field-of-mode": error("Links, host names, extra hosts and proxies are in a network mode that has them"),
    "port-count": error("A container maps at most 100 ports, and so does a task on the host's"),
    "port-range": error("A range of ports goes upwards, and stands without a single port"),
    "port-protocols": warning("A container's port has one protocol: a load balancer takes no other"),
    "port-twice": error("No port is mapped twice in a container, and no host port twice in a task"),
    "port-reserved": error("A host port is none of those that are taken on every ECS instance"),
    "lock-port-tcp": error("A container that locks Neuron devices has no TCP port in the range of the locks"),
    "lock-ports-missing": warning("A task on some of an instance's Neuron devices locks each by a host port"),
    "lock-port-taken": error("The UDP host ports that lock Neuron devices are used for nothing else"),
    "awsvpc-partial-devices": warning(
      "A task on some of an instance's Neuron devices is not in awsvpc mode, where nothing locks them",
    ),
    "efa-network-mode": error("A container with EFA devices is on the host's network"),
  },
  "Container images": {
    "image-hardware": error("The image is built for the accelerator that the container asks for"),
    "image-not-known": warning("What is known of AWS's images covers the image and the instance type"),
    "image-cpu-only": warning("A container with an accelerator does not run an image that is built for CPU"),
    "image-missing": error("The image can be pulled: AWS's registries hold it in that region and SDK version"),
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, CodeEntry>>>>;

/** A rule's id. */
export type LintRuleId = CodesOf<typeof lintRules>;
/** The ids of the rules with that severity. */
export type LintRuleWith<Severity> = CodesWith<Severity, typeof lintRules>;
