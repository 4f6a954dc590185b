import { findInstanceType, unknownInstanceType } from "../../core/catalog/instance-types/catalog.ts";
import { describeInstanceType } from "../../core/catalog/instance-types/detail.ts";
import { refuseErrors } from "../../core/base/problem.ts";
import { instanceTypeDetailView } from "../../output/instance-type-detail.ts";
import { print } from "../../output/print.ts";
import { defineCommand } from "../command.ts";

export const instancesShow = defineCommand({
  description:
    "Shows all that the catalogue knows of instance types: device paths, the sets of devices one replica may " +
    "hold, how they are wired, the AMI families that serve the type, price and sources.",
  arguments: [{ syntax: "<type...>", description: "EC2 instance types, e.g. inf2.24xlarge" }],
  examples: [
    ["aiplat instances show inf2.24xlarge", "one type"],
    ["aiplat instances show trn1.32xlarge trn2.48xlarge -o markdown", "two side by side"],
  ],
  formats: ["text", "json", "yaml", "table", "markdown", "html"],
  run: async (context, { args }) => {
    refuseErrors(args.filter((name) => findInstanceType(name) === undefined).map((name) => unknownInstanceType(name)));
    const details = args.map((name) => describeInstanceType(findInstanceType(name)!));
    await print(context, instanceTypeDetailView(details));
  },
});
