import { present } from "../../core/base/present.ts";
import type { Context } from "../../context.ts";
import { withProviders, type ClusterSnapshot } from "../../core/cluster/snapshot.ts";
import { serviceCapacityOf, type Capacity } from "../../core/ecs/capacity.ts";
import type { EcsWorkload } from "../../core/ecs/resolve-for-ecs.ts";
import { providersIn, typesOf } from "../../core/plan/choose-capacity.ts";
import { capacityOfLive } from "../../core/plan/choose-service-capacity.ts";
import { namesOf } from "../../core/plan/live-services.ts";
import { servicesIn } from "../../core/plan/services-in.ts";
import { findServices } from "../../operations/find-services.ts";
import type { RunFlags } from "../../core/plan/run-flags.ts";
import { observeProviders } from "../../operations/observe-providers.ts";
import type { TaskDefinition } from "../../core/ecs-api/api.ts";
import { definitionsOf } from "../../core/ecs/resolve-for-ecs.ts";
import { explainPlacement } from "../../core/placement/explain.ts";
import { allTogether, exitCodes } from "../../errors.ts";
import { explanationView, summariseExplanation } from "../../output/explanation.ts";
import { note } from "../../output/note.ts";
import { print } from "../../output/print.ts";
import { capacityOptions, placementConstraintsOption, readAwsFlags } from "../shared/aws-flags.ts";
import {
  checkOneStandardInput,
  clusterStateOption,
  loadSnapshot,
  regionFor,
  warnOfOtherCluster,
} from "../shared/cluster-state.ts";
import { defineCommand } from "../command.ts";
import { loadEcsWorkload, type LoadedEcsWorkload } from "../shared/load-ecs-workload.ts";
import { namedCluster } from "../shared/named-cluster.ts";
import { liveSource, snapshotSource, type ClusterFacts } from "../shared/plan-source.ts";
import { checkOverrides, capacityOfRegistered, requireDefinition } from "../shared/prepare-registered-run.ts";
import { readClusterState } from "../shared/read-cluster-state.ts";
import type { OptionsOf, OptionSpec } from "../shared/option.ts";
import { workloadArgument, workloadOptions } from "../shared/load-workload.ts";
import { wholeFrom } from "../shared/parse-numbers.ts";
import { capacityOfRun, wantedCapacity } from "../shared/run-capacity.ts";
import { checkDefinitionAlone, groupOption, taskDefinitionOption } from "../shared/run-options.ts";

const options = [
  ...workloadOptions,
  {
    flags: "--count <n>",
    description: "replicas to place",
    defaultText: "the file's replicas, else 1",
    parse: wholeFrom(1),
  },
  taskDefinitionOption,
  groupOption,
  placementConstraintsOption,
  ...capacityOptions,
  clusterStateOption,
] as const satisfies readonly OptionSpec[];

type Options = OptionsOf<typeof options>;

export const clusterExplain = defineCommand({
  description:
    "Says for each container instance whether a workload fits and, if not, every reason; " +
    "then what it costs an hour, and the nearest change that would make it fit. Exits 4 when not all replicas can be placed. " +
    "Piped, each line is: instance, type, fits, reasons.",
  arguments: [workloadArgument],
  options,
  takesCommand: true,
  examples: [
    ["aiplat cluster explain --cluster prod", "why does ./aiplat.yaml not fit?"],
    ["aiplat cluster explain --cluster-state prod.json --count 12", "in a pull request, without credentials"],
  ],
  formats: ["text", "json", "yaml", "table", "markdown"],
  run: async (context, invocation) => {
    const { options } = invocation;
    checkOneStandardInput(invocation);
    checkDefinitionAlone(invocation);
    const loading = loadSnapshot(context, options);
    const [state, workload, flags] = await allTogether([
      loading,
      options.taskDefinition === undefined
        ? loadEcsWorkload(context, invocation, async () => regionFor(context, await loading))
        : undefined,
      readAwsFlags(context, options),
    ]);
    const { snapshot, definitions, chosen, count } = await (workload === undefined
      ? readRegistered(context, options, { reference: options.taskDefinition!, flags, state })
      : readOnCluster(context, options, workload, flags, state));
    if (chosen.note !== undefined) note(context, chosen.note);
    const explanation = explainPlacement(withProviders(snapshot, chosen.cluster.providers), definitions, {
      count,
      ...present({ group: options.group, overrides: flags.overrides }),
      placementConstraints: flags.placementConstraints ?? [],
      ...providersIn(chosen),
      ...present({ limit: chosen.limit }),
    });
    await print(context, explanationView(explanation));
    const isDrawn = context.options.format === "text" && context.stdout.isTTY;
    if (!isDrawn && context.options.format !== "yaml") note(context, summariseExplanation(explanation));
    return explanation.placeable ? exitCodes.success : exitCodes.capacity;
  },
});

/** What is to be explained: tasks of any of the definitions, on the cluster as it is. */
interface Question {
  readonly snapshot: ClusterSnapshot;
  readonly definitions: readonly TaskDefinition[];
  readonly chosen: Awaited<ReturnType<typeof capacityOfRun>>;
  readonly count: number;
}

async function readOnCluster(
  context: Context,
  options: Options,
  { resolved, anywhere, forCluster, locating }: LoadedEcsWorkload,
  flags: RunFlags,
  state: ClusterSnapshot | undefined,
): Promise<Question> {
  checkOverrides(definitionsOf(anywhere)[0]!, flags);
  wantedCapacity({ said: anywhere.capacity, flags });
  await warnOfOtherCluster(context, state, resolved.ecs.cluster);
  const snapshot = state ?? (await readLive(context, resolved.ecs.cluster));
  const ecs = forCluster(snapshot);
  const said = await saidOrKept(context, ecs, snapshot, state);
  const question = { said, flags, types: typesOf(resolved), locating };
  return {
    snapshot,
    definitions: definitionsOf(ecs),
    chosen: await capacityOfRun(question, await factsOf(context, snapshot, state)),
    count: options.count ?? resolved.replicas,
  };
}

/** Who starts the tasks by the file; a service that lives keeps what it has where that leaves it out. */
async function saidOrKept(
  context: Context,
  ecs: EcsWorkload,
  snapshot: ClusterSnapshot,
  state: ClusterSnapshot | undefined,
): Promise<Capacity> {
  const { workload } = ecs;
  if (workload.kind !== "service") return ecs.capacity;
  const said = serviceCapacityOf(workload);
  if (said.kind !== "unsaid" || snapshot.capacityProviders.length === 0) return said;
  const names = namesOf(ecs);
  const [live] =
    state === undefined
      ? await findServices(await context.aws.ecs(), snapshot.cluster, workload.name, names.services)
      : servicesIn(state, workload.name, names).services;
  return live === undefined ? said : capacityOfLive(live);
}

async function readRegistered(
  context: Context,
  options: Options,
  { reference, flags, state }: { reference: string; flags: RunFlags; state: ClusterSnapshot | undefined },
): Promise<Question> {
  const source = state === undefined ? liveSource(context, context.aws.ecs) : snapshotSource(state);
  const definition = await requireDefinition(context, source, options, reference);
  checkOverrides(definition, flags);
  const snapshot = state ?? (await readLive(context, await namedCluster(context, options.cluster)));
  return {
    snapshot,
    definitions: [definition],
    chosen: await capacityOfRegistered(definition, flags, await factsOf(context, snapshot, state)),
    count: options.count ?? 1,
  };
}

async function readLive(context: Context, cluster = "default"): Promise<ClusterSnapshot> {
  return readClusterState(context, await context.aws.ecs(), cluster);
}

/** The cluster by its snapshot, with its providers as they are where it is live. */
async function factsOf(
  context: Context,
  snapshot: ClusterSnapshot,
  state: ClusterSnapshot | undefined,
): Promise<ClusterFacts> {
  const facts = await snapshotSource(snapshot).facts(snapshot.cluster);
  return state !== undefined
    ? facts
    : { ...facts, describeProviders: (names) => observeProviders(context.aws, names, snapshot.cluster) };
}
