import { selectAmi } from "../../core/catalog/machine-images/amis.ts";
import { failureOf } from "../../operations/ask-regions.ts";
import { absence } from "../../operations/find-amis.ts";
import { latestAmiView } from "../../output/amis.ts";
import { note, warn } from "../../output/note.ts";
import { print } from "../../output/print.ts";
import { amiOptions, readAmiFlags, searchAmis } from "./search.ts";
import { defineCommand } from "../command.ts";

export const amiLatest = defineCommand({
  description:
    "Prints the newest image of one AMI family, as AWS publishes it in Systems Manager: the id, one a line, " +
    "and with several regions the region before it. " +
    "A combination that does not exist is refused before any call. " +
    "As -o env the name is AIPLAT_IMAGE_ID, with several regions AIPLAT_IMAGE_ID_US_EAST_1 and so on; " +
    "as -o github the lines are for $GITHUB_OUTPUT.",
  options: amiOptions(true),
  manyRegions: true,
  examples: [
    ["aiplat ami latest", "ECS, Neuron, AL2023, x86_64, the caller's region"],
    [
      "aiplat ami latest --instance-type g6.12xlarge --region us-east-1 --region eu-west-1",
      "what an instance type needs, in two regions",
    ],
    [
      "aiplat ami latest --orchestrator eks --kubernetes-version 1.33 --os bottlerocket --accelerator nvidia",
      "a node image for EKS",
    ],
    ['aiplat ami latest --all-regions -o github >> "$GITHUB_OUTPUT"', "a map of region and id for a workflow"],
  ],
  formats: ["text", "json", "yaml", "table", "markdown", "github", "env", "html"],
  run: async (context, { options: flags }) => {
    const { family, warnings } = await readAmiFlags(context, flags, selectAmi);
    await warn(context, ...warnings);
    const { amis, absent, skipped, failures, regions, everywhere } = await searchAmis(
      context,
      flags,
      [family],
      family.accelerator,
    );
    const absences = absent.map(({ region }) => absence(region, family, flags.kubernetesVersion));
    // A region of our own list that lacks the image is worth a note, one that the user named is a failure.
    const tolerated = everywhere && amis.length > 0;
    const passedOver = [
      ...skipped,
      ...(tolerated ? absences.map(({ region }) => ({ region, reason: "has no such AMI" })) : []),
    ];
    if (amis.length > 0)
      await print(
        context,
        latestAmiView({ amis, severalRegions: everywhere || regions.length > 1, skipped: passedOver }),
      );
    for (const { region, reason } of passedOver) note(context, `Skipped ${region}: ${reason}.`);
    const failure = failureOf([...failures, ...(tolerated ? [] : absences)], regions.length);
    if (failure !== undefined) throw failure;
  },
});
