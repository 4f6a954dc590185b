import { describeAmiFamily } from "../../core/catalog/machine-images/ami-families.ts";
import { filterAmis } from "../../core/catalog/machine-images/amis.ts";
import { listOr } from "../../core/base/problem.ts";
import { AiplatError } from "../../errors.ts";
import { failureOf } from "../../operations/ask-regions.ts";
import { amiListView } from "../../output/amis.ts";
import { note } from "../../output/note.ts";
import { print } from "../../output/print.ts";
import { amiOptions, searchAmis, type Searched } from "./search.ts";
import { defineCommand } from "../command.ts";

export const amiList = defineCommand({
  description:
    "Lists every AMI family that a region has, with its newest image, where it is published and whether AWS has " +
    "ended it. EKS families need --kubernetes-version. " +
    "Piped, each line is: region, orchestrator, OS, accelerator, architecture, image id, version, " +
    "day it ended, SSM parameter.",
  options: amiOptions(false),
  manyRegions: true,
  examples: [
    ["aiplat ami list", "every ECS family in the caller's region"],
    [
      "aiplat ami list --instance-type trn1.32xlarge --kubernetes-version 1.33",
      "all that serves a type, on ECS and EKS",
    ],
  ],
  formats: ["text", "json", "yaml", "table", "markdown", "html"],
  run: async (context, { options: flags }) => {
    const found = await searchAmis(context, flags, filterAmis(flags), flags.accelerator);
    const { amis, skipped, failures, regions, everywhere } = found;
    if (amis.length > 0)
      await print(context, amiListView({ amis, severalRegions: everywhere || regions.length > 1, skipped }));
    for (const { region, reason } of skipped) note(context, `Skipped ${region}: ${reason}.`);
    for (const line of absenceLines(found)) note(context, line);
    if (amis.length > 0 && flags.orchestrator === undefined && flags.kubernetesVersion === undefined)
      note(context, "These are for ECS; --kubernetes-version adds those for EKS.");
    const failure = failureOf(failures, regions.length);
    if (failure !== undefined) throw failure;
    if (amis.length === 0) throw noneFound(found);
  },
});

/** A line for each region that lacks families which others have. */
function absenceLines({ regions, absent, amis }: Searched): readonly string[] {
  if (amis.length === 0) return [];
  return regions.flatMap((region) => {
    const names = absent.filter((each) => each.region === region).map(({ family }) => describeAmiFamily(family));
    return names.length === 0 ? [] : [`Not in ${region}: ${names.join(", ")}.`];
  });
}

function noneFound({ regions, families, kubernetesVersion }: Searched): AiplatError {
  const hint =
    kubernetesVersion === undefined
      ? {}
      : { hint: `Does EKS offer Kubernetes ${kubernetesVersion}? aws eks describe-cluster-versions tells.` };
  return new AiplatError(
    "NotFound",
    `none of these AMIs is in ${listOr(regions)}: ${families.map(describeAmiFamily).join(", ")}`,
    hint,
  );
}
