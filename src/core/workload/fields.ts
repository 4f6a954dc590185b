import type { Workload } from "./schema.ts";
import { instanceTypes } from "../catalog/instance-types/catalog.ts";

/**
 * The values a workload file and the workload flags hold, one rule each: the schema and the flags both use these,
 * so a size is read the same way wherever it is written.
 */

/** A pattern with the sentence that says what it wants. The pattern is published in the JSON Schema as it stands. */
export interface FieldRule {
  readonly pattern: RegExp;
  /** Completes "NAME must be ...". */
  readonly wants: string;
}

export const workloadKinds = ["service", "job"] as const;
export const networkModes = ["bridge", "host", "awsvpc"] as const;
/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PlacementStrategy.html */
export const placementStrategies = ["random", "spread", "binpack"] as const;
export const protocols = ["tcp", "udp"] as const;
/** The values of ecs.capacity that are words; any other capacity is a capacity provider's name. */
export const capacityWords = ["ec2", "managed-instances"] as const;

export const nameRule: FieldRule = {
  pattern: /^[a-z][a-z0-9-]{0,40}$/,
  wants: "a lower-case letter, then up to 40 lower-case letters, digits and dashes, e.g. bert-inference",
};

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html */
export const containerNameRule: FieldRule = {
  pattern: /^[A-Za-z0-9_-]{1,255}$/,
  wants: "up to 255 letters, digits, '-' and '_'",
};

/** Whether a limit of getrlimit(2) is one: -1 is none, and no soft limit is above the hard one. */
export function isUlimit({ soft, hard }: { readonly soft: number; readonly hard: number }): boolean {
  const bound = (limit: number) => (limit === -1 ? Infinity : limit);
  return soft >= -1 && hard >= -1 && bound(soft) <= bound(hard);
}

/** Docker and containerd start no container in a folder that is not told from the root. */
export const absolutePathRule: FieldRule = {
  pattern: /^\/[^\0]*$/,
  wants: "an absolute path in the container, e.g. /workspace",
};

/** https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#security-context: 32 bits, signed. */
export const highestUserId = 2 ** 31 - 1;

/**
 * The EC2 instance type of a name that HyperPod gives it: `p5.48xlarge` of `ml.p5.48xlarge`.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-eks.html
 */
export function ec2TypeName(name: string): string {
  return isHyperPodName(name) ? name.slice("ml.".length) : name;
}

export function isHyperPodName(name: string): boolean {
  return name.startsWith("ml.");
}

/** Docker's reference grammar, loosely: no spaces, no upper-case repository is left to the registry to judge. */
export const imageRule: FieldRule = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9._\-/:@]{0,511}$/,
  wants: "an image reference, e.g. public.ecr.aws/neuron/pytorch-inference-neuronx:TAG",
};

/**
 * A resource that a device plugin offers: no native one, and none of Kubernetes' own.
 * https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#extended-resources
 */
export const deviceResourceRule: FieldRule = {
  pattern:
    /^(?!requests\.|(?:[^/]*\.)?kubernetes\.io\/)(?=[^/]{1,244}\/)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*\/[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?$/,
  wants: "a resource that nodes offer, as DOMAIN/NAME, e.g. nvidia.com/mig-1g.10gb",
};

/** How NVIDIA's device plugin shares GPUs, as its label nvidia.com/gpu.sharing-strategy has it. */
export const sharingStrategies = ["time-slicing", "mps"] as const;

export const memoryRule: FieldRule = {
  pattern: /^(\d+(?:\.\d+)?) ?(MiB|GiB|TiB)$/,
  wants: "a size with a unit (MiB, GiB or TiB), e.g. 24GiB",
};

/** Of a size that may be left to the platform. */
export const sharedMemoryWants = `${memoryRule.wants}, or 0 for the platform's`;

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html */
export const secretArnRule: FieldRule = {
  pattern: /^arn:aws[a-z-]*:(?:secretsmanager:[a-z0-9-]+:\d{12}:secret:.+|ssm:[a-z0-9-]+:\d{12}:parameter\/.+)$/,
  wants: "the ARN of a Secrets Manager secret or of an SSM parameter",
};

export const roleArnRule: FieldRule = {
  pattern: /^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/,
  wants: "the ARN of an IAM role, e.g. arn:aws:iam::123456789012:role/ecsTaskExecutionRole",
};

export const targetGroupArnRule: FieldRule = {
  pattern: /^arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:\d{12}:targetgroup\/.+$/,
  wants: "the ARN of a target group",
};

/** The names that a POSIX environment can hold. */
export const environmentNameRule: FieldRule = {
  pattern: /^[A-Za-z_][A-Za-z0-9_.-]*$/,
  wants: "an environment variable's name: a letter or underscore, then letters, digits, '_', '.' and '-'",
};

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html */
export const logGroupRule: FieldRule = {
  pattern: /^[A-Za-z0-9_\-/.#]{1,512}$/,
  wants: "a log group's name: letters, digits and _ - / . #",
};

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
export const retentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

export const portNameRule: FieldRule = {
  pattern: /^[a-z0-9_][a-z0-9_-]{0,63}$/,
  wants: "up to 64 lower-case letters, digits, '_' and '-', not starting with '-'",
};

/** It goes into the health check's command, so nothing that a shell would read is in it. */
export const healthPathRule: FieldRule = {
  pattern: /^\/[^\s"'`$\\;|&<>]*$/,
  wants: "a URL path that starts with /, e.g. /ping",
};

export const instanceTypeRule: FieldRule = {
  // HyperPod has its nodes' types as ml.p5.48xlarge.
  pattern: /^(?:ml\.)?[a-z][a-z0-9-]*\.[a-z0-9-]+$/,
  wants: "an EC2 instance type in lower case, e.g. inf2.24xlarge",
};

/**
 * Its grammar is checked by a rule:
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html
 */
export const placementExpressionRule: FieldRule = {
  pattern: /^\S[\s\S]{0,1999}$/,
  wants: "an expression of ECS's cluster query language, e.g. attribute:stack == prod",
};

/** Five fields of a cron expression, as Kubernetes' CronJob takes them. */
export const scheduleRule: FieldRule = {
  pattern: /^(?:@(?:yearly|annually|monthly|weekly|daily|midnight|hourly)|(?:\S+ ){4}\S+)$/,
  wants: 'a cron expression of five fields, e.g. "0 3 * * *"',
};

/** What completes "NAME must be ..." for numbers. */
export const numberWants = {
  wholeFrom: (minimum: number) => `a whole number of at least ${minimum}`,
  wholeBetween: (minimum: number, maximum: number) => `a whole number from ${minimum} to ${maximum}`,
  above0: "a number above 0",
  port: "a port from 1 to 65535",
};

export const maxPort = 65_535;

/** What ECS holds the stop timeout to on Fargate, and shorter helps nobody. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html */
export const shortestStopSeconds = 2;

/** Of the whole numbers of both APIs. */
export const longestStopSeconds = 2_147_483_647;

/** healthCheckGracePeriodSeconds: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html */
export const longestStartSeconds = 2_147_483_647;

/** The most vCPU that a type of the catalogue has; more is CPU units written by mistake. */
export const maxVcpu = Math.max(...instanceTypes.map(({ vcpus }) => vcpus));

const mebibytes: Readonly<Record<string, number>> = { MiB: 1, GiB: 1024, TiB: 1024 * 1024 };

/** MiB of a size such as `24GiB`, rounded down; undefined where it is none. */
export function parseMemoryMiB(text: string): number | undefined {
  const match = memoryRule.pattern.exec(text);
  if (match === null) return undefined;
  return Math.floor(Number(match[1]) * mebibytes[match[2]!]!);
}

/** What to write for a size with no unit or another's unit: `24Gi` and `24G` become `24GiB`. */
export function suggestMemory(text: string): string | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt])?i?b?$/i.exec(text);
  if (match === null) return undefined;
  if (match[2] === undefined) return `${match[1]}MiB or ${match[1]}GiB`;
  const unit = { k: undefined, m: "MiB", g: "GiB", t: "TiB" }[match[2].toLowerCase() as "k" | "m" | "g" | "t"];
  return unit === undefined ? undefined : `${match[1]}${unit}`;
}

/** `24GiB` where it is whole, else MiB: how every message and table shows memory. */
export function formatMiB(mib: number): string {
  if (mib >= 1024 * 1024 && mib % (1024 * 1024) === 0) return `${mib / (1024 * 1024)}TiB`;
  if (mib >= 1024 && mib % 1024 === 0) return `${mib / 1024}GiB`;
  return `${mib}MiB`;
}

/**
 * What a figure that is more vCPU than any instance has was meant as: CPU units, in vCPU. Undefined for a vCPU figure.
 */
export function vcpuOfUnits(figure: number): number | undefined {
  return figure > maxVcpu ? Number((figure / 1024).toFixed(3)) : undefined;
}

/** The sentence for CPU units written as vCPU, to come after the name of the key. */
export function unitsMistake(figure: number, vcpu: number): string {
  return `is in vCPU: ${figure} CPU units are ${vcpu}`;
}

/** Variables by which the runtime chooses devices: the container has exactly those of its slot. */
export const deviceVariables: readonly string[] = [
  "NEURON_RT_VISIBLE_CORES",
  "AWS_NEURON_VISIBLE_DEVICES",
  "NVIDIA_VISIBLE_DEVICES",
  "CUDA_VISIBLE_DEVICES",
];

/** Whether the workload, as the file has it or resolved, runs on ECS Managed Instances. */
export function onManagedInstances({ ecs }: Pick<Workload, "ecs">): boolean {
  const capacity = ecs?.capacity;
  return capacity === "managed-instances" || (typeof capacity === "object" && "managedInstances" in capacity);
}
