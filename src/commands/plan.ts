import type { Context } from "../context.ts";
import { present } from "../core/base/present.ts";
import type { ClusterSnapshot } from "../core/cluster/snapshot.ts";
import { noteDefaults } from "../core/ecs/changed-defaults.ts";
import { changesAnything } from "../core/plan/plan.ts";
import type { RunPlan } from "../core/plan/run-plan.ts";
import type { ServicePlan } from "../core/plan/service-plan.ts";
import { listOr } from "../core/base/problem.ts";
import { AiplatError, allTogether, exitCodes } from "../errors.ts";
import { createLearnt } from "../operations/learnt.ts";
import { printFailures } from "../output/tasks.ts";
import { note, warn } from "../output/note.ts";
import { artefactText, print, type View } from "../output/print.ts";
import { runPlanView } from "../output/run-plan.ts";
import { servicePlanView } from "../output/service-plan.ts";
import {
  checkOneStandardInput,
  clusterStateOption,
  loadSnapshot,
  regionFor,
  warnOfOtherCluster,
} from "./shared/cluster-state.ts";
import { defineCommand, type Invocation } from "./command.ts";
import type { LoadedEcsWorkload } from "./shared/load-ecs-workload.ts";
import { loadWorkload, workloadArgument } from "./shared/load-workload.ts";
import { liveSource, snapshotSource } from "./shared/plan-source.ts";
import { makeRunPlan } from "./shared/make-run-plan.ts";
import { prepareRun, readRun, type ReadRun } from "./shared/prepare-run.ts";
import { planLiveService, planOfflineService, replacementOptions } from "./shared/make-service-plan.ts";
import { flagsGiven, type OptionsOf, type OptionSpec } from "./shared/option.ts";
import { checkRunFlags, plannedOptions, runOnlyOptions } from "./shared/run-options.ts";

const options = [
  ...plannedOptions,
  ...replacementOptions,
  clusterStateOption,
  {
    flags: "--show-workload",
    description: "print the workload that files, environment, --set and flags come to, as YAML, and plan nothing",
  },
  {
    flags: "--exit-code",
    description:
      "exit 3 where something would be registered, created, updated or deleted; pending placement does not count",
  },
] as const satisfies readonly OptionSpec[];

type Options = OptionsOf<typeof options>;

export const plan = defineCommand({
  description:
    "Shows what `service deploy` (for kind: service) or run-task would register, create, update, " +
    "delete and place, field by field, and why, and what the tasks cost an hour by their shares of machines: " +
    "the same plan, and nothing is changed. " +
    "--count asks for run-task's plan of a service. With --cluster-state it works offline, " +
    "and says what the snapshot does not know. Exits 4 when not all replicas have a place, " +
    "or a deployment could not finish. As -o json it is a file that `service deploy --plan` or " +
    "`run-task --plan` carries out.",
  arguments: [workloadArgument],
  options,
  takesCommand: true,
  examples: [
    ["aiplat plan --cluster prod", "before service deploy"],
    ["aiplat plan --cluster prod --count 3", "before run-task"],
    [
      "aiplat plan --count 3 -o json > plan.json && aiplat run-task --plan plan.json",
      "carry out exactly what was reviewed",
    ],
    ["aiplat plan base.yaml prod.yaml --set replicas=3 --show-workload", "what several files come to"],
    ["aiplat plan --cluster-state prod.json", "in a pull request, without credentials"],
  ],
  formats: ["text", "json", "yaml", "table", "markdown"],
  run: async (context, invocation) => {
    const { options } = invocation;
    checkRunFlags(invocation);
    checkOneStandardInput(invocation);
    if (options.showWorkload === true) return showWorkload(context, invocation);
    const loading = loadSnapshot(context, options);
    const [state, read] = await allTogether([
      loading,
      readRun(context, invocation, async () => regionFor(context, await loading)),
    ]);
    const { workload } = read;
    await warnOfOtherCluster(context, state, workload?.resolved.ecs.cluster);
    const { planned, view } =
      workload?.resolved.kind === "service" && options.count === undefined
        ? viewed(await planService(context, options, workload, read, state), servicePlanView, workload)
        : viewed(await planRun(context, options, read, state), runPlanView, workload);
    await print(context, view);
    for (const each of planned.warnings) note(context, each);
    await printFailures(context, planned.unplaced);
    if (options.exitCode === true) return changesAnything(planned) ? exitCodes.check : exitCodes.success;
    return planned.unplaced.length > 0 ? exitCodes.capacity : exitCodes.success;
  },
});

/** The workload as one file would have it. */
async function showWorkload(context: Context, invocation: Invocation<Options>): Promise<void> {
  if (invocation.options.taskDefinition !== undefined)
    throw new AiplatError("Usage", "--show-workload shows a workload, and --task-definition is none");
  const { workload, warnings } = await loadWorkload(context, invocation);
  await warn(context, ...warnings);
  context.stdout.write(await artefactText(context, workload, "yaml"));
}

/** A plan with how it is shown: with a note at what only a new default of aiplat's changes. */
function viewed<Planned extends RunPlan | ServicePlan>(
  plan: Planned,
  viewOf: (planned: Planned) => View,
  workload: LoadedEcsWorkload | undefined,
): { readonly planned: RunPlan | ServicePlan; readonly view: View } {
  const registrations = plan.registrations.map((each) =>
    workload === undefined ? each : { ...each, changes: noteDefaults(workload.resolved, each.changes) },
  );
  const planned = { ...plan, registrations };
  return { planned, view: viewOf(planned) };
}

async function planService(
  context: Context,
  options: Options,
  workload: LoadedEcsWorkload,
  { flags: { networkConfiguration } }: ReadRun,
  state: ClusterSnapshot | undefined,
): Promise<ServicePlan> {
  const given = flagsGiven(options, runOnlyOptions);
  if (given.length > 0)
    throw new AiplatError(
      "Usage",
      `${listOr(given, "and")}: ` +
        `this is the plan of a service, and ${given.length === 1 ? "this is" : "these are"} about a run`,
      {
        hint: "Leave it out, or give --count for the plan of run-task. What a service has of it goes into ecs.service.",
      },
    );
  const { networkConfiguration: _, ...others } = options;
  const flags = { ...others, ...present({ networkConfiguration }) };
  return state === undefined ? planLiveService(context, workload, flags) : planOfflineService(workload, state, flags);
}

async function planRun(
  context: Context,
  options: Options,
  read: ReadRun,
  state: ClusterSnapshot | undefined,
): Promise<RunPlan> {
  const aboutServices = flagsGiven(options, replacementOptions);
  if (aboutServices.length > 0)
    throw new AiplatError(
      "Usage",
      `${listOr(aboutServices, "and")} ${aboutServices.length === 1 ? "is" : "are"} about a service, ` +
        "and this is the plan of a run",
      { hint: "Leave it out, or plan a workload of kind: service without --count." },
    );
  const learnt = createLearnt();
  const source =
    state === undefined ? liveSource(context, async () => learnt.over(await context.aws.ecs())) : snapshotSource(state);
  const run = await prepareRun(context, source, options, read);
  return makeRunPlan(context, source, run, run.readsCluster || run.showsRoom ? await source.planner(run) : undefined);
}
