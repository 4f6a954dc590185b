import { listOr } from "../../core/base/problem.ts";
import type { EcsVariant } from "../../core/ecs/resolve-for-ecs.ts";
import { AiplatError, allTogether } from "../../errors.ts";
import { artefactText, printArtefact } from "../../output/print.ts";
import { defineCommand } from "../command.ts";
import {
  checkOneStandardInput,
  clusterStateOption,
  loadSnapshot,
  regionFor,
  warnOfOtherCluster,
} from "../shared/cluster-state.ts";
import { chooseVariants, loadEcsWorkload, variantOption } from "../shared/load-ecs-workload.ts";
import { workloadArgument, workloadOptions } from "../shared/load-workload.ts";

export const taskdefGenerate = defineCommand({
  description:
    "Prints the ECS task definition of a workload, as aws ecs register-task-definition --cli-input-json takes " +
    "it. A workload with several instance types or slots has several: " +
    "choose one with --variant, or take --all or --out-dir.",
  arguments: [workloadArgument],
  options: [
    ...workloadOptions,
    variantOption,
    { flags: "--all", description: "every variant, as a JSON array" },
    clusterStateOption,
    { flags: "--out-dir <folder>", description: "every variant, as FAMILY.json in the folder" },
  ],
  takesCommand: true,
  examples: [
    [
      "aiplat taskdef generate --name bert --image bert:1 --instance-type inf2.24xlarge",
      "a whole machine, from flags alone",
    ],
    [
      "aiplat taskdef generate aiplat.yaml > taskdef.json && " +
        "aws ecs register-task-definition --cli-input-json file://taskdef.json",
      "hand it to the AWS CLI",
    ],
    [
      "aiplat taskdef generate --name bert --image bert:1 --instance-type trn1.32xlarge --devices 4 --out-dir taskdefs",
      "one file for each slot",
    ],
  ],
  formats: ["text", "json", "yaml"],
  run: async (context, invocation) => {
    const { variant, all, outDir } = invocation.options;
    if ([variant, all, outDir].filter((each) => each !== undefined).length > 1)
      throw new AiplatError("Usage", "give one of --variant, --all and --out-dir");
    checkOneStandardInput(invocation);
    const loading = loadSnapshot(context, invocation.options);
    const [state, workload] = await allTogether([
      loading,
      loadEcsWorkload(context, invocation, async () => regionFor(context, await loading)),
    ]);
    const wanted = chooseVariants(workload.anywhere, variant);
    if (wanted.length > 1 && all !== true && outDir === undefined) throw severalDefinitions(wanted);
    const { cluster } = workload.resolved.ecs;
    await warnOfOtherCluster(context, state, cluster);
    const ecs =
      state !== undefined || cluster === undefined
        ? workload.forCluster(state)
        : await (await import("../shared/target-cluster.ts")).resolveOnCluster(context, workload, "offline");
    const definitions = chooseVariants(ecs, variant).map(({ definition }) => definition);
    if (outDir !== undefined) {
      const extension = context.options.format === "yaml" ? "yaml" : "json";
      const files = await Promise.all(
        definitions.map(async (each) => [`${each.family}.${extension}`, await artefactText(context, each)] as const),
      );
      const { writeFiles } = await import("../../files/write.ts");
      const paths = writeFiles(context, outDir, new Map(files));
      context.stdout.write(paths.map((path) => `${path}\n`).join(""));
      return;
    }
    await printArtefact(context, all === true ? definitions : definitions[0]);
  },
});

function severalDefinitions(variants: readonly EcsVariant[]): AiplatError {
  const families = variants.map(({ definition }) => definition.family);
  return new AiplatError(
    "Usage",
    `the workload has ${families.length} task definitions, one for each instance type and slot`,
    {
      hint: `Choose one with --variant (${listOr(families)}), or take --all or --out-dir DIR.`,
      details: { variants: families },
    },
  );
}
