import { present } from "../core/base/present.ts";
import type { Context } from "../context.ts";
import { judgeRollouts } from "../core/deployment/rollout.ts";
import { rolloutProblem } from "../core/deployment/rollout-text.ts";
import { clusterMoved } from "../core/plan/cluster-basis.ts";
import { basisOf, latestOf } from "../core/plan/plan-service.ts";
import { changesAnything, movedSince, type ServicePlan } from "../core/plan/service-plan.ts";
import type { Problem } from "../core/base/problem.ts";
import { AiplatError } from "../errors.ts";
import { readText, stdinName } from "../files/read.ts";
import { readLiveServices } from "../operations/find-services.ts";
import type { EcsPort } from "../ports.ts";
import { note, warn } from "../output/note.ts";
import { carryOut, deployWaitOptions, type DeployWaitOptions } from "./carry-out.ts";
import type { Command, OptionSpec } from "./command.ts";
import { loadEcsWorkload } from "./ecs-workload.ts";
import { workloadArgument, workloadOptions, type WorkloadOptions } from "./load-workload.ts";
import { readClusterState } from "./read-cluster.ts";
import { forceNewDeploymentOption, implyService, planLiveService, type ServiceFlags } from "./read-service.ts";
import { enableExecuteCommandOption, networkConfigurationOption } from "./run-options.ts";
import { checkPlanAlone, requireUnmoved } from "./saved-plan.ts";

export const allowStallOption: OptionSpec = {
  flags: "--allow-stall",
  description: "go on although the rollout guard says that the deployment cannot finish",
};

interface Options extends WorkloadOptions, ServiceFlags, DeployWaitOptions {
  readonly allowStall?: boolean;
  readonly plan?: string;
}

/** All that a service's plan holds. */
const plannedServiceOptions: readonly OptionSpec[] = [
  ...workloadOptions,
  forceNewDeploymentOption,
  enableExecuteCommandOption,
  networkConfigurationOption,
];

export const serviceDeploy: Command<Options> = {
  description:
    "Makes the ECS services of a workload say what it says: registers its task definitions where they changed, " +
    "creates or updates one service, or one for each slot of a shared instance, and waits until they are steady. " +
    "Refuses beforehand, with the arithmetic, a deployment that could never finish on the machines there are. " +
    "Exits 1 when the deployment fails, and shows why.",
  arguments: [workloadArgument],
  options: [
    ...plannedServiceOptions,
    {
      flags: "--plan <file>",
      description:
        "carry out what `aiplat plan -o json` printed (- for standard input); refused where the plan no longer holds",
    },
    allowStallOption,
    ...deployWaitOptions,
  ],
  takesCommand: true,
  examples: [
    ["aiplat service deploy --cluster prod", "create or update the services of ./aiplat.yaml"],
    [
      "aiplat plan -o json > plan.json && aiplat service deploy --plan plan.json",
      "carry out exactly what was reviewed",
    ],
  ],
  formats: ["text", "json", "yaml", "table", "markdown"],
  run: async (context, invocation) => {
    const { options } = invocation;
    if (options.plan !== undefined) checkPlanAlone(invocation, plannedServiceOptions);
    const ecs = await context.aws.ecs();
    const plan =
      options.plan === undefined
        ? await planLiveService(
            context,
            ecs,
            await loadEcsWorkload(context, implyService(context, invocation)),
            options,
          )
        : await readSavedPlan(context, ecs, options.plan);
    if (!changesAnything(plan)) note(context, "No difference: the services say the same.");
    await guard(context, plan.stalls, options.allowStall === true);
    return carryOut(context, ecs, plan, plan.steps, options);
  },
};

/** @throws AiplatError NoCapacity with the arithmetic of each deployment that would stall. */
export async function guard(context: Context, stalls: readonly Problem[], allow: boolean): Promise<void> {
  if (stalls.length === 0) return;
  if (allow) return warn(context, ...stalls.map(({ message }) => ({ message })));
  const [first, ...others] = stalls;
  const said =
    others.length === 0
      ? { message: first!.message, hint: first!.hint }
      : {
          message: `${stalls.length} services would stall`,
          hint: "details.problems says of each what would fit; --allow-stall deploys all the same.",
        };
  throw new AiplatError("NoCapacity", said.message, {
    ...present({ hint: said.hint }),
    details: { problems: stalls },
  });
}

/** @throws AiplatError CheckFailed where the services are not what they were when the plan was made. */
async function readSavedPlan(context: Context, ecs: EcsPort, path: string): Promise<ServicePlan> {
  const [text, { parseServicePlan }] = await Promise.all([
    readText(context, path),
    import("../core/plan/plan-file.ts"),
  ]);
  const plan = parseServicePlan(text, path === "-" ? stdinName : path);
  const described = await ecs.describeCluster(plan.cluster);
  requireUnmoved(
    clusterMoved(plan.clusterBasis ?? { name: plan.cluster }, described?.status === "INACTIVE" ? undefined : described),
  );
  const services = plan.basis.map(({ service }) => service);
  const live = await readLiveServices(ecs, plan.cluster, plan.workload, {
    services,
    families: plan.registrations.map(({ family }) => family),
  });
  const familyOf = new Map(plan.registrations.map(({ service, family }) => [service, family]));
  const names = new Set([...services, ...live.services.map(({ serviceName }) => serviceName)]);
  const now = [...names].map((service) =>
    basisOf(
      service,
      live.services.find(({ serviceName }) => serviceName === service),
      latestOf(live, familyOf.get(service) ?? ""),
    ),
  );
  requireUnmoved(movedSince(plan, now));
  if (plan.deployments.length === 0) return plan;
  const deleted = plan.steps.filter(({ action }) => action === "delete").map(({ service }) => service);
  const verdicts = judgeRollouts(await readClusterState(context, ecs, plan.cluster), plan.deployments, deleted);
  return {
    ...plan,
    stalls: verdicts.flatMap((verdict, index) =>
      verdict.finishes ? [] : [rolloutProblem(verdict, plan.deployments[index]!)],
    ),
  };
}
