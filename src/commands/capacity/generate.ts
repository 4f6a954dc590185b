import { listOr } from "../../core/base/problem.ts";
import { AiplatError } from "../../errors.ts";
import { capacityTemplateText } from "../../output/capacity-template.ts";
import { note } from "../../output/note.ts";
import { defineCommand } from "../command.ts";
import { workloadArgument } from "../shared/workload-options.ts";
import { capacityOptions } from "./capacity-options.ts";
import { loadCapacity } from "./load-capacity.ts";

export const capacityGenerate = defineCommand({
  description:
    "Prints the machines that a workload needs on ECS as a template of CloudFormation: launch template, Auto Scaling " +
    "group, capacity provider and roles, or a provider of Managed Instances; with EFA every interface of the type, a " +
    "security group and a placement group. Each instance type has a template of its own. The machine image is the id " +
    "of now. Without a workload the flags name the types.",
  arguments: [workloadArgument],
  options: [
    ...capacityOptions,
    { flags: "--out-dir <folder>", description: "the template of every instance type, as STACK.yaml in the folder" },
  ],
  takesCommand: true,
  examples: [
    [
      "aiplat capacity generate --cluster prod --subnet subnet-1a2b3c4d > machines.yaml",
      "the machines of ./aiplat.yaml, for review",
    ],
    [
      "aiplat capacity generate --cluster prod --instance-type g5.12xlarge --spot --max-size 4 --subnet subnet-1a2b3c4d",
      "up to four machines on Spot, for whatever will run there",
    ],
    [
      "aiplat capacity generate --cluster prod --instance-type trn1.32xlarge --efa --vpc vpc-1a2b3c4d " +
        "--subnet subnet-1a2b3c4d --image-id ami-0123456789abcdef0",
      "with EFA, and without a call of AWS",
    ],
  ],
  formats: ["text", "json", "yaml"],
  run: async (context, invocation) => {
    const { outDir } = invocation.options;
    const plans = await loadCapacity(context, invocation);
    const notes = [...new Set(plans.flatMap((plan) => plan.notes))];
    if (outDir !== undefined) {
      const extension = context.options.format === "json" ? "json" : "yaml";
      const files = await Promise.all(
        plans.map(
          async (plan) => [`${plan.stackName}.${extension}`, await capacityTemplateText(context, plan)] as const,
        ),
      );
      const { writeFiles } = await import("../../files/write.ts");
      const paths = writeFiles(context, outDir, new Map(files));
      context.stdout.write(paths.map((path) => `${path}\n`).join(""));
    } else {
      const [plan, ...others] = plans;
      if (plan === undefined || others.length > 0)
        throw new AiplatError("Usage", `there are ${plans.length} capacities, one for each instance type`, {
          hint: `Choose one with --instance-type (${listOr(plans.map(({ instanceType }) => instanceType))}), or take --out-dir DIR.`,
          details: { stacks: plans.map(({ stackName }) => stackName) },
        });
      context.stdout.write(await capacityTemplateText(context, plan));
    }
    for (const said of notes) note(context, said);
  },
});
