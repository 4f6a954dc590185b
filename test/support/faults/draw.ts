import { Random } from "./random.ts";
import type { Fault, FaultKind, Machines, PlannedProcess, Schedule, Signal, Step, Trouble } from "./schedule.ts";

/** What is done to a cloud that is ready for it, and how it is seen afterwards that all is well. */
interface Story {
  readonly machines: readonly Machines[];
  /** Without faults, before. */
  readonly before?: readonly Words[];
  /** With faults: each is a process, and they start at the same time. */
  readonly subject: readonly Words[];
  /** Without faults, after: so many milliseconds later each. */
  readonly after?: readonly (Words & { readonly pauseMs?: number })[];
  readonly operations: readonly string[];
  /** How many requests the subject sends, about: faults and signals are spread over them. */
  readonly requests?: number;
  readonly group?: Machines;
}

interface Words {
  readonly argv: readonly string[];
  readonly takesOutput?: boolean;
  readonly takesRun?: boolean;
  /** When it starts, beside another; else within two seconds. */
  readonly startMs?: number;
  /** Beside those that are drawn. */
  readonly troubles?: readonly Trouble[];
}

const chips: readonly Machines[] = [{ instanceType: "inf2.24xlarge", count: 2 }];
const gpus: readonly Machines[] = [{ instanceType: "g5.xlarge", count: 3 }];
const runCalls = ["RunTask", "RunTask", "RegisterTaskDefinition", "ListTasks", "DescribeTasks", "DescribeClusters"];
const runReads = ["DescribeContainerInstances", "DescribeTaskDefinition", "ListContainerInstances", "ListServices"];
const serviceCalls = ["CreateService", "UpdateService", "DeleteService", "RegisterTaskDefinition"];
const serviceReads = ["DescribeServices", "DescribeServices", "ListServices", "ListTasks", "DescribeTasks"];

const words = (text: string): readonly string[] => text.split(" ").filter((word) => word !== "");

function runWords(random: Random): { readonly machines: readonly Machines[]; readonly text: string } {
  const [machines, what] = random.pick([
    [chips, `--instance-type inf2.24xlarge --devices ${random.pick([1, 2, 3])}`],
    [gpus, "--instance-type g5.xlarge"],
    [
      chips,
      "--instance-type inf2.24xlarge --network-mode awsvpc --network-configuration awsvpcConfiguration={subnets=[subnet-1]}",
    ],
  ] as const);
  const count = random.between(1, machines === gpus ? 4 : 5);
  return { machines, text: `run-task --name chip --image x:1 ${what} --count ${count} -o json` };
}

const serviceText = (verb: string, image: string, replicas: number, what: string) =>
  `service ${verb} --name svc --image x:${image} ${what} --replicas ${replicas} -o json --yes --timeout 10m`;

function drawService(random: Random): Story {
  const [machines, what] = random.pick([
    [chips, "--instance-type inf2.24xlarge --devices 2"],
    [gpus, "--instance-type g5.xlarge"],
  ] as const);
  const replicas = random.between(1, 2);
  const deploy = (image: string, count = replicas) => words(serviceText("deploy", image, count, what));
  const verb = (text: string) => words(`service ${text} -o json --yes`);
  const operations = [...serviceCalls, ...serviceCalls, ...serviceReads];
  const old = [{ argv: deploy("1") }];
  const scaled = random.between(0, 3);
  const subjects: Readonly<Record<string, Story>> = {
    create: { machines, subject: [{ argv: deploy("1") }], after: [{ argv: deploy("1") }], operations },
    update: { machines, before: old, subject: [{ argv: deploy("2") }], after: [{ argv: deploy("2") }], operations },
    scale: {
      machines,
      before: old,
      subject: [{ argv: verb(`scale svc --replicas ${scaled} --timeout 10m`) }],
      after: [{ argv: verb(`scale svc --replicas ${Math.min(scaled, 2)} --timeout 10m`) }],
      operations,
    },
    rollback: {
      machines,
      before: [...old, { argv: deploy("2") }],
      subject: [{ argv: verb("rollback svc --timeout 10m") }],
      operations,
    },
    delete: { machines, before: old, subject: [{ argv: verb("delete svc") }], operations },
  };
  const kind = random.pick(["create", "create", "update", "update", "scale", "rollback", "delete"]);
  const story = subjects[kind]!;
  if (!random.chance(0.25)) return story;
  const other = random.pick([
    deploy("2"),
    deploy("3"),
    verb("scale svc --replicas 2 --timeout 10m"),
    verb("rollback svc --timeout 10m"),
    verb("delete svc"),
  ]);
  return { ...story, subject: [...story.subject, { argv: other }], after: [{ argv: deploy("9") }] };
}

function drawRun(random: Random): Story {
  const { machines, text } = runWords(random);
  const all = random.chance(0.3) ? " --all-or-nothing" : "";
  const operations = [...runCalls, ...runCalls, ...runReads];
  const token = random.chance(0.45) ? " --client-token T" : "";
  const wait = random.chance(0.3) ? ` --wait${random.chance(0.3) ? " --timeout 30s" : ""}` : "";
  const task = wait === "" ? "" : random.pick([" -- sleep 3", " -- sleep 40", " -- false"]);
  const argv = words(`${text}${all}${token}${wait}${task}`);
  const subject = [{ argv }, ...(random.chance(0.2) ? [{ argv }] : [])];
  if (token === "") return { machines, subject, operations };
  const later = random.pick([1_000, 5_000, 60_000, 70 * 60_000]);
  return { machines, subject, after: [{ argv, pauseMs: later }], operations };
}

function drawTask(random: Random): Story {
  const { machines, text } = runWords(random);
  const seconds = random.pick([1, 4, 30]);
  const before = [{ argv: words(`${text} -- ${random.pick([`sleep ${seconds}`, "false"])}`) }];
  const verb = random.pick(["stop --yes", "wait", "wait --timeout 2m", "list"]);
  return {
    machines,
    before,
    subject: [{ argv: words(`task ${verb} -o json`), takesRun: true }],
    operations: ["ListTasks", "ListTasks", "DescribeTasks", "DescribeTasks", "StopTask"],
  };
}

function drawPlanned(random: Random): Story {
  const { machines, text } = runWords(random);
  const subject = { argv: words("run-task --plan - -o json"), takesOutput: true };
  return {
    machines,
    before: [{ argv: words(text.replace("run-task", "plan")) }],
    subject: [subject, ...(random.chance(0.3) ? [subject] : [])],
    operations: [...runCalls, ...runReads],
  };
}

function drawRegister(): Story {
  const argv = words("taskdef register --name chip --image x:1 --instance-type inf2.24xlarge --devices 2 -o json");
  return {
    machines: chips,
    subject: [{ argv }],
    after: [{ argv }],
    operations: ["RegisterTaskDefinition", "RegisterTaskDefinition", "DescribeTaskDefinition"],
  };
}

function drawRoll(random: Random): Story {
  const instanceType = "inf2.24xlarge";
  const deploy = words(serviceText("deploy", "1", random.between(1, 2), `--instance-type ${instanceType} --devices 2`));
  const job = words(
    `run-task --name job --image x:1 --instance-type ${instanceType} --devices 1 -o json -- sleep ${random.pick([30, 200, 600])}`,
  );
  const before = [{ argv: deploy }, ...(random.chance(0.5) ? [{ argv: job }] : [])];
  const argv = words(
    `ami roll --auto-scaling-group pool --yes -o json --timeout 50m --max-unavailable ${random.pick(["1", "1", "2"])}`,
  );
  return {
    machines: [],
    group: { instanceType, count: random.between(2, 3) },
    before,
    subject: [{ argv }, ...(random.chance(0.2) ? [{ argv }] : [])],
    after: [{ argv }],
    operations: [
      "UpdateContainerInstancesState",
      "TerminateInstanceInAutoScalingGroup",
      "TerminateInstanceInAutoScalingGroup",
      "CreateLaunchTemplateVersion",
      "UpdateAutoScalingGroup",
      "DescribeAutoScalingGroups",
      "DescribeContainerInstances",
      "ListContainerInstances",
      "ListTasks",
      "DescribeTasks",
      "DescribeServices",
    ],
    requests: 400,
  };
}

const capacityReads = ["DescribeStacks", "DescribeStackEvents", "DescribeClusters", "ListStackResources"];

/** The words of a capacity, in a cluster that is there or that its stack makes, and those to make it. */
function capacityWords(random: Random) {
  const makesCluster = random.chance(0.4);
  const cluster = makesCluster ? "lab" : "default";
  const named = `--cluster ${cluster} --instance-type inf2.xlarge --no-file`;
  const made = `--subnet subnet-0000000000000000a --default${makesCluster ? " --create-cluster" : ""}`;
  return { cluster, named, deploy: `capacity deploy ${named} ${made} -o json --yes` };
}

function drawCapacityDeploy(random: Random): Story {
  const { deploy } = capacityWords(random);
  const argv = words(`${deploy} --max-size 3`);
  return {
    machines: [],
    before: random.pick([[], [], [{ argv: words(deploy) }], [{ argv }]]),
    subject: [{ argv }, ...(random.chance(0.2) ? [{ argv }] : [])],
    after: [{ argv }],
    operations: [
      "CreateChangeSet",
      "ExecuteChangeSet",
      "ExecuteChangeSet",
      "DescribeChangeSet",
      "DeleteChangeSet",
      "PutClusterCapacityProviders",
      ...capacityReads,
    ],
    requests: 20,
  };
}

function drawCapacityDelete(random: Random): Story {
  const { cluster, named, deploy } = capacityWords(random);
  const remove = { argv: words(`capacity delete ${named} -o json --yes`) };
  const serve = { argv: words(`service deploy --name svc --image x:1 ${named} -o json --yes --timeout 10m`) };
  const free = { argv: words(`service delete svc --cluster ${cluster} -o json --yes`) };
  const users = random.pick([[], [serve, free], [serve, free], [serve]]);
  return {
    machines: [],
    before: [{ argv: words(deploy) }, ...users],
    subject: [remove, ...(random.chance(0.2) ? [remove] : [])],
    after: [remove],
    operations: [
      "DeleteStack",
      "DeleteStack",
      "PutClusterCapacityProviders",
      "UpdateAutoScalingGroup",
      "SetInstanceProtection",
      "DescribeAutoScalingGroups",
      "ListContainerInstances",
      "DescribeContainerInstances",
      "ListTasks",
      "ListServices",
      "DescribeServices",
      ...capacityReads,
    ],
    requests: 20,
  };
}

/** Somebody starts a task on a machine while it is taken away. */
function drawCapacityRace(random: Random): Story {
  const named = "--cluster default --instance-type inf2.xlarge --no-file";
  const strategy = random.chance(0.3) ? " --default" : "";
  const made = `capacity deploy ${named} --subnet subnet-0000000000000000a --min-size 1${strategy} -o json --yes`;
  const remove = { argv: words(`capacity delete ${named} -o json --yes --timeout 20m`) };
  const seconds = random.pick([20, 600, 1_000_000]);
  // The call that lets the group end its machines takes long: the task comes before it.
  const slow: Trouble = {
    operation: random.pick(["SetInstanceProtection", "UpdateAutoScalingGroup"]),
    at: 0,
    length: 1,
    fault: { kind: "delay", beforeMs: 25_000, afterMs: 0 },
  };
  const start = `run-task --name job --image x:1 ${named} --count 1 -o json -- sleep ${seconds}`;
  return {
    machines: [],
    before: [{ argv: words(made) }],
    subject: [
      { ...remove, troubles: random.chance(0.7) ? [slow] : [] },
      { argv: words(start), startMs: random.between(0, random.pick([3_000, 25_000, 45_000])) },
    ],
    after: [remove, { ...remove, pauseMs: 20 * 60_000 }],
    operations: [
      "PutClusterCapacityProviders",
      "UpdateContainerInstancesState",
      "UpdateAutoScalingGroup",
      "SetInstanceProtection",
      "DeleteStack",
      "DescribeAutoScalingGroups",
      "RunTask",
      "ListTasks",
      "DescribeTasks",
      "ListContainerInstances",
      "DescribeContainerInstances",
    ],
    requests: 40,
  };
}

function drawFault(random: Random): Fault {
  const kind: FaultKind = random.pick([
    "refuse",
    "throttle",
    "double",
    "lose",
    "lose",
    "lose",
    "cut-off",
    "page",
    "no-http",
    "server-error",
    "stall",
    "silence",
    "delay",
    "stale",
    "stale",
    "repeat-token",
    "mutate",
  ]);
  switch (kind) {
    case "refuse":
    case "throttle":
    case "double":
    case "repeat-token":
    case "mutate":
      return { kind };
    case "delay":
      return {
        kind,
        beforeMs: random.pick([0, 200, 3_000, 20_000, 40_000]),
        afterMs: random.pick([0, 200, 3_000, 20_000, 40_000]),
      };
    case "stale":
      return { kind, byMs: random.pick([500, 2_000, 5_000, 10_000]) };
    default:
      return { kind, reached: random.chance(0.6) };
  }
}

function drawTroubles(random: Random, { operations, requests = 30 }: Story): readonly Trouble[] {
  return Array.from({ length: random.between(0, 3) }, () => {
    const named = random.chance(0.65);
    return {
      ...(named ? { operation: random.pick(operations) } : {}),
      at: random.between(0, named ? Math.floor(requests / 10) : requests),
      length: random.pick([1, 1, 1, 2, 3, 5, 6, 40]),
      fault: drawFault(random),
    };
  });
}

function drawSignals(random: Random, { requests = 30 }: Story): readonly Signal[] {
  if (!random.chance(0.35)) return [];
  const first: Signal = {
    name: random.pick(["SIGINT", "SIGINT", "SIGTERM", "SIGKILL"]),
    request: random.between(0, requests),
    afterMs: random.pick([0, 3, 20, 60, 400, 3_000]),
  };
  return random.chance(0.25)
    ? [first, { ...first, name: "SIGINT", afterMs: first.afterMs + random.between(1, 3_000) }]
    : [first];
}

/** The schedule of a seed. */
export function drawSchedule(seed: number): Schedule {
  const random = new Random(seed);
  const story = random.pick([
    drawRun,
    drawRun,
    drawRun,
    drawTask,
    drawPlanned,
    drawRegister,
    drawService,
    drawService,
    drawRoll,
    drawCapacityDeploy,
    drawCapacityDelete,
    drawCapacityRace,
  ])(random);
  const clean = (each: Words, pauseMs: number): Step => ({
    pauseMs,
    processes: [{ ...each, startMs: 0, troubles: [], signals: [] }],
  });
  const faulty = (each: Words, index: number): PlannedProcess => ({
    ...each,
    startMs: each.startMs ?? (index === 0 ? 0 : random.pick([0, 5, 50, 300, 2_000])),
    troubles: [...(each.troubles ?? []), ...drawTroubles(random, story)],
    signals: drawSignals(random, story),
  });
  return {
    seed,
    machines: story.machines,
    ...(story.group === undefined ? {} : { group: story.group }),
    steps: [
      ...(story.before ?? []).map((each) => clean(each, 500)),
      { pauseMs: random.pick([10, 2_000, 60_000]), processes: story.subject.map(faulty) },
      ...(story.after ?? []).map(({ pauseMs = 30_000, ...each }) => clean(each, pauseMs)),
    ],
  };
}
