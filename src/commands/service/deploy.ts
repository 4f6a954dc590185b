import type { Context } from "../../context.ts";
import { changesAnything } from "../../core/plan/plan.ts";
import type { ServicePlan } from "../../core/plan/service-plan.ts";
import { allTogether } from "../../errors.ts";
import { note } from "../../output/note.ts";
import { applySteps, deployWaitOptions, parallelOption } from "./apply-steps.ts";
import { defineCommand, type Invocation } from "../command.ts";
import { confirmDeletions } from "./confirm-deletions.ts";
import { loadEcsWorkload } from "../shared/load-ecs-workload.ts";
import { makeLogGroups } from "../shared/make-log-groups.ts";
import { workloadArgument, workloadOptions } from "../shared/load-workload.ts";
import { implyService, planLiveService, readServiceFlags, serviceOptions } from "../shared/make-service-plan.ts";
import { readSavedService } from "./read-saved-plan.ts";
import { allowStallOption, guard } from "./rollout-guard.ts";
import { checkPlanAlone } from "../shared/check-saved-plan.ts";
import type { OptionsOf } from "../shared/option.ts";

/** All that a service's plan holds. */
const plannedServiceOptions = [...workloadOptions, ...serviceOptions] as const;

export const serviceDeploy = defineCommand({
  description:
    "Makes the ECS services of a workload say what it says: registers its task definitions where they changed, " +
    "creates or updates one service, or one for each slot of a shared instance, and waits until they are steady. " +
    "A live service keeps its name; one whose instance type or slot the workload no longer has is deleted once those " +
    "that take its place are steady, which is waited for with --no-wait too, and asks first. " +
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
    parallelOption,
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
    const plan = await (options.plan === undefined
      ? planFresh(context, invocation)
      : readSavedService(context, options.plan));
    const ecs = await context.aws.ecs();
    for (const each of plan.warnings) note(context, each);
    if (!changesAnything(plan)) note(context, "No difference: the services say the same.");
    await guard(context, plan.inputs, plan, options.allowStall === true);
    const answerable = !invocation.args.includes("-") && options.plan !== "-";
    await confirmDeletions(context, ecs, plan, { answerable });
    await makeLogGroups(context, plan.logGroups);
    return applySteps(context, ecs, plan.inputs, plan.steps, options);
  },
});

async function planFresh(
  context: Context,
  invocation: Invocation<OptionsOf<typeof plannedServiceOptions>>,
): Promise<ServicePlan> {
  const [workload, flags] = await allTogether([
    loadEcsWorkload(context, implyService(context, invocation)),
    readServiceFlags(context, invocation.options),
  ]);
  return planLiveService(context, workload, flags);
}
