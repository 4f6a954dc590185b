import { present } from "../../core/base/present.ts";
import { selectAmi } from "../../core/catalog/machine-images/amis.ts";
import { failureOf } from "../../operations/ask-regions.ts";
import { findAmiHistory } from "../../operations/find-ami-history.ts";
import { absence } from "../../operations/find-amis.ts";
import { amiHistoryView } from "../../output/ami-history.ts";
import { note, warn } from "../../output/note.ts";
import { print } from "../../output/print.ts";
import { amiOptions, chooseRegions, readAmiFlags, whileAsking } from "./search.ts";
import { defineCommand } from "../command.ts";

export const amiHistory = defineCommand({
  description:
    "Lists the images that one AMI family has had, the newest first, with the day each came out and which one is " +
    "current, as far as AWS still shows them in Systems Manager. " +
    "Piped, each line is: region, day, image id, version, ECS agent, whether it is the current one, SSM parameter.",
  options: amiOptions(true),
  manyRegions: true,
  examples: [
    ["aiplat ami history", "ECS, Neuron, AL2023, x86_64, the caller's region"],
    [
      "aiplat ami history --orchestrator eks --kubernetes-version 1.33 --instance-type trn1.32xlarge",
      "the node images of a type",
    ],
  ],
  formats: ["text", "json", "yaml", "table", "markdown", "html"],
  run: async (context, { options: flags }) => {
    const { kubernetesVersion } = flags;
    const { family, warnings } = await readAmiFlags(context, flags, selectAmi);
    await warn(context, ...warnings);
    const regions = await chooseRegions(context, flags, [family], family.accelerator);
    const everywhere = flags.allRegions === true;
    const search = { family, regions, everywhere, ...present({ kubernetesVersion }) };
    const { amis, absent, skipped, failures } = await whileAsking(context, regions, () =>
      findAmiHistory(context.aws.ssm, search),
    );
    // A region of our own list that lacks the image is worth a note, one that the user named is a failure.
    const tolerated = everywhere && amis.length > 0;
    const passedOver = [
      ...skipped,
      ...(tolerated ? absent.map((region) => ({ region, reason: "has no such AMI" })) : []),
    ];
    if (amis.length > 0) await print(context, amiHistoryView({ amis, skipped: passedOver }));
    for (const { region, reason } of passedOver) note(context, `Skipped ${region}: ${reason}.`);
    const absences = tolerated ? [] : absent.map((region) => absence(region, family, kubernetesVersion));
    const failure = failureOf([...failures, ...absences], regions.length);
    if (failure !== undefined) throw failure;
  },
});
