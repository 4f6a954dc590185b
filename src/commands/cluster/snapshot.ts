import { present } from "../../core/base/present.ts";
import type { Context } from "../../context.ts";
import { redactSnapshot } from "../../core/cluster/redact.ts";
import type { ClusterSnapshot } from "../../core/cluster/snapshot.ts";
import { formatSnapshot } from "../../core/cluster/snapshot-file.ts";
import { counted } from "../../core/base/counted.ts";
import { AiplatError } from "../../errors.ts";
import { writeNewFile } from "../../files/write.ts";
import { observeServices } from "../../operations/observe-cluster.ts";
import { observeProviders } from "../../operations/observe-providers.ts";
import type { EcsPort } from "../../ports.ts";
import { escapeInJson } from "../../output/harmless.ts";
import { note, warn } from "../../output/note.ts";
import { clusterOption } from "../shared/cluster-state.ts";
import { namedCluster } from "../shared/named-cluster.ts";
import { defineCommand } from "../command.ts";
import { readClusterState } from "../shared/read-cluster-state.ts";

export const clusterSnapshot = defineCommand({
  description:
    "Writes the state of a cluster (instances, services, tasks that are not stopped, their task definitions) " +
    "as a file that --cluster-state takes, so that a pull request is checked without credentials.",
  options: [
    clusterOption,
    { flags: "--file <path>", description: "write to this file, overwriting it", defaultText: "standard output" },
    { flags: "--redact", description: "leave account ids and the values of environment variables out" },
  ],
  examples: [["aiplat cluster snapshot --cluster prod --redact --file prod.json", "for a pull request's checks"]],
  // The same document: a person at the terminal sees the progress and the note too.
  formats: ["text", "json"],
  run: async (context, { options }) => {
    const cluster = await namedCluster(context, options.cluster);
    const ecs = await context.aws.ecs();
    const seen = await readClusterState(context, ecs, cluster);
    const snapshot = await withProviders(context, await withServices(context, ecs, seen));
    const text = formatSnapshot(options.redact === true ? redactSnapshot(snapshot) : snapshot);
    if (options.file === undefined) {
      context.stdout.write(escapeInJson(text));
      return;
    }
    writeNewFile(context, options.file, text, { force: true, mode: 0o600 });
    const { instances, tasks, services } = snapshot;
    const counts = [
      counted(instances.length, "instance"),
      counted(tasks.length, "task"),
      ...(services === undefined ? [] : [counted(services.length, "service")]),
    ];
    note(context, `wrote ${options.file}: ${counts.join(", ")}`);
  },
});

/** A snapshot without services is of use too: only plans of services need them. */
function withServices(context: Context, ecs: EcsPort, snapshot: ClusterSnapshot): Promise<ClusterSnapshot> {
  return orWithout(
    context,
    snapshot,
    "the services are left out, and plans of services from this snapshot say less",
    () => observeServices(ecs, snapshot),
  );
}

/** The capacity providers are what tells whether a plan may count on more machines, and of which types. */
async function withProviders(context: Context, snapshot: ClusterSnapshot): Promise<ClusterSnapshot> {
  const { capacityProviders: names, cluster } = snapshot;
  if (names.length === 0) return snapshot;
  const what = "the capacity providers are left out, and a default strategy is not planned with from this snapshot";
  return orWithout(context, snapshot, what, async () => ({
    ...snapshot,
    providers: await observeProviders(context.aws, names, cluster),
  }));
}

/** The snapshot with more, or as it is where the caller may not read that. */
async function orWithout(
  context: Context,
  snapshot: ClusterSnapshot,
  without: string,
  observe: () => Promise<ClusterSnapshot>,
): Promise<ClusterSnapshot> {
  try {
    return await observe();
  } catch (error) {
    if (!(error instanceof AiplatError) || error.code !== "AccessDenied") throw error;
    await warn(context, { message: `${without}: ${error.message}`, ...present({ hint: error.hint }) });
    return snapshot;
  }
}
