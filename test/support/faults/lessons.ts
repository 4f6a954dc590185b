import type { Fault, PlannedProcess, Schedule, Signal, Step, Trouble } from "./schedule.ts";

/** Schedules that ended wrong once, and what they taught. */
export interface Lesson {
  readonly name: string;
  readonly schedule: Schedule;
  /** The exit codes that each step may end with; of several processes, any of them. */
  readonly codes: readonly (readonly number[])[];
  /** How long the faulty step may take, in seconds. */
  readonly withinSeconds?: number;
}

const chips = [{ instanceType: "inf2.24xlarge", count: 2 }];
const twoGpus = [{ instanceType: "g5.xlarge", count: 2 }];
const threeGpus = [{ instanceType: "g5.xlarge", count: 3 }];
const slots = "run-task --name chip --image x:1 --instance-type inf2.24xlarge --devices 2 -o json --count";
const threeChips = slots.replace("--devices 2", "--devices 3");
const gpus = "run-task --name chip --image x:1 --instance-type g5.xlarge -o json --count";
const deploy =
  "service deploy --name svc --image x:1 --instance-type g5.xlarge --replicas 2 -o json --yes --timeout 10m";
const slotDeploy = deploy.replace("g5.xlarge", "inf2.24xlarge --devices 2");

type Options = Partial<Omit<PlannedProcess, "argv">> & { readonly pauseMs?: number };

function process(words: string, options: Options = {}): PlannedProcess {
  const { pauseMs: _, ...rest } = options;
  return { argv: words.split(" "), startMs: 0, troubles: [], signals: [], ...rest };
}

const step = (words: string, options: Options = {}): Step => ({
  pauseMs: options.pauseMs ?? 2_000,
  processes: [process(words, options)],
});

const trouble = (operation: string, at: number, length: number, fault: Fault): Trouble => ({
  operation,
  at,
  length,
  fault,
});

const interrupt = (request: number, afterMs: number, name: Signal["name"] = "SIGINT"): Signal => ({
  name,
  request,
  afterMs,
});

const lost: Fault = { kind: "lose", reached: true };
const machines = "--cluster default --instance-type inf2.xlarge --no-file -o json --yes";
const roll = "ami roll --auto-scaling-group pool --timeout 50m -o json --yes";
const makeMachines = `capacity deploy ${machines} --subnet subnet-0000000000000000a`;
const endMachines = `capacity delete ${machines}`;
const inLab = (words: string) => words.replace("--cluster default", "--cluster lab");
/** Requests of a run of slots before its first RunTask, as a count. */
const beforeRunTask = 13;

export const lessons: readonly Lesson[] = [
  {
    name: "tasks that --all-or-nothing gave back are not counted when it is repeated",
    schedule: {
      seed: 1,
      machines: chips,
      steps: [
        {
          pauseMs: 0,
          processes: [
            process(`${slots} 4 --all-or-nothing --client-token A`),
            process(`${slots} 4 --all-or-nothing --client-token B`),
          ],
        },
        step(`${slots} 4 --all-or-nothing --client-token A`),
        step(`${slots} 4 --all-or-nothing --client-token B`),
      ],
    },
    codes: [
      [0, 4],
      [0, 4],
      [0, 4],
    ],
  },
  {
    name: "a client token starts nothing again, however much of it ECS still shows",
    schedule: {
      seed: 2,
      machines: twoGpus,
      steps: [
        step(`${gpus} 4 --client-token T -- sleep 3`),
        step(`${gpus} 4 --client-token T -- sleep 3`, { pauseMs: 60_000 }),
        // ECS has forgotten the first two.
        step(`${gpus} 4 --client-token T -- sleep 3`, { pauseMs: 3_570_000 }),
        // And all of them.
        step(`${gpus} 4 --client-token T -- sleep 3`, { pauseMs: 3_600_000 }),
      ],
    },
    codes: [[4], [0], [0], [0]],
  },
  {
    name: "an interrupt while RunTask is under way is followed by the run and its tasks",
    schedule: {
      seed: 4,
      machines: chips,
      steps: [
        step(`${slots} 3`, {
          signals: [interrupt(beforeRunTask, 1)],
          troubles: [trouble("RunTask", 0, 9, { kind: "delay", beforeMs: 0, afterMs: 200 })],
        }),
      ],
    },
    codes: [[0, 130]],
    withinSeconds: 6,
  },
  {
    name: "SIGTERM is an interrupt, and an answer that never comes does not hold it up",
    schedule: {
      seed: 5,
      machines: chips,
      steps: [
        step(`${slots} 3`, {
          signals: [interrupt(beforeRunTask, 500, "SIGTERM")],
          troubles: [trouble("RunTask", 0, 40, { kind: "silence", reached: true })],
        }),
      ],
    },
    codes: [[130]],
    withinSeconds: 7,
  },
  {
    name: "answers of RunTask that are lost for seconds are waited for",
    schedule: {
      seed: 6,
      machines: chips,
      steps: [step(`${slots} 3`, { troubles: [trouble("RunTask", 0, 18, lost)] })],
    },
    codes: [[0]],
  },
  {
    name: "a run whose answers stay lost is read back",
    schedule: {
      seed: 7,
      machines: chips,
      steps: [step(`${slots} 3`, { troubles: [trouble("RunTask", 0, 999, lost)] })],
    },
    codes: [[1]],
  },
  {
    name: "a registration whose answer is lost is found beneath the one that somebody else makes meanwhile",
    schedule: {
      seed: 102_097_944,
      machines: threeGpus,
      steps: [
        {
          pauseMs: 60_000,
          processes: [
            process(deploy.replace("x:1", "x:2"), {
              troubles: [trouble("RegisterTaskDefinition", 0, 1, { kind: "silence", reached: true })],
            }),
            process(deploy.replace("x:1", "x:3")),
          ],
        },
      ],
    },
    codes: [[0, 1]],
  },
  {
    name: "--all-or-nothing gives back what it finds of lost answers",
    schedule: {
      seed: 8,
      machines: chips,
      steps: [step(`${slots} 3 --all-or-nothing`, { troubles: [trouble("RunTask", 0, 999, lost)] })],
    },
    codes: [[1]],
  },
  {
    name: "tasks that end between two lists are in one of them",
    schedule: {
      seed: 9,
      machines: chips,
      steps: [
        step(`${slots} 4 -- sleep 3`),
        step("task wait -o json", {
          takesRun: true,
          pauseMs: 3_000,
          troubles: [trouble("ListTasks", 0, 1, { kind: "delay", beforeMs: 5_000, afterMs: 0 })],
        }),
      ],
    },
    codes: [[0], [0]],
  },
  {
    name: "a task that one look does not show is waited for",
    schedule: {
      seed: 10,
      machines: chips,
      steps: [
        step(`${slots} 2 --wait -- sleep 9`, {
          troubles: [trouble("DescribeTasks", 1, 1, { kind: "stale", byMs: 10_000 })],
        }),
      ],
    },
    codes: [[0]],
  },
  {
    name: "a service that one look does not show is not deleted",
    schedule: {
      seed: 11,
      machines: threeGpus,
      steps: [step(deploy, { troubles: [trouble("DescribeServices", 1, 3, { kind: "stale", byMs: 10_000 })] })],
    },
    codes: [[0]],
  },
  {
    name: "a look from before is no steady service",
    schedule: {
      seed: 12,
      machines: threeGpus,
      steps: [
        step(deploy),
        step("service scale svc --replicas 1 -o json --yes --timeout 10m", {
          troubles: [trouble("DescribeServices", 1, 3, { kind: "stale", byMs: 10_000 })],
        }),
      ],
    },
    codes: [[0], [0]],
  },
  {
    name: "an answer that stalls in its body ends, and so does the wait at its time",
    schedule: {
      seed: 13,
      machines: chips,
      steps: [
        step(`${slots} 1 --wait --timeout 20s -- sleep 99`, {
          troubles: [trouble("DescribeTasks", 1, 99, { kind: "stall", reached: true })],
        }),
      ],
    },
    codes: [[5]],
    withinSeconds: 25,
  },
  {
    name: "a list that repeats its nextToken ends",
    schedule: {
      seed: 14,
      machines: chips,
      steps: [step(`${slots} 1`, { troubles: [trouble("ListTasks", 0, 99, { kind: "repeat-token" })] })],
    },
    codes: [[1]],
  },
  {
    name: "an interrupt in the first deletion of a service leaves the others",
    schedule: {
      seed: 15,
      machines: chips,
      steps: [
        step(slotDeploy),
        step("service delete svc -o json --yes", {
          signals: [interrupt(2, 2)],
          troubles: [trouble("DeleteService", 0, 1, { kind: "delay", beforeMs: 0, afterMs: 100 })],
        }),
      ],
    },
    codes: [[0], [130]],
  },
  {
    name: "an interrupt while a deletion is repeated whose answer was lost tells of it",
    schedule: {
      seed: 1_797_991_509,
      machines: chips,
      steps: [
        step(slotDeploy.replace("--replicas 2", "--replicas 1"), { pauseMs: 500 }),
        step("service delete svc -o json --yes", {
          signals: [interrupt(4, 0)],
          troubles: [trouble("DeleteService", 1, 1, lost)],
        }),
      ],
    },
    codes: [[0], [130]],
  },
  {
    name: "a deletion that fails is told of with those before it",
    schedule: {
      seed: 16,
      machines: chips,
      steps: [
        step(slotDeploy),
        step("service delete svc -o json --yes", {
          troubles: [trouble("DeleteService", 2, 999, { kind: "page", reached: false })],
        }),
      ],
    },
    codes: [[0], [1]],
  },
  ...(["cut-off", "page", "no-http", "server-error"] as const).map((kind, index): Lesson => ({
    name: `an answer of RunTask that is spoilt (${kind}) is asked for again`,
    schedule: {
      seed: 17 + index,
      machines: chips,
      steps: [step(`${slots} 2`, { troubles: [trouble("RunTask", 0, 2, { kind, reached: true })] })],
    },
    codes: [[0]],
  })),
  {
    name: "a registration whose answer is lost is looked up, and not made twice",
    schedule: {
      seed: 21,
      machines: chips,
      steps: [step(`${slots} 1`, { troubles: [trouble("RegisterTaskDefinition", 0, 1, lost)] })],
    },
    codes: [[0]],
  },
  {
    name: "two commands with one client token start one run",
    schedule: {
      seed: 22,
      machines: chips,
      steps: [
        {
          pauseMs: 0,
          processes: [process(`${slots} 4 --client-token T`), process(`${slots} 4 --client-token T`, { startMs: 40 })],
        },
      ],
    },
    codes: [[0]],
  },
  {
    name: "an interrupt does not take back what another command started under the same token",
    schedule: {
      seed: 24,
      machines: chips,
      steps: [
        {
          pauseMs: 0,
          processes: [
            process(`${slots} 4 --all-or-nothing --client-token T`),
            process(`${slots} 4 --all-or-nothing --client-token T`, {
              startMs: 400,
              signals: [interrupt(7, 20, "SIGTERM")],
            }),
          ],
        },
      ],
    },
    codes: [[0, 130]],
  },
  {
    name: "what an interrupt gives back is started again by the other command under the same token",
    schedule: {
      seed: 981_739_533,
      machines: chips,
      steps: [
        {
          pauseMs: 2_000,
          processes: [
            process(`${threeChips} 2 --all-or-nothing --client-token T`),
            process(`${threeChips} 2 --all-or-nothing --client-token T`, { signals: [interrupt(14, 3)] }),
          ],
        },
      ],
    },
    codes: [[0, 130]],
  },
  {
    name: "a run that is whole is given back by nobody",
    schedule: {
      seed: 201_188_697,
      machines: threeGpus,
      steps: [
        {
          pauseMs: 2_000,
          processes: [
            process(`${gpus} 3 --all-or-nothing --client-token T`),
            process(`${gpus} 3 --all-or-nothing --client-token T`, { signals: [interrupt(11, 20)] }),
          ],
        },
        step(`${gpus} 3 --all-or-nothing --client-token T`),
      ],
    },
    codes: [[0, 130], [0]],
  },
  {
    name: "a run that ended long ago is not waited for when its token is given again",
    schedule: {
      seed: 166_205_749,
      machines: twoGpus,
      steps: [
        step(`${gpus} 2 --client-token T --wait --timeout 30s -- sleep 3`),
        step(`${gpus} 2 --client-token T --wait --timeout 30s -- sleep 3`, { pauseMs: 4_200_000 }),
      ],
    },
    codes: [[0], [0]],
  },
  {
    name: "a deployment reports the number of tasks that another command has set meanwhile",
    schedule: {
      seed: 107,
      machines: threeGpus,
      steps: [
        step(deploy.replace("--replicas 2", "--replicas 1"), { pauseMs: 500 }),
        {
          pauseMs: 10_000,
          processes: [
            process(deploy.replace("x:1", "x:3")),
            process(deploy.replace("x:1", "x:2").replace("--replicas 2", "--replicas 1"), { startMs: 50 }),
          ],
        },
      ],
    },
    codes: [[0], [0, 1]],
  },
  {
    name: "a registration whose answer is lost is looked for as long as reads are behind",
    schedule: {
      seed: 1_797_993_485,
      machines: chips,
      steps: [
        step(`${threeChips} 2 --client-token T`, {
          troubles: [
            { at: 11, length: 6, fault: { kind: "stale", byMs: 10_000 } },
            trouble("RegisterTaskDefinition", 0, 1, lost),
          ],
        }),
      ],
    },
    codes: [[0]],
  },
  {
    name: "a registration whose answer is lost is told of, though another definition failed before it",
    schedule: {
      seed: 740_000_190,
      machines: chips,
      steps: [
        step("taskdef register --name chip --image x:1 --instance-type inf2.24xlarge --devices 2 -o json", {
          troubles: [
            { at: 4, length: 20, fault: { kind: "silence", reached: true } },
            trouble("DescribeTaskDefinition", 0, 1, lost),
          ],
        }),
      ],
    },
    codes: [[1]],
  },
  {
    name: "what a service was updated to is told of when the next call fails",
    schedule: {
      seed: 23,
      machines: threeGpus,
      steps: [step(deploy), step(deploy.replace("x:1", "x:2"), { troubles: [trouble("UpdateService", 0, 999, lost)] })],
    },
    codes: [[0], [0]],
  },
  {
    name: "a change whose answer is lost is told of, though it cannot be repeated: the service is deleted meanwhile",
    schedule: {
      seed: 90_709,
      machines: [{ instanceType: "inf2.24xlarge", count: 2 }],
      steps: [
        step(
          "service deploy --name svc --image x:1 --instance-type inf2.24xlarge --devices 2 --replicas 2 -o json --yes " +
            "--timeout 10m",
        ),
        {
          pauseMs: 60_000,
          processes: [
            {
              ...process("service scale svc --replicas 3 --timeout 10m -o json --yes"),
              troubles: [trouble("UpdateService", 0, 1, { kind: "stall", reached: true })],
            },
            { ...process("service delete svc -o json --yes"), startMs: 2_000 },
          ],
        },
      ],
    },
    codes: [[0], [1, 0]],
  },
  {
    name: "an interrupted rollback says to what ECS goes back",
    schedule: {
      seed: 202_376,
      machines: threeGpus,
      steps: [
        step(deploy.replace("--replicas 2", "--replicas 1")),
        {
          pauseMs: 10,
          processes: [
            process(deploy.replace("--replicas 2", "--replicas 1").replace("x:1", "x:2"), {
              signals: [interrupt(13, 400)],
            }),
            process("service rollback svc --timeout 10m -o json --yes", {
              startMs: 300,
              signals: [interrupt(21, 0)],
            }),
          ],
        },
      ],
    },
    codes: [[0], [130]],
  },
  {
    name: "a provider whose listing has no answer is said to be added by the command that added it",
    schedule: {
      seed: 1,
      machines: [],
      steps: [
        step(makeMachines, { troubles: [trouble("PutClusterCapacityProviders", 0, 1, lost)] }),
        step(makeMachines),
      ],
    },
    codes: [[0], [0]],
  },
  {
    name: "a deletion of a capacity that is interrupted says how far it is and how to go on",
    schedule: {
      seed: 167,
      machines: [],
      steps: [step(makeMachines), step(endMachines, { signals: [interrupt(12, 0, "SIGTERM")] }), step(endMachines)],
    },
    codes: [[0], [130], [0]],
  },
  {
    name: "a roll that is interrupted before it changes anything has nothing to go on with",
    schedule: {
      seed: 13766602,
      machines: [],
      group: { instanceType: "inf2.24xlarge", count: 2 },
      steps: [step(roll, { signals: [interrupt(12, 0)] }), step(roll)],
    },
    codes: [[130], [0]],
  },
  {
    name: "a roll that is taken up again while a machine is on its way in waits for it",
    schedule: {
      seed: 14314906,
      machines: [],
      group: { instanceType: "inf2.24xlarge", count: 2 },
      steps: [
        step(slotDeploy),
        { pauseMs: 2000, processes: [process(`${roll} --max-unavailable 2`, { signals: [interrupt(88, 60)] })] },
        { pauseMs: 30_000, processes: [process(`${roll} --max-unavailable 2`)] },
      ],
    },
    codes: [[0], [130], [0]],
  },
  {
    name: "no task is placed on a machine once its group may end it",
    schedule: {
      seed: 20041,
      machines: [],
      steps: [
        step(`${makeMachines} --min-size 1`, { pauseMs: 500 }),
        {
          pauseMs: 60_000,
          processes: [
            process(`${endMachines} --timeout 20m`, {
              troubles: [trouble("SetInstanceProtection", 0, 1, { kind: "delay", beforeMs: 25_000, afterMs: 0 })],
            }),
            process(
              "run-task --name job --image x:1 --cluster default --instance-type inf2.xlarge --no-file --count 1 -o json -- sleep 1000000",
              { startMs: 1_867 },
            ),
          ],
        },
      ],
    },
    codes: [[0], [0, 1, 4]],
  },
  {
    name: "nor on one that registers while its group is told to end it",
    schedule: {
      seed: 39535962,
      machines: [],
      steps: [
        step(`${makeMachines} --min-size 1 --default`, { pauseMs: 500 }),
        {
          pauseMs: 60_000,
          processes: [
            process(`${endMachines} --timeout 20m`, {
              troubles: [
                trouble("UpdateAutoScalingGroup", 0, 1, { kind: "delay", beforeMs: 25_000, afterMs: 0 }),
                { at: 24, length: 2, fault: { kind: "stale", byMs: 500 } },
              ],
            }),
            process(
              "run-task --name job --image x:1 --cluster default --instance-type inf2.xlarge --no-file --count 1 -o json -- sleep 1000000",
              { startMs: 14_204 },
            ),
          ],
        },
      ],
    },
    codes: [[0], [0, 1, 4]],
  },
  {
    name: "a capacity may go while ECS is ending the last task of a service that was deleted",
    schedule: {
      seed: 31514,
      machines: [],
      steps: [
        step(`${inLab(makeMachines)} --default --create-cluster`, { pauseMs: 500 }),
        step(inLab(`service deploy --name svc --image x:1 ${machines} --timeout 10m`), { pauseMs: 500 }),
        step("service delete svc --cluster lab -o json --yes", { pauseMs: 500 }),
        step(inLab(endMachines), { pauseMs: 10, signals: [interrupt(14, 60, "SIGTERM")] }),
      ],
    },
    codes: [[0], [0], [0], [130]],
  },
  {
    name: "a stack that another command has begun with is none that this one did",
    schedule: {
      seed: 81111607,
      machines: [],
      steps: [
        {
          pauseMs: 2_000,
          processes: [
            process(`${inLab(makeMachines)} --create-cluster`, {
              troubles: [trouble("ExecuteChangeSet", 0, 1, { kind: "lose", reached: false })],
            }),
            process(`${inLab(makeMachines)} --create-cluster`, { startMs: 5 }),
          ],
        },
      ],
    },
    codes: [[0, 1]],
  },
  {
    name: "a change set that goes as another is carried out is not waited for",
    schedule: {
      seed: 5,
      machines: [],
      steps: [{ pauseMs: 2_000, processes: [process(makeMachines), process(makeMachines, { startMs: 2_000 })] }],
    },
    codes: [[0, 1]],
    withinSeconds: 60,
  },
  {
    name: "a cluster that another command makes with the stack meanwhile is no reason to refuse it",
    schedule: {
      seed: 91556292,
      machines: [],
      steps: [
        {
          pauseMs: 10,
          processes: [
            process(`${inLab(makeMachines)} --create-cluster`),
            process(`${inLab(makeMachines)} --create-cluster`, {
              troubles: [trouble("DescribeClusters", 0, 1, { kind: "delay", beforeMs: 40_000, afterMs: 40_000 })],
            }),
          ],
        },
      ],
    },
    codes: [[0]],
  },
  {
    name: "of two that list a provider at once, one whose answer was lost may have been the other",
    schedule: {
      seed: 5,
      machines: [],
      steps: [
        {
          pauseMs: 2_000,
          processes: [
            process(makeMachines, {
              troubles: [trouble("PutClusterCapacityProviders", 0, 1, { kind: "lose", reached: false })],
            }),
            process(makeMachines, { startMs: 3_200 }),
          ],
        },
      ],
    },
    codes: [[0]],
  },
  {
    name: "of two deletions at once neither waits for the other's end for ever",
    schedule: {
      seed: 5,
      machines: [],
      steps: [
        step(`${makeMachines} --min-size 1`, { pauseMs: 500 }),
        { pauseMs: 60_000, processes: [process(endMachines), process(endMachines)] },
      ],
    },
    codes: [[0], [0]],
    withinSeconds: 300,
  },
  {
    name: "a list that is behind names the tasks that there were",
    schedule: {
      seed: 83333548,
      machines: [],
      group: { instanceType: "inf2.24xlarge", count: 3 },
      steps: [
        step(slotDeploy.replace("--replicas 2", "--replicas 1"), { pauseMs: 500 }),
        step(`${roll} --max-unavailable 2`, {
          troubles: [trouble("ListTasks", 22, 5, { kind: "stale", byMs: 2_000 })],
        }),
      ],
    },
    codes: [[0], [0]],
  },
  {
    name: "the end of an earlier operation, told late, is no end of the one that is waited for",
    schedule: {
      seed: 9490,
      machines: [],
      steps: [
        step(`${makeMachines} --default`, { pauseMs: 500 }),
        step(endMachines, {
          troubles: [trouble("DescribeStackEvents", 1, 1, { kind: "stale", byMs: 2_000 })],
        }),
      ],
    },
    codes: [[0], [0]],
  },
];
