import { groupName, newestImage } from "./image-group.ts";
import { option, reportOf, type Json, type Say } from "./report.ts";
import type { Outcome, Played } from "./play.ts";

/** What a roll said of the machines, beside those that there are, once all is over. */
export function judgeRoll({ cloud, steps }: Outcome, played: Played, say: Say): void {
  const { document } = reportOf(played);
  const replaced: readonly Json[] = (document?.machines ?? []).filter(({ state }: Json) => state === "replaced");
  for (const { ec2InstanceId } of replaced)
    if ([...cloud.cluster.instances.values()].some((each) => each.ec2InstanceId === ec2InstanceId && isThere(each)))
      say("misreported", `${ec2InstanceId} is said to be replaced, and is there`);
  const did = new Set(cloud.effects.flatMap(({ by, operation }) => (by === played.port ? [operation] : [])));
  if (played.code === 130 && did.size > 0 && !played.stderr.includes("the same command goes on"))
    say("unnamed", `interrupted after ${[...did].join(", ")}, and it does not say how to go on`);
  const { troubles, signals } = played.plan;
  const isClean = steps.at(-1)?.includes(played) === true && troubles.length + signals.length === 0;
  if (!isClean && played.code !== 0) return;
  if (played.code !== 0) return say("again", `without a fault it ends with ${played.code}: ${played.stderr}`);
  const group = cloud.world.groups.get(option(played, "--auto-scaling-group") ?? groupName)!;
  const images = [...group.machines.values()].map(({ instance }) => instance?.attributes.get("ecs.ami-id"));
  if (images.length !== group.desired || images.some((each) => each !== newestImage))
    say("misreported", `exit 0, and the machines have ${images.join(", ")}`);
}

/** No task ended with its machine, whatever happened, and the group keeps its size. */
export function judgeMachines({ cloud, schedule }: Outcome, say: Say): void {
  if (schedule.group === undefined) return;
  const killed = [...cloud.tasks.values()].filter(
    ({ stopCode, stoppedReason = "" }) => stopCode === "TerminationNotice" || /terminated/.test(stoppedReason),
  );
  for (const { arn, stoppedReason } of killed) say("task killed", `${arn}: ${stoppedReason}`);
  const { desired } = cloud.world.groups.get(groupName)!;
  if (desired !== schedule.group.count) say("resized", `the group is to have ${desired} machines`);
  const { versions } = [...cloud.world.launchTemplates.values()][0]!;
  if (versions.length > 2) say("version doubled", `the launch template has ${versions.length} versions`);
}

function isThere({ status }: { readonly status: string }): boolean {
  return status !== "INACTIVE";
}
