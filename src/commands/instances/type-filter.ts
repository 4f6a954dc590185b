import { present } from "../../core/base/present.ts";
import { nearestNames } from "../../core/base/nearest.ts";
import { listOr } from "../../core/base/problem.ts";
import { familyNames } from "../../core/catalog/instance-types/catalog.ts";
import type { InstanceTypeFilter } from "../../core/catalog/instance-types/filter.ts";
import {
  acceleratorKinds,
  architectures,
  instanceTypeStatuses,
} from "../../core/catalog/instance-types/instance-type.ts";
import { AiplatError } from "../../errors.ts";
import type { OptionsOf, OptionSpec } from "../shared/option.ts";
import { positiveAmount, wholeFrom } from "../shared/parse-numbers.ts";
import { memorySize } from "../shared/parse-sizes.ts";

/** What instance types must be, for the commands that list them. */
export const typeFilterOptions = [
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
] as const satisfies readonly OptionSpec[];

/** The filter that the flags come to. */
export function typeFilterOf({
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
}: OptionsOf<typeof typeFilterOptions>): InstanceTypeFilter {
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

/** @throws AiplatError Usage for a family that the catalogue does not have. */
export function requireFamilies(names: readonly string[]): void {
  const text = names.find((name) => !familyNames.includes(name));
  if (text === undefined) return;
  const nearest = nearestNames(text, familyNames);
  const hint =
    `${nearest.length === 0 ? "" : `Did you mean ${listOr(nearest)}? `}The families are ` +
    `${listOr(familyNames, "and")}.`;
  throw new AiplatError("Usage", `--family ${text}: not a family of the catalogue`, { hint });
}
