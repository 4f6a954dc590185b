import type { Context } from "../../context.ts";
import { regionOf, type ClusterSnapshot } from "../../core/cluster/snapshot.ts";
import { AiplatError } from "../../errors.ts";
import { readText } from "../../files/read.ts";
import { warn } from "../../output/note.ts";
import { namedCluster } from "./named-cluster.ts";
import type { Invocation } from "../command.ts";
import type { OptionsOf, OptionSpec } from "./option.ts";

export const clusterOption = {
  flags: "--cluster <name>",
  description: "name or ARN of the cluster",
  defaultText: "that of ./aiplat.yaml, AIPLAT_CLUSTER, default",
} as const satisfies OptionSpec;

export const clusterStateOption = {
  flags: "--cluster-state <file>",
  description: "a file of `aiplat cluster snapshot` instead of the cluster itself: no credentials needed",
} as const satisfies OptionSpec;

export type ClusterStateOptions = OptionsOf<[typeof clusterOption, typeof clusterStateOption]>;

/** A cluster of 5,000 instances and 60,000 tasks takes 71; Node has no text of more than 512. */
const mostMiB = 480;

/** @throws AiplatError Usage when the workload and the snapshot are both to come from standard input. */
export function checkOneStandardInput({ args, options }: Invocation<ClusterStateOptions>): void {
  if (args.includes("-") && options.clusterState === "-")
    throw new AiplatError(
      "Usage",
      "the workload and --cluster-state are both standard input: give one of them as a file",
    );
}

/** The region to write definitions for: that of the cluster in a snapshot file, whatever this machine is set to. */
export async function regionFor(context: Context, snapshot: ClusterSnapshot | undefined): Promise<string> {
  return (snapshot === undefined ? undefined : regionOf(snapshot)) ?? context.aws.region();
}

/** Warns of a workload that names another cluster than its snapshot's: what is said here is of the snapshot's. */
export async function warnOfOtherCluster(
  context: Context,
  snapshot: ClusterSnapshot | undefined,
  named: string | undefined,
): Promise<void> {
  if (snapshot === undefined || named === undefined || named === snapshot.cluster || named === snapshot.clusterArn)
    return;
  const { cluster } = snapshot;
  await warn(context, {
    message: `the workload is for cluster ${named}, and the snapshot is of ${cluster}`,
    hint: `What follows is what cluster ${cluster} says.`,
  });
}

/** The state of the cluster that the options name: read from AWS, or from a snapshot file. */
export async function loadClusterState(context: Context, options: ClusterStateOptions): Promise<ClusterSnapshot> {
  const snapshot = await loadSnapshot(context, options);
  if (snapshot !== undefined) return snapshot;
  const cluster = await namedCluster(context, options.cluster);
  const { readClusterState } = await import("./read-cluster-state.ts");
  return readClusterState(context, await context.aws.ecs(), cluster);
}

/** The snapshot that --cluster-state names (- for standard input); undefined without it. */
export async function loadSnapshot(
  context: Context,
  { cluster, clusterState }: ClusterStateOptions,
): Promise<ClusterSnapshot | undefined> {
  if (clusterState === undefined) return undefined;
  const [text, { parseSnapshot }] = await Promise.all([
    readText(context, clusterState, mostMiB),
    import("../../core/cluster/snapshot-file.ts"),
  ]);
  const snapshot = parseSnapshot(text, clusterState === "-" ? "standard input" : clusterState);
  if (cluster !== undefined && cluster !== snapshot.cluster && cluster !== snapshot.clusterArn) {
    throw new AiplatError(
      "Usage",
      `--cluster ${cluster}: ${clusterState} is a snapshot of cluster ${snapshot.cluster}`,
    );
  }
  return snapshot;
}
