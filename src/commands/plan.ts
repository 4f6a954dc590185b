import { present } from "../core/base/present.ts";
import type { Context } from "../context.ts";
import type { ClusterSnapshot } from "../core/cluster/snapshot.ts";
import { noteDefaults } from "../core/ecs/changed-defaults.ts";
import { familiesOf, plannedRun, type PlannedRun } from "../core/plan/planned-run.ts";
import { changesAnything } from "../core/plan/service-plan.ts";
import { listOr } from "../core/base/problem.ts";
import { AiplatError, exitCodes, type ExitCode } from "../errors.ts";
import { printFailures } from "../output/failures.ts";
import { note } from "../output/note.ts";
import { planView } from "../output/plan.ts";
import { print } from "../output/print.ts";
import { servicePlanView, stallFailures } from "../output/service-plan.ts";
import {
  checkOneStandardInput,
  clusterStateOption,
  loadSnapshot,
  regionFor,
  warnOfOtherCluster,
  type ClusterStateOptions,
} from "./shared/cluster-state.ts";
import type { Command, Invocation } from "./command.ts";
import { loadEcsWorkload, type LoadedEcsWorkload } from "./shared/load-ecs-workload.ts";
import { workloadArgument } from "./shared/load-workload.ts";
import { liveSource, snapshotSource } from "./shared/plan-source.ts";
import { prepareRun } from "./shared/prepare-run.ts";
import {
  forceNewDeploymentOption,
  planLiveService,
  planOfflineService,
  recreateOption,
  type ServiceFlags,
} from "./shared/make-service-plan.ts";
import { checkRunFlags, plannedOptions, type RunOptions } from "./shared/run-options.ts";

interface Options extends RunOptions, ClusterStateOptions, ServiceFlags {
  readonly exitCode?: boolean;
}

export const plan: Command<Options> = {
  description:
    "Shows what `service deploy` (for kind: service) or run-task would register, create, update, " +
    "delete and place, field by field, and why: the same plan, and nothing is changed. " +
    "--count asks for run-task's plan of a service. With --cluster-state it works offline, " +
    "and says what the snapshot does not know. Exits 4 when not all replicas have a place, " +
    "or a deployment could not finish. As -o json it is a file that `service deploy --plan` or " +
    "`run-task --plan` carries out.",
  arguments: [workloadArgument],
  options: [
    ...plannedOptions,
    forceNewDeploymentOption,
    recreateOption,
    clusterStateOption,
    {
      flags: "--exit-code",
      description:
        "exit 3 where something would be registered, created, updated or deleted; pending placement does not count",
    },
  ],
  takesCommand: true,
  examples: [
    ["aiplat plan --cluster prod", "before service deploy"],
    ["aiplat plan --cluster prod --count 3", "before run-task"],
    [
      "aiplat plan --count 3 -o json > plan.json && aiplat run-task --plan plan.json",
      "carry out exactly what was reviewed",
    ],
    ["aiplat plan --cluster-state prod.json", "in a pull request, without credentials"],
  ],
  formats: ["text", "json", "yaml", "table", "markdown"],
  run: async (context, invocation) => {
    const { options } = invocation;
    checkRunFlags(invocation);
    checkOneStandardInput(invocation);
    const state = await loadSnapshot(context, options);
    const workload =
      options.taskDefinition === undefined
        ? await loadEcsWorkload(context, invocation, () => regionFor(context, state))
        : undefined;
    await warnOfOtherCluster(context, state, workload?.resolved.ecs.cluster);
    if (workload?.resolved.kind === "service" && options.count === undefined)
      return planService(context, options, workload, state);
    const planned = await planRun(context, invocation, workload, state);
    await print(context, planView(planned));
    tellUnknown(context, planned.unknown);
    await printFailures(context, planned.failures);
    const changes = planned.registrations.some(({ action }) => action === "register");
    if (options.exitCode === true) return changes ? exitCodes.check : exitCodes.success;
    return planned.failures.length > 0 ? exitCodes.capacity : exitCodes.success;
  },
};

/** Options of a run that no service has. */
const runOnly = ["pack", "spread", "placementConstraints", "group", "startedBy", "clientToken"] as const;

async function planService(
  context: Context,
  options: Options,
  workload: LoadedEcsWorkload,
  state: ClusterSnapshot | undefined,
): Promise<ExitCode> {
  const given = runOnly
    .filter((name) => options[name] !== undefined)
    .map((name) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
  if (given.length > 0)
    throw new AiplatError(
      "Usage",
      `${listOr(given, "and")}: ` +
        `this is the plan of a service, and ${given.length === 1 ? "this is" : "these are"} about a run`,
      {
        hint: "Leave it out, or give --count for the plan of run-task. What a service has of it goes into ecs.service.",
      },
    );
  const made =
    state === undefined
      ? await planLiveService(context, await context.aws.ecs(), workload, options)
      : await planOfflineService(workload, state, options);
  const servicePlan = notingDefaults(made, workload.resolved);
  await print(context, servicePlanView(servicePlan));
  tellUnknown(context, servicePlan.unknown);
  await printFailures(context, stallFailures(servicePlan));
  if (options.exitCode === true) return changesAnything(servicePlan) ? exitCodes.check : exitCodes.success;
  return servicePlan.stalls.length > 0 ? exitCodes.capacity : exitCodes.success;
}

/** The plan, with a note at what only a new default of aiplat's changes. */
function notingDefaults<Planned extends Pick<PlannedRun, "registrations">>(
  planned: Planned,
  resolved: LoadedEcsWorkload["resolved"],
): Planned {
  const registrations = planned.registrations.map((each) => ({
    ...each,
    changes: noteDefaults(resolved, each.changes),
  }));
  return { ...planned, registrations };
}

function tellUnknown(context: Context, unknown: readonly string[]): void {
  for (const each of unknown) note(context, each);
}

async function planRun(
  context: Context,
  invocation: Invocation<Options>,
  workload: LoadedEcsWorkload | undefined,
  state: ClusterSnapshot | undefined,
): Promise<PlannedRun> {
  const { options } = invocation;
  const aboutServices = [
    ...(options.forceNewDeployment === true ? ["--force-new-deployment"] : []),
    ...(options.recreate === true ? ["--recreate"] : []),
  ];
  if (aboutServices.length > 0)
    throw new AiplatError(
      "Usage",
      `${listOr(aboutServices, "and")} ${aboutServices.length === 1 ? "is" : "are"} about a service, and this is the plan of a run`,
      { hint: "Leave it out, or plan a workload of kind: service without --count." },
    );
  const source = state === undefined ? liveSource(context, await context.aws.ecs()) : snapshotSource(state);
  const {
    settings,
    cluster,
    follows,
    clientToken,
    readsCluster: devices,
    showsRoom,
    plan: planRound,
  } = await prepareRun(context, source, invocation, workload);
  const round = planRound(
    settings.count,
    devices || showsRoom ? await source.snapshot(cluster.name) : undefined,
    new Set(),
  );
  const planned = plannedRun({
    settings,
    ...present({ clientToken }),
    round,
    cluster,
    devices,
    follows,
    newest: await source.newest(familiesOf(round.steps, follows)),
    now: context.now(),
  });
  return workload === undefined ? planned : notingDefaults(planned, workload.resolved);
}
