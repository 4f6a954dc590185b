import { fail, ok, someOf, warn, type CheckItem } from "../base/check-report.ts";
import { agreeing, counted } from "../base/counted.ts";
import { formatDuration } from "../base/duration.ts";
import { listOr } from "../base/problem.ts";
import { isOwn, launchedTypes, type ObservedCapacity, type ObservedProvider } from "./observed-capacity.ts";
import type { GroupDetail, ScalingActivity } from "./scaling-group.ts";
import { explainStatusReason } from "./stack-outcome.ts";

type WithGroup = ObservedCapacity & { readonly provider: ObservedProvider; readonly group: GroupDetail };

/** A container instance joins within minutes of its start; later it never does. */
const joinMs = 10 * 60_000;
/** How far back a launch that failed says something of the next. */
const recentMs = 24 * 3_600_000;

/** Whether the group of a provider can start machines, and keeps those that it has. */
export function checkGroup(capacity: WithGroup, { now }: { readonly now: number }): readonly CheckItem[] {
  return [
    ...checkLimits(capacity),
    ...checkLaunches(capacity, now),
    ...checkZones(capacity),
    ...checkProtection(capacity),
    ...checkJoined(capacity, now),
  ];
}

function checkLimits({ group, provider }: WithGroup): readonly CheckItem[] {
  const { name, min, max, desired, suspendedProcesses, status } = group;
  if (status !== undefined)
    return [fail("group", `group ${name} is being deleted (${status})`, "Wait, then aiplat capacity deploy makes it.")];
  const suspended = suspendedProcesses.filter((process) => process === "Launch" || process === "Terminate");
  if (suspended.length > 0)
    return [
      fail(
        "group",
        `group ${name} has its process ${listOr(suspended, "and")} suspended: ECS cannot scale it`,
        `aws autoscaling resume-processes --auto-scaling-group-name ${name} --scaling-processes ${suspended.join(" ")}`,
      ),
    ];
  const more = isOwn(provider.name)
    ? "aiplat capacity deploy --max-size N"
    : `aws autoscaling update-auto-scaling-group --auto-scaling-group-name ${name} --max-size N`;
  const raise = `${more} lets it have more.`;
  if (max === 0) return [fail("group", `group ${name} may have no machine: its maximum is 0`, raise)];
  const size = `group ${name} has ${counted(group.instances.length, "machine")} of ${min} to ${max}`;
  return [
    desired >= max && provider.managedScaling === true
      ? warn("group", `${size}, and may start no more`, raise)
      : ok("group", size),
  ];
}

function checkLaunches({ activities, group }: WithGroup, now: number): readonly CheckItem[] {
  // What has succeeded since is over.
  const last = activities.find(({ status }) => status === "Failed" || status === "Successful");
  if (last === undefined || last.status !== "Failed" || now - last.startedAt > recentMs) return [];
  return [failedLaunch(group.name, last, now)];
}

function failedLaunch(group: string, { message, startedAt }: ScalingActivity, now: number): CheckItem {
  const { what, fix } = explainStatusReason(message);
  const said = what === message.replace(/\.$/, "") ? what : `${what} (${message})`;
  return fail(
    "launches",
    `the last machine that group ${group} was to start did not, ${formatDuration(now - startedAt)} ago: ${said}`,
    fix ?? `aws autoscaling describe-scaling-activities --auto-scaling-group-name ${group} shows the tries.`,
  );
}

function checkZones({ group, template, zonesOffering }: WithGroup): readonly CheckItem[] {
  const types = launchedTypes({ group, ...(template === undefined ? {} : { template }) });
  return types.flatMap((type) => {
    const offering = zonesOffering.get(type);
    if (offering === undefined || group.zones.length === 0) return [];
    const without = group.zones.filter((zone) => !offering.includes(zone));
    if (without.length === 0) return [ok("zones", `${type} is offered in ${listOr(group.zones, "and")}`)];
    const message = `${type} is not offered in ${listOr(without, "and")}, where the group has a subnet`;
    const fix =
      offering.length === 0
        ? "The region does not have the type at all: aiplat instances show TYPE tells which do."
        : `Deploy it again with subnets of ${listOr(offering)} (--subnet).`;
    return [without.length === group.zones.length ? fail("zones", message, fix) : warn("zones", message, fix)];
  });
}

function checkProtection({ provider, group, containerInstances }: WithGroup): readonly CheckItem[] {
  if (provider.managedTerminationProtection !== true) return [];
  const { name } = group;
  if (!group.protectsNewInstances)
    return [
      fail(
        "protection",
        `group ${name} does not protect new machines from scaling in, which managed termination protection needs`,
        `aws autoscaling update-auto-scaling-group --auto-scaling-group-name ${name} --new-instances-protected-from-scale-in`,
      ),
    ];
  const busy = new Set(
    containerInstances
      .filter(({ runningTasksCount = 0, pendingTasksCount = 0 }) => runningTasksCount + pendingTasksCount > 0)
      .map(({ ec2InstanceId }) => ec2InstanceId),
  );
  const bare = group.instances.filter(
    ({ id, isProtected, lifecycle }) => !isProtected && lifecycle === "InService" && busy.has(id),
  );
  if (bare.length === 0) return [ok("protection", "machines with tasks are protected from scaling in")];
  const ids = bare.map(({ id }) => id);
  return [
    fail(
      "protection",
      `${someOf(ids)} with tasks ${agreeing(ids.length, "is", "are")} not protected from scaling in`,
      `aws autoscaling set-instance-protection --protected-from-scale-in --auto-scaling-group-name ${name} --instance-ids ${ids.join(" ")}`,
    ),
  ];
}

/** Machines of the group that are no container instances of the cluster: they cost, and no task comes to them. */
function checkJoined({ group, activities, containerInstances }: WithGroup, now: number): readonly CheckItem[] {
  const inService = group.instances.filter(({ lifecycle }) => lifecycle === "InService");
  if (inService.length === 0) return [];
  const joined = new Set(containerInstances.map(({ ec2InstanceId }) => ec2InstanceId));
  const [newest] = activities;
  const absent = inService.filter(({ id }) => !joined.has(id));
  if (absent.length === 0) return [ok("joined", `${counted(inService.length, "machine")} joined the cluster`)];
  if (newest !== undefined && now - newest.startedAt < joinMs)
    return [ok("joined", `${counted(absent.length, "machine")} may be about to join the cluster`)];
  const ids = absent.map(({ id }) => id);
  return [
    fail(
      "joined",
      `${someOf(ids)} ${agreeing(ids.length, "runs and has", "run and have")} not joined the cluster`,
      "Look at its agent (/var/log/ecs/ecs-agent.log, /var/log/cloud-init-output.log): its way to ECS's endpoints, its role, ECS_CLUSTER in its user data.",
    ),
  ];
}
