import { present } from "../core/base/present.ts";
import { findInstanceType, unknownInstanceType } from "../core/catalog/instance-types/catalog.ts";
import type { ClusterSnapshot } from "../core/cluster/snapshot.ts";
import type { Context } from "../context.ts";
import { AiplatError, InvalidInput, refuseMistakes, type ExitCode } from "../errors.ts";
import { note } from "../output/note.ts";
import { print } from "../output/print.ts";
import { sandboxView } from "../output/sandbox.ts";
import type { SandboxProvider } from "../sandbox/model/auto-scaling-groups.ts";
import type { SandboxMachines, Sandbox, SandboxOptions } from "../sandbox/sandbox.ts";
import type { Faults } from "../sandbox/wire/faults.ts";
import { clusterStateOption, loadSnapshot } from "./shared/cluster-state.ts";
import { defineCommand } from "./command.ts";
import type { OptionsOf, OptionSpec } from "./shared/option.ts";
import { positiveAmount, wholeFrom } from "./shared/parse-numbers.ts";

type Fault = { readonly throttle: true } | { readonly operation: string; readonly count: number };

/** What the sandbox has where nothing else is asked for. */
export const defaultFleet: readonly SandboxMachines[] = [
  { instanceType: "inf2.xlarge", count: 2 },
  { instanceType: "trn1.2xlarge", count: 1 },
  { instanceType: "g5.xlarge", count: 1 },
];

const options = [
  { flags: "--port <port>", description: "loopback port", defaultText: "a free one", parse: readPort },
  {
    flags: "--instance <type=count>",
    description: "container instances of the cluster, e.g. inf2.24xlarge=2",
    repeatable: true,
    defaultText: defaultFleet.map(({ instanceType, count }) => `${instanceType}=${count}`).join(" "),
    parse: readFleetRow,
  },
  {
    flags: "--provider <name=type:min-max>",
    description:
      "capacity provider of the cluster that ECS scales, with so many instances of a type at least and at most, " +
      "e.g. cp1=inf2.24xlarge:0-4; a single one is the cluster's default strategy",
    repeatable: true,
    parse: readProvider,
  },
  {
    flags: "--boot-seconds <n>",
    description: "how long an instance of a capacity provider takes from its launch until it is registered",
    defaultText: "60",
    parse: positiveAmount,
  },
  { flags: "--cluster <name>", description: "the cluster's name", defaultText: "default" },
  { ...clusterStateOption, description: "start with the cluster of a snapshot file (aiplat cluster snapshot)" },
  {
    flags: "--speed <factor>",
    description: "how many times faster than real time its clock goes",
    defaultText: "1",
    parse: positiveAmount,
  },
  { flags: "--stepped", description: 'time stands still; POST {"seconds": N} to /_sandbox/advance moves it' },
  {
    flags: "--task-seconds <n>",
    description: "end a task of run-task after this time where its container does not say when it ends",
    defaultText: "it runs on",
    parse: positiveAmount,
  },
  {
    flags: "--registered-memory <percent>",
    description: "what an instance registers of its type's memory, as its agent leaves out ECS_RESERVED_MEMORY",
    defaultText: "95",
    parse: readShare,
  },
  {
    flags: "--fault <fault>",
    description:
      "throttle: refuse requests above AWS's published rates; drop=OPERATION:N: " +
      "lose its first N answers after they took effect",
    repeatable: true,
    parse: readFault,
  },
] as const satisfies readonly OptionSpec[];

type Options = OptionsOf<typeof options>;

export const sandbox = defineCommand({
  description:
    "Starts a local AWS endpoint to practise and test against, until Ctrl-C: " +
    "ECS with its placement and task life cycle, the AMI parameters of SSM, the containers' logs, STS, launch templates, " +
    "Auto Scaling groups, and CloudFormation as far as capacities need it. " +
    "Any AWS SDK, the AWS CLI and aiplat can use it. Nothing is run, nothing costs anything, " +
    "and no credentials are needed. With -- COMMAND it runs the command in its environment, with its exit code, and " +
    "ends with it.",
  options,
  examples: [
    ["aiplat sandbox --instance inf2.24xlarge=2 -- make test", "a command against a sandbox of its own"],
    ["aiplat sandbox --port 4566 --instance inf2.24xlarge=2 --instance trn1.32xlarge=1", "a cluster to practise on"],
    ["aiplat sandbox --provider cp1=inf2.24xlarge:0-4 --boot-seconds 90", "machines come when tasks wait for them"],
    ["aiplat sandbox --cluster-state prod.json", "a copy of a cluster to try a change on"],
    ["aiplat sandbox --speed 60 --fault throttle --fault drop=RunTask:1", "for the tests of a deploy tool"],
  ],
  formats: ["text", "json", "yaml", "env"],
  takesCommand: true,
  run: async (context, { options, passthrough }) => {
    if (passthrough?.length === 0)
      throw new AiplatError("Usage", "no command after --", { hint: "As in: aiplat sandbox -- sh" });
    const snapshot = await readSnapshot(context, options);
    const region = context.options.regions[0] ?? snapshot?.region ?? "us-east-1";
    const providers = readProviders(options);
    const fleet = options.instance ?? (providers.length === 0 ? defaultFleet : []);
    const running = await start(options.port ?? 0, {
      port: options.port ?? 0,
      cluster: snapshot === undefined ? { name: options.cluster ?? "default", fleet, providers } : { snapshot },
      region,
      now: context.now,
      ...present({ speed: options.speed, registeredMemoryPercent: options.registeredMemory }),
      stepped: options.stepped ?? false,
      timings: present({ task: toMs(options.taskSeconds), boot: toMs(options.bootSeconds) }),
      faults: readFaults(options.fault ?? []),
    });
    try {
      const cluster = snapshot?.cluster ?? options.cluster ?? "default";
      if (passthrough !== undefined) return await runAgainst(running, cluster, passthrough, context);
      const instances = snapshot === undefined ? fleet : countTypes(snapshot);
      await print(
        context,
        sandboxView({
          endpoint: running.url,
          region,
          cluster,
          instances,
          ...(providers.length === 0 ? {} : { capacityProviders: providers }),
          environment: running.environment,
        }),
      );
      await untilInterrupted(context.signal);
      note(context, "sandbox ended");
    } finally {
      await running.close();
    }
  },
});

/** Standard output is the command's alone. */
async function runAgainst(
  { url, region, environment }: Sandbox,
  cluster: string,
  command: readonly string[],
  context: Context,
): Promise<ExitCode> {
  note(context, `A sandbox of ECS at ${url}: region ${region}, cluster ${cluster}. It ends with the command.`);
  const own = Object.entries(context.env).filter(([name]) => !leadsElsewhere.test(name));
  try {
    return await context.runInForeground(command, {
      ...Object.fromEntries(own),
      ...environment,
      AIPLAT_CLUSTER: cluster,
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT" && code !== "EACCES") throw error;
    const why = code === "ENOENT" ? "there is no such program" : "it may not be run";
    throw new AiplatError("Usage", `${command[0]}: ${why}`, { cause: error });
  }
}

/** What would lead a client past the sandbox. */
const leadsElsewhere = /^AWS_(PROFILE|DEFAULT_PROFILE|SESSION_TOKEN|IGNORE_CONFIGURED_ENDPOINT_URLS|ENDPOINT_URL_\w+)$/;

async function readSnapshot(context: Context, options: Options): Promise<ClusterSnapshot | undefined> {
  const given = [
    ...(options.instance === undefined ? [] : ["--instance"]),
    ...(options.provider === undefined ? [] : ["--provider"]),
  ];
  if (options.clusterState !== undefined)
    refuseMistakes(given.map((flag) => new AiplatError("Usage", `give ${flag} or --cluster-state, not both`)));
  return loadSnapshot(context, options);
}

async function start(port: number, options: SandboxOptions): Promise<Sandbox> {
  const { startSandbox } = await import("../sandbox/sandbox.ts");
  try {
    return await startSandbox(options);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE")
      throw new AiplatError("OperationFailed", `port ${port} is in use`, {
        hint: "Give another --port, or none for a free one.",
        cause: error,
      });
    if (code === "EACCES")
      throw new AiplatError("OperationFailed", `this user may not listen on port ${port}`, {
        hint: "Give a --port above 1023.",
        cause: error,
      });
    throw error;
  }
}

function countTypes({ instances }: ClusterSnapshot): readonly SandboxMachines[] {
  const counts = new Map<string, number>();
  for (const { attributes } of instances) {
    const type = attributes["ecs.instance-type"] ?? "unknown";
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return [...counts].map(([instanceType, count]) => ({ instanceType, count }));
}

function untilInterrupted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** A share in percent, with or without its sign. */
function readShare(text: string, flag: string): number {
  const percent = Number(/^(\d{1,3}(?:\.\d{1,3})?)%?$/.exec(text)?.[1]);
  if (!(percent > 0 && percent <= 100))
    throw new AiplatError("Usage", `${flag} ${text}: write percent, above 0 and up to 100, as 95`);
  return percent;
}

function readPort(text: string, flag: string): number {
  const port = wholeFrom(1)(text, flag);
  if (port > 65_535) throw new AiplatError("Usage", `${flag} ${text}: ports go up to 65535`);
  return port;
}

/** ECS's own limit. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html */
const mostInstances = 5_000;

function readFleetRow(text: string, flag: string): SandboxMachines {
  const [, instanceType, count = "1"] = /^([^=]+)(?:=(\d{1,5}))?$/.exec(text) ?? [];
  if (instanceType === undefined || Number(count) > mostInstances)
    throw new AiplatError(
      "Usage",
      `${flag} ${text}: write TYPE=COUNT, e.g. inf2.24xlarge=2, with a count up to ${mostInstances}`,
    );
  if (findInstanceType(instanceType) === undefined)
    throw new InvalidInput([{ ...unknownInstanceType(instanceType), flag }]);
  return { instanceType, count: Number(count) };
}

/** A capacity provider as `NAME=TYPE:MIN-MAX`. */
function readProvider(text: string, flag: string): SandboxProvider {
  const [, name, instanceType, min, max] = /^([A-Za-z0-9_-]{1,255})=([^:=]+):(\d{1,4})-(\d{1,4})$/.exec(text) ?? [];
  if (name === undefined || instanceType === undefined || Number(min) > Number(max) || Number(max) > mostInstances)
    throw new AiplatError(
      "Usage",
      `${flag} ${text}: write NAME=TYPE:MIN-MAX, e.g. cp1=inf2.24xlarge:0-4, with a maximum up to ${mostInstances}`,
    );
  if (reservedProviderName.test(name))
    throw new AiplatError("Usage", `${flag} ${text}: names that begin with aws, ecs or fargate are AWS's own`);
  if (findInstanceType(instanceType) === undefined)
    throw new InvalidInput([{ ...unknownInstanceType(instanceType), flag }]);
  return { name, instanceType, min: Number(min), max: Number(max) };
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCapacityProvider.html */
const reservedProviderName = /^(?:aws|ecs|fargate)/i;

function readProviders({ provider: providers = [] }: Options): readonly SandboxProvider[] {
  const names = providers.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new AiplatError("Usage", `--provider: ${twice} is there twice`);
  return providers;
}

function toMs(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000;
}

function readFault(text: string, flag: string): Fault {
  if (text === "throttle") return { throttle: true };
  const [, operation, count = "1"] = /^drop=([A-Za-z]+)(?::(\d{1,6}))?$/.exec(text) ?? [];
  if (operation === undefined)
    throw new AiplatError("Usage", `${flag} ${text}: not a fault`, {
      hint: "Write throttle, or drop=OPERATION:N, e.g. drop=RunTask:1.",
    });
  return { operation, count: Number(count) };
}

function readFaults(faults: readonly Fault[]): Faults {
  return {
    throttle: faults.some((each) => "throttle" in each),
    drop: Object.fromEntries(
      faults.flatMap((each) => ("operation" in each ? [[each.operation, each.count] as const] : [])),
    ),
  };
}
