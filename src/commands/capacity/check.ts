import { hasFailed } from "../../core/base/check-report.ts";
import { present } from "../../core/base/present.ts";
import { checkCapacity } from "../../core/capacity/check-capacity.ts";
import type { CapacityNeeds } from "../../core/capacity/check-needs.ts";
import { machinesOf } from "../../core/capacity/machines.ts";
import type { Context } from "../../context.ts";
import { AiplatError, exitCodes } from "../../errors.ts";
import { observeCapacities } from "../../operations/observe-capacity.ts";
import { checkReportView } from "../../output/check-report.ts";
import { print } from "../../output/print.ts";
import { startProgress } from "../../output/progress.ts";
import { defineCommand } from "../command.ts";
import { clusterOption } from "../shared/cluster-state.ts";
import { loadEcsWorkload } from "../shared/load-ecs-workload.ts";
import { namedCluster } from "../shared/named-cluster.ts";
import { setOption } from "../shared/workload-options.ts";

export const capacityCheck = defineCommand({
  description:
    "Checks the machines of an ECS cluster: its capacity providers, their Auto Scaling groups and launch templates, " +
    "protection from scaling in, the age of the machine images, EFA interfaces, zones, machines that never joined and " +
    "launches that failed. With --workload also whether they are what the workload needs. Changes nothing. Exits 3 " +
    "where something fails.",
  options: [
    clusterOption,
    {
      flags: "--workload <path>",
      description:
        "a workload: whether the machines are what it needs; repeatable, each file merged over those before it",
      repeatable: true,
    },
    setOption,
  ],
  examples: [
    ["aiplat capacity check --cluster prod", "the tree of what is right and wrong"],
    ["aiplat capacity check --cluster prod --workload train.yaml", "do its machines still fit train.yaml?"],
  ],
  formats: ["text", "json", "yaml", "table", "markdown"],
  run: async (context, { options }) => {
    const cluster = await namedCluster(context, options.cluster);
    const needs = await readNeeds(context, options);
    const progress = await startProgress(context, `looking at the machines of cluster ${cluster}`);
    const observed = await observeCapacities(context.aws, context, cluster).finally(progress.stop);
    const report = checkCapacity(observed, needs);
    await print(context, checkReportView({ kind: "CapacityCheck", subject: observed.cluster, report }));
    return hasFailed(report) ? exitCodes.check : exitCodes.success;
  },
});

async function readNeeds(
  context: Context,
  { workload: paths = [], set }: { readonly workload?: readonly string[]; readonly set?: readonly string[] },
): Promise<readonly CapacityNeeds[]> {
  if (paths.length === 0) {
    if (set === undefined) return [];
    throw new AiplatError("Usage", "--set is of a workload, and none is named", { hint: "Name it with --workload." });
  }
  const invocation = { args: paths, options: { file: true, ...present({ set }) } };
  // No machine depends on the region of a log group.
  const { anywhere } = await loadEcsWorkload(context, invocation, () => Promise.resolve(undefined));
  return machinesOf(anywhere).map(({ type, workload, efaInterfaces, count, mounts, attributes }) => ({
    instanceType: type.instanceType,
    efaInterfaces,
    count,
    mounts: mounts.map(({ name }) => name),
    attributes,
    ...present({ workload }),
  }));
}
