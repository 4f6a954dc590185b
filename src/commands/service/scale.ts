import type { Context } from "../../context.ts";
import { listOr } from "../../core/base/problem.ts";
import type { RegisteredTaskDefinition } from "../../core/ecs-api/api.ts";
import { strategyOf } from "../../core/plan/choose-service-capacity.ts";
import { planScale } from "../../core/plan/plan-scale.ts";
import { replacementIn, type Replacement } from "../../core/plan/replacement.ts";
import { AiplatError } from "../../errors.ts";
import { observeProviders } from "../../operations/observe-providers.ts";
import type { EcsPort } from "../../ports.ts";
import { applySteps, deployWaitOptions } from "./apply-steps.ts";
import { defineCommand } from "../command.ts";
import { wholeFrom } from "../shared/parse-numbers.ts";
import { describedCapacity, snapshotSource } from "../shared/plan-source.ts";
import { readClusterState } from "../shared/read-cluster-state.ts";
import { allowStallOption, guard } from "./rollout-guard.ts";
import {
  readServiceTarget,
  requireServices,
  serviceArgument,
  serviceTargetOptions,
  serviceCommand,
  type ServiceTarget,
} from "./service-target.ts";

export const serviceScale = defineCommand({
  description:
    "Sets how many replicas a workload has. On shared instances they are distributed anew over the slots' " +
    "services, with the fewest changes. The workload file's replicas say otherwise until they are changed too.",
  arguments: [serviceArgument],
  options: [
    ...serviceTargetOptions,
    {
      flags: "--replicas <n>",
      description: "how many there shall be, 0 for none",
      parse: wholeFrom(0),
    },
    allowStallOption,
    ...deployWaitOptions,
  ],
  examples: [["aiplat service scale bert --replicas 6 --cluster prod", "six replicas, over all slots"]],
  formats: ["text", "json", "yaml", "table", "markdown"],
  run: async (context, { args, options }) => {
    const { replicas } = options;
    if (replicas === undefined) throw new AiplatError("Usage", "how many replicas? Give --replicas N");
    const target = await readServiceTarget(context, args, options);
    const ecs = await context.aws.ecs();
    const services = await requireServices(ecs, target);
    const daemon = services.find(({ schedulingStrategy }) => schedulingStrategy === "DAEMON");
    if (daemon !== undefined)
      throw new AiplatError("OperationFailed", `${daemon.serviceName} is a DAEMON: it has one task on each instance`, {
        hint: "Add or remove instances.",
      });
    refuseReplacement(context, target, replacementIn(services));
    const [snapshot, definitions] = await Promise.all([
      readClusterState(context, ecs, target.cluster),
      definitionsOf(
        ecs,
        services.map(({ taskDefinition }) => taskDefinition),
      ),
    ]);
    const facts = await snapshotSource(snapshot).facts(target.cluster);
    const capacity = await describedCapacity(
      { ...facts, describeProviders: (names) => observeProviders(context.aws, names, target.cluster) },
      () => [...new Set(services.flatMap(strategyOf).map(({ capacityProvider }) => capacityProvider))],
    );
    const { steps, unplaced } = planScale(services, definitions, { ...target, replicas }, snapshot, capacity);
    await guard(context, target, { steps, unplaced }, options.allowStall === true);
    return applySteps(context, ecs, target, steps, options);
  },
});

/** Old and new are there at once: which of them a number is for only the end of the replacement says. */
function refuseReplacement(context: Context, target: ServiceTarget, replacement: Replacement | undefined): void {
  if (replacement === undefined) return;
  const [made, old] = [replacement.successors, replacement.remaining].map((services) =>
    listOr(
      services.map(({ serviceName }) => serviceName),
      "and",
    ),
  );
  throw new AiplatError(
    "OperationFailed",
    `${made} ${replacement.successors.length === 1 ? "takes" : "take"} the place of ${old}, and that is not done yet`,
    {
      hint: `Finish it with aiplat service deploy, or undo it:  ${serviceCommand(context, "service rollback", target)}`,
    },
  );
}

async function definitionsOf(
  ecs: EcsPort,
  references: readonly string[],
): Promise<readonly RegisteredTaskDefinition[]> {
  return Promise.all(
    references.map(async (reference) => {
      const definition = await ecs.describeTaskDefinition(reference);
      if (definition === undefined)
        throw new AiplatError("NotFound", `the task definition ${reference} is gone`, {
          hint: "Deploy the workload again: aiplat service deploy.",
        });
      return definition;
    }),
  );
}
