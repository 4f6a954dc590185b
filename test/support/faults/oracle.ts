import { judgeCapacities, judgeCapacity } from "./capacity-oracle.ts";
import type { TaskRecord } from "../../../src/sandbox/model/records.ts";
import { isDoubledOnItsWay, runIn, type Outcome, type Played } from "./play.ts";
import { option, reportOf, type Json, type Say } from "./report.ts";
import { judgeMachines, judgeRoll } from "./roll-oracle.ts";
import { judgeRace, judgeServices } from "./service-oracle.ts";

/** What ended wrong: the rule that was broken, and how. */
export interface Wrong {
  readonly rule: string;
  readonly text: string;
}

const exits = new Set([0, 1, 3, 4, 5, 6, 130]);
/** Whose repetition has an end of its own. */
const judgedByTheirOwn = new Set(["ami", "capacity"]);
const interruptMs = 5_000;
const givenBackReason = /^aiplat( --all-or-nothing)?:/;

/** Compares what the processes said with what there is. */
export function judge(outcome: Outcome): readonly Wrong[] {
  const wrongs: Wrong[] = [];
  for (const [step, processes] of outcome.steps.entries())
    for (const played of processes) {
      const clean = played.plan.troubles.length === 0 && played.plan.signals.length === 0;
      const say = (rule: string, text: string) =>
        wrongs.push({ rule, text: `step ${step}, \`${played.argv.slice(0, 2).join(" ")}\`: ${text}` });
      judgeEnd(played, say);
      // What AWS itself says wrong can be reported in good faith: it ends, and is no bug of aiplat.
      if (played.code === undefined || outcome.steps.flat().some(isLiedTo)) continue;
      if (played.argv[0] === "run-task") judgeRun(outcome, played, say);
      if (played.argv[0] === "task") judgeTasks(outcome, played, say);
      if (played.argv[0] === "service") judgeServices(outcome, played, processes.length > 1, say);
      if (played.argv[0] === "capacity") judgeCapacity(outcome, played, step, say);
      if (played.argv[1] === "roll") judgeRoll(outcome, played, say);
      if (played.argv[1] === "register") judgeRegistered(outcome, played, say);
      judgeRevisions(outcome, played, say);
      if (clean && step > 0 && processes.length === 1 && !judgedByTheirOwn.has(played.argv[0]!))
        judgeAgain(played, say);
    }
  for (const [step, processes] of outcome.steps.entries())
    if (processes.length > 1 && processes.every(({ argv }) => argv[0] === "service"))
      if (!outcome.steps.flat().some(isLiedTo))
        judgeRace(outcome, step, (rule, text) => wrongs.push({ rule, text: `step ${step}: ${text}` }));
  judgeDevices(outcome, wrongs);
  if (outcome.steps.flat().some(isLiedTo)) return wrongs;
  judgeMachines(outcome, (rule, text) => wrongs.push({ rule, text }));
  judgeCapacities(outcome, (rule, text) => wrongs.push({ rule, text }));
  return wrongs;
}

function judgeEnd({ code, killed, signalledAt, endedAt, stderr, stdout }: Played, say: Say): void {
  if (code === undefined && killed === undefined) return say("hang", "it does not end");
  if (signalledAt !== undefined && endedAt! - signalledAt > interruptMs)
    say("slow interrupt", `it ends ${endedAt! - signalledAt} ms after the signal`);
  if (code === undefined) return;
  if (code === 70) return say("exit 70", stderr);
  if (!exits.has(code)) say("exit", `exit ${code}: ${stderr}`);
  if (code === 130 && signalledAt === undefined) say("exit", "exit 130 without a signal");
  if (code !== 0 && stderr === "" && stdout === "") say("silent", `exit ${code} and not a word`);
}

function judgeRun({ cloud }: Outcome, played: Played, say: Say): void {
  const { document, admitsGaps, error } = reportOf(played);
  const reported: readonly Json[] = document?.tasks ?? [];
  const arns = new Set<string>(reported.map(({ taskArn }) => taskArn));
  const started = cloud.effects.filter(({ by }) => by === played.port).flatMap((effect) => effect.started);
  const tasks = started.map((arn) => cloud.tasks.get(arn)!);
  const lost = tasks.filter((task) => !arns.has(task.arn) && !isGivenBack(task));
  if (lost.length > 0 && !admitsGaps)
    say("lost", `exit ${played.code}: ${lost.length} of ${started.length} tasks that it started are not in its report`);
  judgeReported(cloud.tasks, reported, say);
  const count = Number(option(played, "--count") ?? document?.requested ?? 0);
  const run = runIn(played);
  const ofRun = [...cloud.tasks.values()].filter((task) => task.startedBy === run && !isGivenBack(task));
  if (run !== undefined && count > 0 && ofRun.length > count)
    say("doubled", `${ofRun.length} tasks were started for ${count}`);
  if (played.code === 0 && reported.length !== count)
    say("misreported", `exit 0 with ${reported.length} of ${count} tasks`);
  if (played.code === 0 && [...arns].some((arn) => isGivenBack(cloud.tasks.get(arn))))
    say("misreported", "exit 0 with tasks that aiplat stopped");
  const gaveBackAll = reported.length > 0 && reported.every(({ stoppedReason }) => givenBackReason.test(stoppedReason));
  if (gaveBackAll && !admitsGaps && /tasks go on running/.test(error?.hint))
    say("misreported", "tasks that it gave back are said to go on running");
  const left = tasks.filter((task) => task.desiredStatus === "RUNNING");
  if (played.argv.includes("--all-or-nothing") && played.code === 4 && left.length > 0)
    say("left", `exit 4 with --all-or-nothing, and ${left.length} tasks are left`);
  if (played.argv.includes("--all-or-nothing") && played.code !== 0 && played.code !== 5 && left.length > 0)
    if (!admitsGaps && !(document?.tasks ?? []).some(({ lastStatus }: Json) => lastStatus !== "STOPPED"))
      say("left", `exit ${played.code} with --all-or-nothing, and ${left.length} tasks are left`);
  if (
    played.code !== 0 &&
    document === undefined &&
    started.length > 0 &&
    !admitsGaps &&
    error?.details?.run === undefined
  )
    say("unnamed", `exit ${played.code}: tasks were started, and no run is named`);
  judgeWaited(cloud.tasks, played, say);
}

function judgeReported(tasks: ReadonlyMap<string, TaskRecord>, reported: readonly Json[], say: Say): void {
  for (const { taskArn, lastStatus } of reported) {
    const task = tasks.get(taskArn);
    if (task === undefined) say("phantom", `${taskArn} never was`);
    else if (lastStatus === "STOPPED" && task.lastStatus !== "STOPPED")
      say("misreported", `${taskArn} is said to be STOPPED and is ${task.lastStatus}`);
  }
}

function judgeWaited(tasks: ReadonlyMap<string, TaskRecord>, played: Played, say: Say): void {
  const { document } = reportOf(played);
  const waits = played.argv.includes("--wait") || played.argv[1] === "wait";
  for (const { reason, detail } of document?.failures ?? [])
    if (reason === "MISSING" && tasks.get(detail)?.cluster.tasks.has(tasks.get(detail)!.id) === true)
      say("misreported", `${detail} is said to be MISSING and is ${tasks.get(detail)!.lastStatus}`);
  if (!waits || played.code !== 0) return;
  for (const { taskArn } of document?.tasks ?? []) {
    const task = tasks.get(taskArn);
    const ended = task?.stoppedAt !== undefined && task.stoppedAt <= played.endedAt!;
    if (!ended || task.containers.some(({ exitCode }) => exitCode !== 0))
      say("misreported", `exit 0, and ${taskArn} has not ended well`);
  }
}

function judgeTasks({ cloud }: Outcome, played: Played, say: Say): void {
  const { document, admitsGaps } = reportOf(played);
  const reported: readonly Json[] = document?.tasks ?? document?.items ?? [];
  const arns = new Set<string>(reported.map(({ taskArn }) => taskArn));
  judgeReported(cloud.tasks, reported, say);
  judgeWaited(cloud.tasks, played, say);
  const run = option(played, "--run");
  const ofRun = [...cloud.tasks.values()].filter((task) => task.startedBy === run);
  if (played.code === 0 && ofRun.some(({ arn }) => !arns.has(arn)))
    say("lost", `exit 0, and ${ofRun.filter(({ arn }) => !arns.has(arn)).length} tasks of the run are not shown`);
  if (ofRun.length > 0 && played.stderr.includes('"code":"NotFound"') && !isBehind(played))
    say("misreported", `${ofRun.length} tasks of the run are there, and it says none`);
  if (played.argv[1] !== "stop") return;
  if (played.code === 0 && ofRun.some(({ desiredStatus }) => desiredStatus === "RUNNING"))
    say("misreported", "exit 0, and tasks go on");
  const stopped = ofRun.filter(({ arn, stoppedReason }) => !arns.has(arn) && stoppedReason === "aiplat task stop");
  if (stopped.length > 0 && !admitsGaps)
    say("lost", `exit ${played.code}: ${stopped.length} tasks that it stopped are not in its report`);
}

function judgeRegistered({ cloud }: Outcome, played: Played, say: Say): void {
  const { document, admitsGaps } = reportOf(played);
  const reported = new Set<string>((document?.items ?? []).map(({ taskDefinitionArn }: Json) => taskDefinitionArn));
  const lost = cloud.effects.filter(
    ({ by, registered }) => by === played.port && registered !== undefined && !reported.has(registered),
  );
  if (lost.length > 0 && !admitsGaps && !isDoubledOnItsWay(played))
    say("lost", `exit ${played.code}: revisions that it registered are not in its report`);
}

/** A family gets one revision of a process, as each has one thing to say of it. */
function judgeRevisions({ cloud }: Outcome, played: Played, say: Say): void {
  const families = new Map<string, number>();
  for (const { by, registered } of cloud.effects)
    if (by === played.port && registered !== undefined) {
      const family = registered.slice(0, registered.lastIndexOf(":"));
      families.set(family, (families.get(family) ?? 0) + 1);
    }
  for (const [family, count] of families)
    if (count > 1 && !isDoubledOnItsWay(played) && !played.stderr.includes("twice"))
      say("revision doubled", `${count} revisions of ${family}`);
}

function isLiedTo({ plan }: Played): boolean {
  return plan.troubles.some(({ fault }) => fault.kind === "mutate");
}

/** Whether its reads are behind for longer than anybody looks again. */
function isBehind({ plan }: Played): boolean {
  return plan.troubles.some(({ fault, length }) => fault.kind === "stale" && fault.byMs >= 5_000 && length > 3);
}

function judgeAgain(played: Played, say: Say): void {
  const { code, stderr, stdout } = played;
  // ECS has forgotten how they ended, or which they were.
  if (code === 1 && stderr.includes("ECS has forgotten")) return;
  if (code === 1 && reportOf(played).document?.failures?.some(({ reason }: Json) => reason === "MISSING")) return;
  if (code !== 0 && code !== 4 && !(code === 1 && /"exitCode": [1-9]/.test(stdout)) && code !== 5)
    say("again", `without a fault it ends with ${code}: ${stderr}`);
}

/** Of two tasks that want a device, one at most is not stopping. */
function judgeDevices({ cloud, steps }: Outcome, wrongs: Wrong[]): void {
  // Who is killed cannot give back what it shares.
  if (steps.flat().some(({ killed }) => killed !== undefined)) return;
  const holders = new Map<string, string>();
  for (const task of cloud.tasks.values()) {
    if (task.desiredStatus !== "RUNNING" || task.instance === undefined) continue;
    for (const { linuxParameters } of task.definition.containerDefinitions)
      for (const { hostPath } of linuxParameters?.devices ?? []) {
        const device = `${task.instance.id} ${hostPath}`;
        if (holders.has(device)) wrongs.push({ rule: "device shared", text: `${device} has two tasks` });
        holders.set(device, task.arn);
      }
  }
}

function isGivenBack(task: TaskRecord | undefined): boolean {
  return task?.desiredStatus === "STOPPED" && givenBackReason.test(task.stoppedReason ?? "");
}
