/**
 * The workload flags, in the file's words: one row each. They are read with the file's own rules and without the
 * schema, so that a command run from flags alone loads neither zod nor YAML.
 */
import { present } from "../base/present.ts";
import { listOr, type Path } from "../base/problem.ts";
import {
  capacityWords,
  imageRule,
  instanceTypeRule,
  logGroupRule,
  maxPort,
  memoryRule,
  nameRule,
  networkModes,
  numberWants,
  protocols,
  roleArnRule,
  secretArnRule,
  unitsMistake,
  vcpuOfUnits,
  workloadKinds,
  type FieldRule,
} from "./fields.ts";

/**
 * What a flag's text says: a value, what the value must be, or what is wrong with
 * it in a sentence after the key's name.
 */
export type FlagReading =
  | { readonly value: unknown }
  | { readonly wants: string }
  | { readonly wrong: string; readonly hint?: string | undefined };

export interface WorkloadFlag {
  readonly flag: string;
  /** How the help shows the value. */
  readonly argument: string;
  /** An empty text is a value: an image's ENTRYPOINT is left out by an empty word. */
  readonly mayBeEmpty?: true;
  /** The key of the file that it sets. */
  readonly path: Path;
  readonly description: string;
  /**
   * `list` flags replace the file's list with all their values; `map` flags (K=V) add to
   * the file's map or replace a key of it.
   */
  readonly collects?: "list" | "map";
  /** What to add where the workload cannot be without it. */
  readonly ifMissing?: string;
  /** Reads one value; for a map, the part after `=`. */
  read(text: string): FlagReading;
}

const rows = [
  {
    flag: "--name",
    argument: "<name>",
    path: ["name"],
    ifMissing: "Add --name NAME.",
    description: "the workload's name, and its task definition's",
    read: matching(nameRule),
  },
  {
    flag: "--kind",
    argument: "<kind>",
    path: ["kind"],
    description: `${listOr(workloadKinds)} (default: job)`,
    read: oneOf(workloadKinds),
  },
  {
    flag: "--image",
    argument: "<reference>",
    path: ["image"],
    ifMissing: "Add --image REFERENCE.",
    description: "the container's image",
    read: matching(imageRule),
  },
  {
    flag: "--instance-type",
    argument: "<type>",
    path: ["accelerator", "instanceTypes"],
    collects: "list",
    ifMissing: "Add --instance-type TYPE, or --instance-type none for a CPU workload.",
    description: "an accelerated EC2 instance type to run on, repeatable; none for a CPU workload",
    read: (text) => (text === "none" ? { value: text } : matching(instanceTypeRule)(text)),
  },
  {
    flag: "--devices",
    argument: "<number>",
    path: ["accelerator", "devicesPerReplica"],
    description: "devices of one replica (default: every device of the instance)",
    read: above0,
  },
  {
    flag: "--replicas",
    argument: "<number>",
    path: ["replicas"],
    description: "replicas of the workload (default: 1)",
    read: wholeFrom1,
  },
  {
    flag: "--nodes",
    argument: "<number>",
    path: ["nodes"],
    description: "instances of one replica (default: 1)",
    read: wholeFrom1,
  },
  {
    flag: "--cpu",
    argument: "<vcpu>",
    path: ["resources", "cpu"],
    description: "vCPU of one replica, as 0.5 (default: the devices' fair share)",
    read: vcpu,
  },
  {
    flag: "--memory",
    argument: "<size>",
    path: ["resources", "memory"],
    description: "memory of one replica, as 24GiB (default: the devices' fair share)",
    read: matching(memoryRule),
  },
  {
    flag: "--entry-point",
    argument: "<word>",
    mayBeEmpty: true,
    path: ["entryPoint"],
    collects: "list",
    description:
      "what runs in place of the image's ENTRYPOINT, as /opt/run.sh; repeatable, a word each: --entry-point sh --entry-point=-c",
    read: (text) => ({ value: text }),
  },
  {
    flag: "--environment",
    argument: "<K=V>",
    path: ["environment"],
    collects: "map",
    description: "an environment variable, repeatable",
    read: (text) => ({ value: text }),
  },
  {
    flag: "--secret",
    argument: "<K=ARN>",
    path: ["secrets"],
    collects: "map",
    description: "an environment variable from Secrets Manager or SSM, repeatable; needs --execution-role",
    read: matching(secretArnRule),
  },
  {
    flag: "--port",
    argument: "<port>",
    path: ["ports"],
    collects: "list",
    description: "a port of the container, repeatable: 8080, 8080/udp, 80:8080 (host:container)",
    read: portMapping,
  },
  {
    flag: "--network-mode",
    argument: "<mode>",
    path: ["ecs", "networkMode"],
    description: `${listOr(networkModes)} (default: bridge; host with EFA)`,
    read: oneOf(networkModes),
  },
  {
    flag: "--capacity",
    argument: "<capacity>",
    path: ["ecs", "capacity"],
    description: `${capacityWords.join(", ")} or a capacity provider's name (default: the cluster's default strategy where it fits, else ec2)`,
    read: capacity,
  },
  {
    flag: "--execution-role",
    argument: "<arn>",
    path: ["roles", "execution"],
    description: "the IAM role that pulls the image and reads the secrets",
    read: matching(roleArnRule),
  },
  {
    flag: "--task-role",
    argument: "<arn>",
    path: ["roles", "task"],
    description: "the IAM role that the workload itself has",
    read: matching(roleArnRule),
  },
  {
    flag: "--log-group",
    argument: "<group>",
    path: ["logs", "group"],
    description: "the CloudWatch log group; created when absent (default: no logs)",
    read: matching(logGroupRule),
  },
  {
    flag: "--cluster",
    argument: "<cluster>",
    path: ["ecs", "cluster"],
    description: "the ECS cluster, by name or ARN",
    read: (text) => (text === "" ? { wants: "text of at least one character" } : { value: text }),
  },
] as const satisfies readonly WorkloadFlag[];

/** The rows with their own flags: what is typed by them. */
export type WorkloadFlagRow = (typeof rows)[number];

export const workloadFlags: readonly (WorkloadFlag & { readonly flag: WorkloadFlagRow["flag"] })[] = rows;

function matching(rule: FieldRule): WorkloadFlag["read"] {
  return (text) => (rule.pattern.test(text) ? { value: text } : { wants: rule.wants });
}

function oneOf(words: readonly string[]): WorkloadFlag["read"] {
  return (text) => (words.includes(text) ? { value: text } : { wants: listOr(words) });
}

/** Decimal digits only: Number("") is 0 and Number("0x10") is 16. */
function toNumber(text: string): number | undefined {
  return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined;
}

function above0(text: string): FlagReading {
  const value = toNumber(text);
  return value !== undefined && value > 0 ? { value } : { wants: numberWants.above0 };
}

function wholeFrom1(text: string): FlagReading {
  const value = toNumber(text);
  return value !== undefined && Number.isSafeInteger(value) && value >= 1
    ? { value }
    : { wants: numberWants.wholeFrom(1) };
}

function vcpu(text: string): FlagReading {
  const reading = above0(text);
  const meant = "value" in reading ? vcpuOfUnits(Number(text)) : undefined;
  return meant === undefined ? reading : { wrong: unitsMistake(Number(text), meant), hint: `Write ${meant}.` };
}

/** `8080`, `8080/udp`, `80:8080`: docker's words, host before container. */
function portMapping(text: string): FlagReading {
  const match = /^(?:(\d{1,5}):)?(\d{1,5})(?:\/([a-z]+))?$/.exec(text);
  const [host, container] = [match?.[1], match?.[2]].map((digits) =>
    digits === undefined ? undefined : Number(digits),
  );
  const protocol = match?.[3];
  const legal = (port: number | undefined) => port === undefined || (port >= 1 && port <= maxPort);
  if (
    container === undefined ||
    !legal(container) ||
    !legal(host) ||
    (protocol !== undefined && !protocols.some((each) => each === protocol))
  ) {
    return {
      wrong:
        `must be a port from 1 to ${maxPort}, as 8080, 8080/udp or 80:8080 (host:container), ` +
        `not ${JSON.stringify(text)}`,
    };
  }
  return {
    value: { container, ...present({ host, protocol }) },
  };
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCapacityProvider.html */
function capacity(text: string): FlagReading {
  if (capacityWords.some((word) => word === text)) return { value: text };
  return /^[A-Za-z0-9_-]{1,255}$/.test(text)
    ? { value: { provider: text } }
    : { wants: `${capacityWords.join(", ")} or a capacity provider's name` };
}
