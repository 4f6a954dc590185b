import { capacityName } from "../../../src/core/cluster/capacity-names.ts";
import type { LeftCapacities } from "./cloud.ts";
import { option, reportOf, type Json, type Say } from "./report.ts";
import type { Outcome, Played } from "./play.ts";

/** What a deployment or a deletion said of a capacity, beside what there was of it as it ended. */
export function judgeCapacity(outcome: Outcome, played: Played, step: number, say: Say): void {
  const { cloud, steps, leftCapacities } = outcome;
  const { document, error } = reportOf(played);
  const name = nameIn(played);
  const did = new Set(cloud.effects.flatMap(({ by, operation }) => (by === played.port ? [operation] : [])));
  if (played.code === 130 && did.size > 0 && !played.stderr.includes("same command goes on"))
    say("unnamed", `interrupted after ${[...did].join(", ")}, and it does not say how to go on`);
  const items: readonly Json[] = document?.items ?? [];
  if (played.code === 0 && (items.length !== 1 || items[0].stackName !== name))
    say("misreported", `exit 0, and it reports ${played.stdout}`);
  if (played.code !== 0 && items.length > 0) say("misreported", `exit ${played.code}, and it reports ${played.stdout}`);
  // Of two at once, each sees what the other does.
  const isAlone = steps[step]!.length === 1;
  const left = leftCapacities[step]!;
  const isClean = isAlone && played.plan.troubles.length + played.plan.signals.length === 0;
  if (played.argv[1] === "delete") {
    const isUsed = hasService(outcome) || hasTask(outcome, played.endedAt!);
    // One that has just ended may have been there when it looked.
    const wasUsed = isUsed || hasTask(outcome, played.endedAt! - 60_000);
    if (played.code === 0 && isAlone) sayLeft(left, name, say);
    if (isUsed && isAlone && did.size > 0) say("used", `it is in use, and it did ${[...did].join(", ")}`);
    const isGone = error?.code === "NotFound";
    if (isGone && partsOf(left, name).length > 0)
      say("misreported", `it is said not to be there, and there is ${partsOf(left, name).join(", ")}`);
    const isRefused = played.code === 1 && played.stderr.includes("is in use");
    if (isClean && !(isUsed ? isRefused : played.code === 0 || isGone || (wasUsed && isRefused)))
      say("again", `without a fault it ends with ${played.code}: ${played.stderr}`);
    return;
  }
  if (played.code !== 0) {
    if (isClean) say("again", `without a fault it ends with ${played.code}: ${played.stderr}`);
    return;
  }
  const [{ action, cluster }] = items as [Json];
  if ((action === "unchanged") === did.has("ExecuteChangeSet"))
    say("misreported", `the stack is said to be ${action}, and it did ${[...did].join(", ")}`);
  // Of two at once, one whose answer was lost cannot tell which of them wrote the list.
  const isWritten = steps[step]!.some(({ port }) =>
    cloud.effects.some(({ by, operation }) => by === port && operation === "PutClusterCapacityProviders"),
  );
  if (cluster === "unchanged" ? did.has("PutClusterCapacityProviders") : !isWritten)
    say("misreported", `the cluster's list is said to be ${cluster}, and it did ${[...did].join(", ")}`);
  if (isAlone) sayNotWhole(left, name, say);
  const max = option(played, "--max-size");
  const group = cloud.world.groups.get(name);
  if (max !== undefined && group !== undefined && group.max !== Number(max))
    say("misreported", `exit 0, and the group has up to ${group.max} machines`);
}

/** Each is made once and changed once, whatever happened, and no task ends with a machine. */
export function judgeCapacities({ cloud, steps }: Outcome, say: Say): void {
  const names = new Set(steps.flat().flatMap((played) => (played.argv[0] === "capacity" ? [nameIn(played)] : [])));
  for (const name of names) {
    const stacks = [...cloud.world.stacks.values()].filter((stack) => stack.name === name);
    const begun = stacks.flatMap(({ id, events }) =>
      events.flatMap(({ physicalId, status }) => (physicalId === id ? [status] : [])),
    );
    for (const status of ["CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS"]) {
      const times = begun.filter((each) => each === status).length;
      if (times > 1) say("doubled", `stack ${name} has begun ${times} times to be ${status}`);
    }
    const { templates } = cloud.capacities;
    if (templates.filter((each) => each === name).length > 1) say("doubled", `${name} has two launch templates`);
  }
  if (names.size === 0) return;
  for (const { arn, stopCode, stoppedReason = "" } of cloud.tasks.values())
    if (stopCode === "TerminationNotice" || /terminated/.test(stoppedReason))
      say("task killed", `${arn}: ${stoppedReason}`);
  // ECS's draining holds the machine a while, and 48 hours at most.
  for (const { machines } of cloud.world.groups.values())
    for (const { ec2InstanceId, state, instance } of machines.values())
      for (const { arn, lastStatus } of instance?.tasks ?? [])
        if (state === "Terminating:Wait" && lastStatus === "RUNNING")
          say("task caught", `${arn} runs on ${ec2InstanceId}, which is being ended`);
}

function sayLeft(left: LeftCapacities, name: string, say: Say): void {
  const parts = partsOf(left, name);
  if (parts.length > 0) say("left", `exit 0, and there is ${parts.join(", ")}`);
}

function sayNotWhole(left: LeftCapacities, name: string, say: Say): void {
  const parts = partsOf(left, name);
  const whole = ["a launch template", "a group", "a provider", "a place in the list"];
  const isWhole =
    parts.length === 5 &&
    /^stack (CREATE|UPDATE)_COMPLETE/.test(parts[0]!) &&
    whole.every((each) => parts.includes(each));
  if (!isWhole) say("misreported", `exit 0, and there is ${parts.join(", ")}`);
}

function partsOf({ stacks, templates, groups, providers, listed }: LeftCapacities, name: string): readonly string[] {
  const parts = (what: string, names: readonly string[]) => names.filter((each) => each === name).map(() => what);
  return [
    ...stacks.filter((each) => each.startsWith(`${name} `)).map((each) => each.replace(name, "stack")),
    ...parts("a launch template", templates),
    ...parts("a group", groups),
    ...parts("a provider", providers),
    ...parts("a place in the list", listed),
  ];
}

function hasService({ cloud }: Outcome): boolean {
  return [...cloud.world.clusters.values()].some(({ services }) =>
    [...services.values()].some(({ status }) => status === "ACTIVE"),
  );
}

/** Not one that ECS is ending already, for which ECS's draining holds the machine. */
function hasTask({ cloud }: Outcome, at: number): boolean {
  return [...cloud.tasks.values()].some(
    ({ createdAt, stoppedAt = Number.POSITIVE_INFINITY, stoppingAt = stoppedAt }) => createdAt <= at && at < stoppingAt,
  );
}

function nameIn(played: Played): string {
  return capacityName(option(played, "--cluster")!, option(played, "--instance-type")!);
}
