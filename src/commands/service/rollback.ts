import { present } from "../../core/base/present.ts";
import type { Context } from "../../context.ts";
import { listOr } from "../../core/base/problem.ts";
import { definitionNameOf } from "../../core/ecs-api/arn.ts";
import type { Service } from "../../core/ecs-api/service.ts";
import type { ServiceDeployment } from "../../core/ecs-api/service-deployment.ts";
import { hasDeployments, judged } from "../../core/plan/judge-plan.ts";
import { runningFamilyOf } from "../../core/plan/live-services.ts";
import { planRollback, type UnsaidVolume } from "../../core/plan/plan-rollback.ts";
import {
  deletedWith,
  replacedBy,
  replacementIn,
  type ReplacedService,
  type Replacement,
} from "../../core/plan/replacement.ts";
import type { RollbackTarget } from "../../core/plan/unreached.ts";
import { AiplatError } from "../../errors.ts";
import { findOngoingDeployments } from "../../operations/find-ongoing-deployments.ts";
import { findStableRevision } from "../../operations/find-stable.ts";
import type { EcsPort } from "../../ports.ts";
import { note } from "../../output/note.ts";
import { applySteps, deployWaitOptions, parallelOption } from "./apply-steps.ts";
import { defineCommand } from "../command.ts";
import { wholeFrom } from "../shared/parse-numbers.ts";
import { readClusterState } from "../shared/read-cluster-state.ts";
import { allowStallOption, guard } from "./rollout-guard.ts";
import {
  placedCommand,
  readServiceTarget,
  requireServices,
  serviceArgument,
  serviceTargetOptions,
  type ServiceTarget,
} from "./service-target.ts";

export const serviceRollback = defineCommand({
  description:
    "Takes every service of a workload back to the task definition of its last stable deployment, " +
    "or to a revision by number. A deployment under way is stopped, and ECS itself goes back; " +
    "else only the task definition goes back. Other settings and replicas stay. A replacement of services that was " +
    "interrupted is undone: what it made is deleted, what it was to replace stays.",
  arguments: [serviceArgument],
  options: [
    ...serviceTargetOptions,
    {
      flags: "--to-revision <n>",
      description: "the revision of the services' own families",
      defaultText: "the last stable one",
      parse: wholeFrom(1),
    },
    allowStallOption,
    parallelOption,
    ...deployWaitOptions,
  ],
  examples: [
    ["aiplat service rollback bert --cluster prod", "undo the last deployment"],
    ["aiplat service rollback bert --to-revision 12 --cluster prod", "a revision you know"],
  ],
  formats: ["text", "json", "yaml", "table", "markdown"],
  run: async (context, { args, options }) => {
    const { toRevision } = options;
    const target = await readServiceTarget(context, args, options);
    const { cluster } = target;
    const ecs = await context.aws.ecs();
    const services = await requireServices(ecs, target);
    const replacement = replacementIn(services);
    if (replacement !== undefined && replacement.gone.length > 0) throw goneTooFar(context, target, replacement);
    // Every revision is found before the first service is touched.
    const made = new Set(replacement?.successors);
    const staying = services.filter((service) => !made.has(service));
    const rollouts = toRevision === undefined ? await findOngoingDeployments(ecs, cluster, staying) : noRollouts;
    const rollbackTargets = await Promise.all(
      staying.map((service) =>
        findRollbackTarget(ecs, cluster, service, toRevision, rollouts.get(service.serviceName)),
      ),
    );
    const { plan, stuck, unsaidVolumes } = planRollback({
      workload: target.workload,
      cluster,
      rollbackTargets,
      rollouts,
      ...present({ replacement }),
      named: toRevision !== undefined,
    });
    const deleted = deletedWith(services);
    if (stuck[0] !== undefined) throw noRollbackTarget(context, target, stuck[0], toRevision, deleted);
    if (unsaidVolumes.length > 0) throw withoutVolumes(unsaidVolumes);
    const { steps, unplaced } = hasDeployments(plan)
      ? judged(plan, await readClusterState(context, ecs, cluster))
      : plan;
    await guard(context, target, { steps, unplaced }, options.allowStall === true);
    for (const { service, action, why } of steps) if (action !== "keep") note(context, `${service}: ${why}`);
    if (deleted.length > 0)
      note(context, `${wereDeleted(deleted)} and not made again. ${lastRevisions(context, target, deleted)}`);
    return applySteps(context, ecs, target, steps, options);
  },
});

const noRollouts: ReadonlyMap<string, ServiceDeployment> = new Map();

async function findRollbackTarget(
  ecs: EcsPort,
  cluster: string,
  service: Service,
  revision: number | undefined,
  stopping: ServiceDeployment | undefined,
): Promise<RollbackTarget> {
  const [running, back] = await Promise.all([
    ecs.describeTaskDefinition(service.taskDefinition),
    revision === undefined
      ? findStableRevision(ecs, cluster, service, stopping)
      : ecs.describeTaskDefinition(`${runningFamilyOf(service)}:${revision}`),
  ]);
  return { service, ...present({ running, back }) };
}

function noRollbackTarget(
  context: Context,
  target: ServiceTarget,
  service: Service,
  revision: number | undefined,
  deleted: readonly ReplacedService[],
): AiplatError {
  const family = runningFamilyOf(service);
  const replaced = replacedBy(service);
  if (revision === undefined && replaced.length > 0)
    return new AiplatError(
      "NotFound",
      `${service.serviceName} has no earlier stable revision than ${definitionNameOf(service.taskDefinition)}: it took the place of ${namesOf(replaced)}`,
      { hint: lastRevisions(context, target, replaced), details: { replaced } },
    );
  if (revision === undefined && deleted.length > 0)
    return new AiplatError(
      "NotFound",
      `${service.serviceName} has no earlier stable revision than ${definitionNameOf(service.taskDefinition)}, and ${wereDeleted(deleted)}`,
      { hint: lastRevisions(context, target, deleted), details: { deleted } },
    );
  const what =
    revision === undefined
      ? `${service.serviceName} has no earlier stable revision than ${definitionNameOf(service.taskDefinition)}`
      : `there is no ACTIVE revision ${family}:${revision}`;
  return new AiplatError("NotFound", what, {
    hint: `aws ecs list-task-definitions --family-prefix ${family} shows those there are; name one with --to-revision.`,
  });
}

/** Only a task definition goes back, and how a volume is made stands in the service. */
function withoutVolumes(unsaid: readonly UnsaidVolume[]): AiplatError {
  const each = unsaid.map(
    ({ service, revision, volume }) =>
      `${service} cannot go back to ${revision}: ECS makes its volume ${volume} at launch, and the service does not say how`,
  );
  return new AiplatError("OperationFailed", each.join("; "), {
    hint: "Deploy the file that had the volume: aiplat service deploy.",
    details: { volumes: unsaid },
  });
}

/**
 * Some of the old services are deleted already: without what has taken their place there would be fewer tasks than
 * before.
 */
function goneTooFar(
  context: Context,
  target: ServiceTarget,
  { gone, remaining, successors }: Replacement,
): AiplatError {
  const made = successors.map(({ serviceName }) => serviceName);
  return new AiplatError(
    "OperationFailed",
    `${listOr(made, "and")} cannot be taken back: ${namesOf(gone)}, whose place ${made.length === 1 ? "it takes" : "they take"}, ${gone.length === 1 ? "is" : "are"} deleted`,
    {
      hint: `aiplat service deploy finishes it, and deletes ${listOr(
        remaining.map(({ serviceName }) => serviceName),
        "and",
      )}.\n${lastRevisions(context, target, gone)}`,
      details: { replaced: gone },
    },
  );
}

function wereDeleted(deleted: readonly ReplacedService[]): string {
  return `${namesOf(deleted)} ${deleted.length === 1 ? "was" : "were"} deleted with the last deployment`;
}

function namesOf(replaced: readonly ReplacedService[]): string {
  return listOr(
    replaced.map(({ service }) => service),
    "and",
  );
}

/** The last revisions of services that are gone, each with the command that runs it. */
function lastRevisions(context: Context, target: ServiceTarget, replaced: readonly ReplacedService[]): string {
  return [
    `What ran before still can:`,
    ...replaced.map(({ definition, count }) => {
      const words = ["run-task", "--task-definition", definition, "--count", String(Math.max(1, count))];
      return `  ${placedCommand(context, words, target)}`;
    }),
  ].join("\n");
}
