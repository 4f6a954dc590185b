import type { Context } from "../../context.ts";
import { present } from "../../core/base/present.ts";
import { Refusal } from "../../core/base/problem.ts";
import { lockPortBaseOf } from "../../core/cluster/lock-port-base.ts";
import type { RegisteredTaskDefinition, TaskDefinition } from "../../core/ecs-api/api.ts";
import { definitionNameOf } from "../../core/ecs-api/arn.ts";
import { networkModeOfDefinition } from "../../core/ecs-api/host-ports.ts";
import { parseExpression } from "../../core/ecs-api/query/parse.ts";
import { holdsNowhere, problemsOfExpression } from "../../core/ecs-api/query/type-names.ts";
import type { Capacity } from "../../core/ecs/capacity.ts";
import { readTypeConstraint, settledTypes } from "../../core/ecs/lint/type-constraint.ts";
import { planRegistered } from "../../core/plan/plan-run.ts";
import { unknownContainers, type RunFlags } from "../../core/plan/run-flags.ts";
import { readingOf } from "../../core/plan/run-reading.ts";
import { checkNetworkFlag, mayStart, placementOptions } from "../../core/plan/run-request.ts";
import { requirementsOf } from "../../core/ecs/requirements.ts";
import { isLocked } from "../../core/devices/terms.ts";
import { AiplatError } from "../../errors.ts";
import { note, warn } from "../../output/note.ts";
import { atFlag, atFlags } from "./aws-flags.ts";
import { namedCluster } from "./named-cluster.ts";
import type { ClusterFacts, PlanSource } from "./plan-source.ts";
import type { PlannableRun } from "./prepare-run.ts";
import { capacityOfRun, capacitySettings, managedInstancesIn } from "./run-capacity.ts";
import type { RunOptions } from "./run-options.ts";
import { common, settingsOf } from "./run-settings.ts";

/** Reads a run of a task definition that is registered already. */
export async function prepareRegisteredRun(
  context: Context,
  source: PlanSource,
  options: RunOptions,
  { reference, flags }: { readonly reference: string; readonly flags: RunFlags },
): Promise<PlannableRun> {
  const [definition, facts] = await Promise.all([
    requireDefinition(context, source, options, reference),
    namedCluster(context, options.cluster).then((cluster) => source.facts(cluster)),
  ]);
  checkOverrides(definition, flags);
  checkNetwork(definition, reference, flags);
  const chosen = await capacityOfRegistered(definition, flags, facts);
  if (chosen.note !== undefined) note(context, chosen.note);
  const { count = 1 } = options;
  const settings = settingsOf(options, flags, definition.family, facts.name, {
    count,
    ...capacitySettings(chosen),
    ...present({ networkConfiguration: flags.networkConfiguration }),
  });
  const lockPortBase = lockPortBaseOf(facts.tags);
  const requirements = requirementsOf(definition, placementOptions(settings), lockPortBase);
  const holdsDevices = requirements.devices.length > 0;
  // The machines are made for the tasks: none that is there says anything.
  const showsRoom = managedInstancesIn(chosen) === undefined;
  return {
    ...common(options, settings, facts),
    // Tasks for which no machine would be started wait for ever: how many those are nobody else counts.
    readsCluster: showsRoom && (holdsDevices || mayStart(settings) > 0),
    ...present({ reading: holdsDevices ? readingOf(settings, [requirements]) : undefined }),
    ...present({ providers: chosen.cluster.providers }),
    showsRoom,
    locked: !holdsDevices || isLocked(definition, lockPortBase),
    follows: reference.includes(":") ? [] : [definition.family],
    logGroups: [],
    plan: (remaining, snapshot, exhausted) => planRegistered(definition, settings, remaining, snapshot, exhausted),
    definitions: () => [definition],
  };
}

/**
 * A task definition that --task-definition names, whose own placement constraints hold somewhere.
 *
 * @throws AiplatError where there is none, or where the case of its instance types keeps it off every instance.
 */
export async function requireDefinition(
  context: Context,
  source: PlanSource,
  { clusterState }: Pick<RunOptions, "clusterState">,
  reference: string,
): Promise<RegisteredTaskDefinition> {
  const definition = await source.describe(reference);
  if (definition === undefined) throw missingDefinition(reference, clusterState);
  for (const { expression } of definition.placementConstraints ?? []) {
    if (expression === undefined) continue;
    const [found] = problemsOfExpression(expression, ["placementConstraints"]);
    if (found === undefined) continue;
    const { message, hint } = found;
    const said = {
      message: `${definitionNameOf(definition.taskDefinitionArn)}: its placement constraint ${expression}: ${message}`,
      hint: `${hint} A registered definition stays as it is: register it anew, after aiplat taskdef lint --fix FILE.`,
    };
    if (isReadable(expression) && !holdsNowhere(parseExpression(expression))) await warn(context, said);
    else throw new AiplatError("Usage", said.message, { hint: said.hint });
  }
  return definition;
}

function isReadable(expression: string): boolean {
  try {
    parseExpression(expression);
    return true;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

/** @throws InvalidInput where the overrides name a container that the definition does not have. */
export function checkOverrides(definition: TaskDefinition, { overrides }: RunFlags): void {
  const problems = overrides === undefined ? [] : unknownContainers(overrides, definition);
  if (problems.length > 0) throw atFlags(problems);
}

function checkNetwork(definition: TaskDefinition, reference: string, { networkConfiguration }: RunFlags): void {
  const mode = networkModeOfDefinition(definition);
  atFlag("--network-configuration", () => checkNetworkFlag(mode, networkConfiguration));
  if (mode === "awsvpc" && networkConfiguration === undefined)
    throw new AiplatError(
      "Usage",
      `${reference} uses network mode awsvpc: give --network-configuration with its subnets`,
    );
}

/** By the flags; left out, the cluster's default strategy as for a workload, which Managed Instances need. */
export async function capacityOfRegistered(
  definition: TaskDefinition,
  flags: RunFlags,
  facts: ClusterFacts,
): ReturnType<typeof capacityOfRun> {
  const { requiresCompatibilities = [], placementConstraints = [] } = definition;
  const managed = requiresCompatibilities.includes("MANAGED_INSTANCES") && !requiresCompatibilities.includes("EC2");
  const said: Capacity =
    managed && facts.defaultStrategy.length > 0 && flags.launchType === undefined && !flags.capacityProviderStrategy
      ? { kind: "providers", strategy: facts.defaultStrategy }
      : { kind: "unsaid" };
  const written = placementConstraints.map(({ type, expression = "" }, index) => ({
    type,
    expression,
    path: ["placementConstraints", index],
  }));
  const types = settledTypes(readTypeConstraint(written)).map(({ instanceType }) => instanceType);
  const chosen = await capacityOfRun({ said, flags, types, locating: (work) => work() }, facts);
  if (!managed || managedInstancesIn(chosen) !== undefined) return chosen;
  throw new AiplatError(
    "Usage",
    `${definition.family} is a definition for Managed Instances, and no provider is named`,
    {
      hint: "Give --capacity-provider-strategy capacityProvider=NAME,weight=1, with a provider of Managed Instances.",
    },
  );
}

function missingDefinition(reference: string, clusterState: string | undefined): AiplatError {
  if (clusterState !== undefined)
    return new AiplatError("NotFound", `${clusterState} has no task definition ${reference}`, {
      hint:
        "A snapshot has the definitions of running tasks and of services. " +
        "Plan without --cluster-state, or from the workload.",
    });
  return new AiplatError("NotFound", `there is no task definition ${reference} in this region`, {
    hint: "aws ecs list-task-definitions lists them.",
  });
}
