import { present } from "../../core/base/present.ts";
import { familyNames, instanceTypes } from "../../core/catalog/instance-types/catalog.ts";
import {
  filterInstanceTypes,
  sortInstanceTypes,
  sortKeys,
  type InstanceTypeFilter,
} from "../../core/catalog/instance-types/filter.ts";
import {
  acceleratorKinds,
  architectures,
  instanceTypeStatuses,
} from "../../core/catalog/instance-types/instance-type.ts";
import { summariseInstanceType } from "../../core/catalog/instance-types/summary.ts";
import { nearestNames } from "../../core/base/nearest.ts";
import { listOr } from "../../core/base/problem.ts";
import { AiplatError } from "../../errors.ts";
import { instanceTypeListView } from "../../output/instance-types.ts";
import { note } from "../../output/note.ts";
import { print, printArtefact } from "../../output/print.ts";
import { defineCommand } from "../command.ts";
import { readLiveTypes } from "./live-types.ts";
import type { OptionsOf, OptionSpec } from "../shared/option.ts";
import { positiveAmount, wholeFrom } from "../shared/parse-numbers.ts";
import { memorySize } from "../shared/parse-sizes.ts";

const options = [
  { flags: "--accelerator <kind>", description: "kind of accelerator", choices: acceleratorKinds },
  {
    flags: "--family <family>",
    description: "instance family, e.g. inf2; repeatable",
    repeatable: true,
  },
  {
    flags: "--name <pattern>",
    description: "part of the type's or the accelerator's name, or a pattern with * and ? for all of one",
  },
  { flags: "--min-devices <n>", description: "at least so many devices", parse: wholeFrom(1) },
  {
    flags: "--min-device-memory <size>",
    description: "at least so much memory on each device, e.g. 24GiB",
    parse: memorySize,
  },
  {
    flags: "--min-memory <size>",
    description: "at least so much instance memory, e.g. 128GiB",
    parse: memorySize,
  },
  { flags: "--architecture <arch>", description: "CPU architecture", choices: architectures },
  { flags: "--efa", description: "with Elastic Fabric Adapter only" },
  {
    flags: "--max-price <usd>",
    description: "at most so many USD an hour on demand; leaves out types without a list price",
    parse: positiveAmount,
  },
  {
    flags: "--status <status>",
    description: "whether EC2 still launches the type",
    choices: [...instanceTypeStatuses, "all"],
    defaultText: "all",
  },
  {
    flags: "--live",
    description: "ask EC2 what the region has: JSON rows for --instance-types-file, in other formats the list as usual",
  },
  { flags: "--sort <key>", description: "ascending; without it by kind, family and size", choices: sortKeys },
] as const satisfies readonly OptionSpec[];

export const instancesList = defineCommand({
  description:
    "Lists the accelerated EC2 instance types of the catalogue, or with --live those of the region. " +
    "Piped, each line is: type, kind, accelerator, devices, MiB of one device, vCPU, memory in MiB, architecture, " +
    "EFA interfaces, on-demand USD an hour in us-east-1, status.",
  options,
  examples: [
    ["aiplat instances list --accelerator neuron", "every Inferentia and Trainium type"],
    [
      "aiplat instances list --min-device-memory 40GiB --max-price 8 --sort price",
      "the cheapest types for a large model",
    ],
    ["aiplat instances list --name 'g6*.xlarge' -o json", "as a document for scripts"],
    ["aiplat instances list --live --family trn3 > types.json", "types that are newer than this release"],
  ],
  formats: ["text", "json", "yaml", "table", "markdown", "html"],
  run: async (context, { options }) => {
    const { family = [], live = false, sort } = options;
    if (!live) for (const each of family) requireFamily(each);
    const rows = live ? await readLiveTypes(context) : undefined;
    const matching = filterInstanceTypes(rows === undefined ? instanceTypes : [...rows.keys()], filterOf(options));
    const sorted = sort === undefined ? matching : sortInstanceTypes(matching, sort);
    if (sorted.length === 0) note(context, `No instance type of ${live ? "the region" : "the catalogue"} matches.`);
    if (rows !== undefined && context.options.format === "text")
      await printArtefact(
        context,
        sorted.map((type) => rows.get(type)!),
      );
    else await print(context, instanceTypeListView(sorted.map(summariseInstanceType)));
  },
});

function filterOf({
  accelerator,
  family,
  name,
  minDevices,
  minDeviceMemory,
  minMemory,
  architecture,
  efa,
  maxPrice,
  status,
}: OptionsOf<typeof options>): InstanceTypeFilter {
  return {
    ...present({
      kind: accelerator,
      families: family,
      name,
      minDevices,
      minMemoryMiBPerDevice: minDeviceMemory,
      minMemoryMiB: minMemory,
      architecture,
      efa,
      maxUsdPerHour: maxPrice,
    }),
    ...(status === undefined || status === "all" ? {} : { status }),
  };
}

function requireFamily(text: string): void {
  if (familyNames.includes(text)) return;
  const nearest = nearestNames(text, familyNames);
  const hint =
    `${nearest.length === 0 ? "" : `Did you mean ${listOr(nearest)}? `}The families are ` +
    `${listOr(familyNames, "and")}.`;
  throw new AiplatError("Usage", `--family ${text}: not a family of the catalogue`, { hint });
}
