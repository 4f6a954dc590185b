import { present } from "../../core/base/present.ts";
import { chooseCapacity, providersIn, typesOf } from "../../core/plan/choose-capacity.ts";
import { observeProviders } from "../../operations/observe-providers.ts";
import { capacityFor, snapshotSource } from "../shared/plan-source.ts";
import type { PlacementConstraint } from "../../core/ecs-api/api.ts";
import { definitionsOf } from "../../core/ecs/resolve-for-ecs.ts";
import { explainPlacement } from "../../core/placement/explain.ts";
import { exitCodes } from "../../errors.ts";
import { explanationView } from "../../output/explanation.ts";
import { note } from "../../output/note.ts";
import { print } from "../../output/print.ts";
import { parsePlacementConstraints } from "../shared/aws-syntax.ts";
import {
  checkOneStandardInput,
  clusterStateOption,
  loadSnapshot,
  regionFor,
  warnOfOtherCluster,
  type ClusterStateOptions,
} from "../shared/cluster-state.ts";
import type { Command } from "../command.ts";
import { loadEcsWorkload } from "../shared/load-ecs-workload.ts";
import { readClusterState } from "../shared/read-cluster-state.ts";
import { workloadArgument, workloadOptions, type WorkloadOptions } from "../shared/load-workload.ts";
import { wholeNumber } from "../shared/parse-numbers.ts";

interface Options extends WorkloadOptions, ClusterStateOptions {
  readonly count?: number;
  readonly placementConstraints?: readonly (readonly PlacementConstraint[])[];
}

export const clusterExplain: Command<Options> = {
  description:
    "Says for each container instance whether a workload fits and, if not, every reason; " +
    "then the nearest change that would make it fit. Exits 4 when not all replicas can be placed. " +
    "Piped, each line is: instance, type, fits, reasons.",
  arguments: [workloadArgument],
  options: [
    ...workloadOptions,
    {
      flags: "--count <n>",
      description: "replicas to place",
      defaultText: "the file's replicas, else 1",
      parse: wholeNumber("--count"),
    },
    {
      flags: "--placement-constraints <constraint>",
      description: "type=memberOf,expression=... or type=distinctInstance",
      repeatable: true,
      parse: parsePlacementConstraints,
    },
    clusterStateOption,
  ],
  takesCommand: true,
  examples: [
    ["aiplat cluster explain --cluster prod", "why does ./aiplat.yaml not fit?"],
    ["aiplat cluster explain --cluster-state prod.json --count 12", "in a pull request, without credentials"],
  ],
  formats: ["text", "json", "yaml", "table", "markdown"],
  run: async (context, invocation) => {
    const { options } = invocation;
    checkOneStandardInput(invocation);
    const state = await loadSnapshot(context, options);
    const { resolved, forCluster, locating } = await loadEcsWorkload(context, invocation, () =>
      regionFor(context, state),
    );
    await warnOfOtherCluster(context, state, resolved.ecs.cluster);
    const snapshot =
      state ?? (await readClusterState(context, await context.aws.ecs(), resolved.ecs.cluster ?? "default"));
    const ecs = forCluster(snapshot);
    const available = await capacityFor(ecs.capacity, {
      ...(await snapshotSource(snapshot).facts(snapshot.cluster)),
      ...(state === undefined
        ? { describeProviders: (names) => observeProviders(context.aws, names, snapshot.cluster) }
        : {}),
    });
    const chosen = locating(() => chooseCapacity(ecs.capacity, available, typesOf(resolved)));
    if (chosen.note !== undefined) note(context, chosen.note);
    const explanation = explainPlacement(snapshot, definitionsOf(ecs), {
      count: options.count ?? resolved.replicas,
      placementConstraints: (options.placementConstraints ?? []).flat(),
      ...providersIn(chosen),
      ...present({ limit: chosen.limit }),
    });
    await print(context, explanationView(explanation));
    return explanation.placeable ? exitCodes.success : exitCodes.capacity;
  },
};
