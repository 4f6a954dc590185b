import { agreeing, counted } from "../base/counted.ts";
import { listOr, problem, type Problem } from "../base/problem.ts";
import { breakerThreshold, lowerLimit, upperLimit } from "../ecs-api/deployment-limits.ts";
import { barredGrowth, because, waysToGrow } from "../placement/barred-growth.ts";
import type { PlannedDeployment, DeploymentOutcome } from "./simulate-deployment.ts";

/** Why a deployment would stall, with the arithmetic and what would let it finish. */
export function deploymentProblem(verdict: DeploymentOutcome, rollout: PlannedDeployment): Problem {
  const { settings, newDeployment, barred, placement, bounds } = rollout;
  const why = verdict.why === undefined ? "" : `: ${verdict.why}`;
  const stall = `${verdict.service} would stall: ${arithmetic(verdict, settings, newDeployment)}${why}`;
  // With more machines it would finish, and nobody starts them.
  if (barred !== undefined && verdict.remedies.instances !== undefined)
    return problem(
      "device-held",
      ["ecs", "capacity"],
      `${stall}; ${barredGrowth(barred, placement?.capacityProviders ?? [])}`,
      `${waysToGrow} ${remedyText({ ...verdict, remedies: withoutInstances(verdict) }, rollout)}`,
    );
  const path = bounds === undefined ? ["ecs", "service", "deploymentConfiguration"] : ["rollout"];
  return problem("rollout-stalls", path, stall, remedyText(verdict, rollout));
}

function withoutInstances({ remedies }: DeploymentOutcome): DeploymentOutcome["remedies"] {
  const { instances: _, ...others } = remedies;
  return others;
}

function arithmetic(
  { desired, before, lower, upper, started, left }: DeploymentOutcome,
  { strategy, minimumHealthyPercent, maximumPercent, daemon }: PlannedDeployment["settings"],
  newDeployment: boolean,
): string {
  const wanted = `${counted(desired, "task")} ${agreeing(desired, "is", "are")} wanted`;
  if (daemon)
    return `a DAEMON stops a task before it starts the next, and at minimumHealthyPercent ${minimumHealthyPercent} none may stop`;
  if (before === 0 || !newDeployment)
    return `${wanted}, and the cluster has room for ${before + started}${upper < desired ? `; at maximumPercent ${maximumPercent} at most ${upper} may run` : ""}`;
  if (strategy !== "ROLLING")
    return `${strategy} needs ${desired} more tasks beside the ${before} that run, and the cluster has room for ${started}`;
  const stops = `at minimumHealthyPercent ${minimumHealthyPercent} at least ${lower} must stay healthy`;
  const starts = `at maximumPercent ${maximumPercent} at most ${upper} may run`;
  const end =
    started === 0
      ? "so none of the old ones stops, and there is no room for a new one"
      : `after ${counted(started, "task")} of the new revision there is no room for another, and ${left} of the old ones cannot stop`;
  return `${wanted} and ${before} run; ${stops} and ${starts}; ${end}`;
}

function remedyText(
  { desired, nearest, remedies: { rolling, minimumHealthyPercent, maximumPercent, instances } }: DeploymentOutcome,
  { barred, limit, placement, bounds, settings: { breaker } }: PlannedDeployment,
): string {
  const regardless = `--allow-stall deploys all the same${breakerText(breaker, desired)}.`;
  const where = bounds === undefined ? "ecs.service.deploymentConfiguration" : "rollout";
  const least = (percent: number) =>
    bounds === undefined
      ? `minimumHealthyPercent ${percent}`
      : `maxUnavailable ${desired - lowerLimit(desired, percent)}`;
  const most = (percent: number) =>
    bounds === undefined ? `maximumPercent ${percent}` : `maxSurge ${upperLimit(desired, percent) - desired}`;
  const percentages = [
    ...(minimumHealthyPercent === undefined ? [] : [least(minimumHealthyPercent)]),
    ...(maximumPercent === undefined ? [] : [most(maximumPercent)]),
  ];
  const ways = [
    ...(rolling === true
      ? [
          `use strategy ROLLING${percentages.length === 0 ? "" : ` with ${listOr(percentages)}`} in ecs.service.deploymentConfiguration`,
        ]
      : []),
    ...(rolling === undefined && percentages.length > 0 ? [`set ${listOr(percentages)} in ${where}`] : []),
    ...(nearest === undefined ? [] : [nearest]),
    ...(instances === undefined
      ? []
      : [
          `add ${counted(instances.count, `${instances.instanceType} instance`)}${toProviders(placement, limit)}` +
            (instances.command === undefined ? "" : ` (${instances.command})`),
        ]),
  ];
  if (barred !== undefined && ways.length === 0) return regardless;
  const all =
    ways.length === 0
      ? "no setting and no further instance of the cluster's types would help: aiplat cluster explain tells what each instance lacks"
      : listOr(ways);
  return `${all[0]!.toUpperCase()}${all.slice(1)}. ${regardless}`;
}

/**
 * A failure is also a task that "the service scheduler can't launch"; whether each attempt to place one counts, ECS does
 * not say. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Deployment.html
 */
function breakerText(breaker: PlannedDeployment["settings"]["breaker"], desired: number): string {
  if (breaker === undefined) return "";
  const failures = counted(breakerThreshold(desired, breaker.threshold), "task");
  return `, and the circuit breaker may ${breaker.rollback ? "roll it back" : "end it"} once ${failures} could not be launched`;
}

/** Whose the machines have to be, where no capacity provider starts so many by itself. */
function toProviders(placement: PlannedDeployment["placement"], limit: string | undefined): string {
  const names = placement?.capacityProviders ?? [];
  return names.length === 0 ? "" : ` of ${listOr(names)}, which starts no more by itself${because(limit)}`;
}
