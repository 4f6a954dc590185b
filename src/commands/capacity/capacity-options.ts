import { imageId } from "../shared/image-id.ts";
import { nodeOperatingSystems } from "../../core/catalog/machine-images/node-ami-types.ts";
import { AiplatError } from "../../errors.ts";
import { diskOption, imdsHopLimitOption } from "../shared/machine-options.ts";
import type { OptionsOf, OptionSpec } from "../shared/option.ts";
import { wholeFrom } from "../shared/parse-numbers.ts";
import { memorySize } from "../shared/parse-sizes.ts";
import { workloadOptions } from "../shared/workload-options.ts";

/** What the commands that make the machines of an ECS cluster take. */
export const capacityOptions = [
  ...workloadOptions,
  {
    flags: "--subnet <id>",
    description: "a subnet of the machines, repeatable; one alone for EFA and capacity blocks",
    repeatable: true,
  },
  {
    flags: "--security-group <id>",
    description: "a security group of the machines, repeatable",
    repeatable: true,
    defaultText: "the VPC's default; with EFA one of the stack's own",
  },
  {
    flags: "--vpc <id>",
    description: "the VPC of the subnets: EC2 is not asked then, nor whether their zones offer the type",
  },
  {
    flags: "--os <os>",
    description: "operating system of the machines",
    choices: nodeOperatingSystems,
    defaultText: "al2023, or bottlerocket where it alone serves the type",
  },
  {
    flags: "--image-id <id>",
    description: "the machine image: Systems Manager is not asked then",
    defaultText: "the newest that serves the type",
    parse: imageId,
  },
  {
    ...diskOption,
    defaultText: `${diskOption.defaultText}, and the scratch volumes where no instance store holds them`,
  },
  imdsHopLimitOption("containers"),
  {
    flags: "--attribute <name=value>",
    description: "an attribute of the container instances, repeatable, beside what the workload's constraints ask for",
    repeatable: true,
    parse: attribute,
  },
  {
    flags: "--reserved-memory <size>",
    description: "memory that ECS gives no task (ECS_RESERVED_MEMORY), as 1GiB",
    defaultText: "none",
    parse: memorySize,
  },
  {
    flags: "--efa",
    description: "with every EFA interface of the type",
    defaultText: "what the workload asks for",
  },
  { flags: "--spot", description: "on Spot" },
  { flags: "--reservation <id>", description: "start the machines in this on-demand capacity reservation" },
  { flags: "--capacity-block <id>", description: "start the machines in this capacity block" },
  { flags: "--min-size <n>", description: "the fewest machines", defaultText: "0", parse: wholeFrom(0) },
  {
    flags: "--desired-size <n>",
    description: "machines to start with; left out, ECS starts them as tasks need them",
    parse: wholeFrom(0),
  },
  {
    flags: "--max-size <n>",
    description: "the most machines",
    defaultText: "as many as the replicas fill",
    parse: wholeFrom(1),
  },
  { flags: "--create-cluster", description: "make the cluster too, in the same stack" },
] as const satisfies readonly OptionSpec[];

export type CapacityOptions = OptionsOf<typeof capacityOptions>;

function attribute(text: string, flag: string): readonly [string, string] {
  const equals = text.indexOf("=");
  if (equals < 1) throw new AiplatError("Usage", `${flag} ${text}: must be NAME=VALUE, as stack=prod`);
  return [text.slice(0, equals), text.slice(equals + 1)];
}
