import type { ContainerDefinition } from "../../core/ecs-api/api.ts";

/**
 * How a container behaves. Nothing is run: it does what its environment says, else what a command says that is made of
 * `sleep`, `echo`, `exit`, `true` and `false`, so that the same task definition does the same on a real cluster.
 */
export interface Behaviour {
  /** Seconds until it exits by itself; undefined: never, or the sandbox's own time for a task. */
  readonly seconds: number | undefined;
  /** Whether the definition says when it exits. */
  readonly decided: boolean;
  readonly exitCode: number;
  /** What it prints when it starts. */
  readonly lines: readonly string[];
  readonly unhealthy: boolean;
  /** Seconds from its start until its health check succeeds; undefined: at the first one. */
  readonly healthyAfter: number | undefined;
  /** Seconds it takes to end after SIGTERM; undefined: the sandbox's own time. */
  readonly stopSeconds: number | undefined;
  /** The CloudWatch alarm that it sets off while it runs. */
  readonly alarm: string | undefined;
  /** Whether there is no such image. */
  readonly missingImage: boolean;
}

/** The variables that steer a container, with what they do: docs/sandbox.md lists them. */
export const steering = {
  AIPLAT_SANDBOX_SECONDS: "how many seconds the container runs before it exits",
  AIPLAT_SANDBOX_EXIT: "the code it exits with, after a second where no seconds are given",
  AIPLAT_SANDBOX_LOG: "what it prints when it starts; several lines are split at line breaks",
  AIPLAT_SANDBOX_HEALTH: "`UNHEALTHY`: its health check or its load balancer's fails",
  AIPLAT_SANDBOX_HEALTHY_AFTER: "how many seconds after its start its health check succeeds for the first time",
  AIPLAT_SANDBOX_ALARM:
    "the name of a CloudWatch alarm that is in ALARM while the container runs: " +
    "one of a service's `alarms` fails its deployment",
  AIPLAT_SANDBOX_STOP_SECONDS:
    "how many seconds it takes to end after SIGTERM; at `stopTimeout` (30) it is killed and exits with 137",
} as const;

/** An image with this word in its name does not exist. */
export const missingImageWord = "does-not-exist";

/** Reads a container definition whose overrides are merged in. */
export function behaviourOf(container: ContainerDefinition): Behaviour {
  const variable = (name: keyof typeof steering) => container.environment?.find((each) => each.name === name)?.value;
  const script = readCommand(container);
  const exit = wholeNumber(variable("AIPLAT_SANDBOX_EXIT"));
  const seconds = number(variable("AIPLAT_SANDBOX_SECONDS")) ?? (exit === undefined ? script?.seconds : 1);
  const printed = variable("AIPLAT_SANDBOX_LOG");
  return {
    seconds: seconds === Number.POSITIVE_INFINITY ? undefined : seconds,
    decided: seconds !== undefined,
    exitCode: Math.min(255, exit ?? script?.exitCode ?? 0),
    lines: printed === undefined ? (script?.lines ?? []) : printed.split("\n"),
    unhealthy: variable("AIPLAT_SANDBOX_HEALTH")?.toUpperCase() === "UNHEALTHY",
    healthyAfter: number(variable("AIPLAT_SANDBOX_HEALTHY_AFTER")),
    stopSeconds: number(variable("AIPLAT_SANDBOX_STOP_SECONDS")),
    alarm: variable("AIPLAT_SANDBOX_ALARM"),
    missingImage: container.image?.includes(missingImageWord) === true,
  };
}

type Script = Pick<Behaviour, "exitCode" | "lines"> & { readonly seconds: number };

/** The command as a row of steps; undefined where it holds anything else. */
function readCommand({ entryPoint, command }: ContainerDefinition): Script | undefined {
  const words = [...asWords(entryPoint), ...asWords(command)];
  const [shell, option, script] = words;
  const steps =
    /^(?:\/(?:usr\/)?bin\/)?(?:ba|a)?sh$/.test(shell ?? "") && /^-[a-z]*c$/.test(option ?? "") && words.length === 3
      ? script!.split(/;|&&|\n/).map((step) => step.trim())
      : [words.join(" ")];
  let seconds = 0;
  let exitCode = 0;
  const lines: string[] = [];
  for (const step of steps.filter((each) => each !== "")) {
    const found = /^(sleep|echo|exit|true|false)(?:\s+(.*))?$/.exec(step);
    if (found === null) return undefined;
    const [, word, rest = ""] = found;
    exitCode = word === "false" ? 1 : 0;
    if (word === "echo") lines.push(rest.replace(/^(["'])(.*)\1$/, "$2"));
    if (word === "exit") return { seconds: Math.max(seconds, 0.5), exitCode: wholeNumber(rest) ?? 0, lines };
    if (word !== "sleep") continue;
    const wait = rest === "infinity" ? Number.POSITIVE_INFINITY : number(rest);
    if (wait === undefined) return undefined;
    seconds += wait;
  }
  return words.length === 0 ? undefined : { seconds: Math.max(seconds, 0.5), exitCode, lines };
}

function asWords(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : [];
}

function number(text: string | undefined): number | undefined {
  return /^\d{1,9}(?:\.\d{1,3})?$/.test(text ?? "") ? Number(text) : undefined;
}

function wholeNumber(text: string | undefined): number | undefined {
  return /^\d{1,9}$/.test(text ?? "") ? Number(text) : undefined;
}
