/** What the commands that start machines take alike, whether those are nodes of EKS or container instances of ECS. */
import { defaultDiskGiB, defaultImdsHopLimit, mostImdsHops } from "../../core/catalog/machine-settings.ts";
import { AiplatError } from "../../errors.ts";
import type { OptionSpec } from "./option.ts";
import { wholeFrom } from "./parse-numbers.ts";
import { memorySize } from "./parse-sizes.ts";

export const diskOption = {
  flags: "--disk <size>",
  description: "of the volume for images and containers",
  defaultText: `${defaultDiskGiB}GiB`,
  parse: wholeGiB,
} as const satisfies OptionSpec;

/** @param kept Whom a limit of 1 keeps from the service. */
export function imdsHopLimitOption(kept: "pods" | "containers") {
  return {
    flags: "--imds-hop-limit <n>",
    description: `hops that an answer of the instance metadata service goes; 1 keeps ${kept} from it`,
    defaultText: String(defaultImdsHopLimit),
    parse: hopLimit,
  } as const satisfies OptionSpec;
}

function wholeGiB(text: string, flag: string): number {
  const gib = memorySize(text, flag) / 1024;
  if (Number.isInteger(gib) && gib > 0) return gib;
  throw new AiplatError("Usage", `${flag} ${text}: must be a whole number of GiB`, {
    hint: `Write ${flag} ${Math.max(1, Math.ceil(gib))}GiB.`,
  });
}

function hopLimit(text: string, flag: string): number {
  const hops = wholeFrom(1)(text, flag);
  if (hops <= mostImdsHops) return hops;
  throw new AiplatError("Usage", `${flag} ${text}: must be at most ${mostImdsHops}`);
}
