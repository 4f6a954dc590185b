import { present } from "../../core/base/present.ts";
import type { Context } from "../../context.ts";
import {
  amiAccelerators,
  amiOperatingSystems,
  orchestrators,
  type AmiAccelerator,
  type AmiFamily,
} from "../../core/catalog/machine-images/ami-families.ts";
import { regionsToAsk } from "../../core/catalog/machine-images/ami-regions.ts";
import { architectures } from "../../core/catalog/instance-types/instance-type.ts";
import type { AmiQuery } from "../../core/catalog/machine-images/ami-query.ts";
import { AiplatError, besideMistakes, refuseMistakes } from "../../errors.ts";
import { findAmis, type AmiFindings, type AmiSearch } from "../../operations/find-amis.ts";
import { startProgress } from "../../output/progress.ts";
import type { OptionsOf, OptionSpec } from "../shared/option.ts";

/** The AMI flags; `latest` has defaults, `list` leaves open what is not said. */
export function amiOptions(defaults: boolean) {
  const when = (defaultText: string) => (defaults ? { defaultText } : {});
  return [
    {
      flags: "--orchestrator <name>",
      description: "what the image is made for",
      choices: orchestrators,
      ...when("ecs"),
    },
    {
      flags: "--accelerator <kind>",
      description: "whose driver it carries; none is a plain image",
      choices: amiAccelerators,
      ...when("neuron, or the instance type's"),
    },
    { flags: "--os <name>", description: "operating system", choices: amiOperatingSystems, ...when("al2023") },
    {
      flags: "--architecture <arch>",
      description: "CPU architecture",
      choices: architectures,
      ...when("x86_64, or the instance type's"),
    },
    {
      flags: "--instance-type <type>",
      description: "an EC2 instance type, which says the accelerator and the architecture",
    },
    { flags: "--kubernetes-version <version>", description: "for EKS, the minor version, e.g. 1.33" },
    {
      flags: "--all-regions",
      description:
        "every region that offers the instance type or the accelerator, and where AWS publishes the image besides; " +
        "--region may be repeated instead",
    },
  ] as const satisfies readonly OptionSpec[];
}

export type AmiFlags = OptionsOf<ReturnType<typeof amiOptions>>;

/** What is read of the query; a contradiction in the regions is told beside what is wrong with it. */
export async function readAmiFlags<T>(context: Context, flags: AmiFlags, read: (query: AmiQuery) => T): Promise<T> {
  const contradiction =
    flags.allRegions === true && context.options.regions.length > 0
      ? [new AiplatError("Usage", "--all-regions contradicts --region", { hint: "Leave one of them out." })]
      : [];
  const found = await besideMistakes(contradiction, () => read(flags));
  refuseMistakes(contradiction);
  return found;
}

/** Asks the regions that the flags name for the newest image of each family. */
export async function searchAmis(
  context: Context,
  flags: AmiFlags,
  families: readonly AmiFamily[],
  accelerator: AmiAccelerator | undefined,
): Promise<Searched> {
  const regions = await chooseRegions(context, flags, families, accelerator);
  const { kubernetesVersion } = flags;
  const search = {
    regions,
    families,
    everywhere: flags.allRegions === true,
    ...present({ kubernetesVersion }),
  };
  return { ...search, ...(await whileAsking(context, regions, () => findAmis(context.aws.ssm, search))) };
}

/** Shows that regions are being asked while it lasts. */
export async function whileAsking<Answer>(
  context: Context,
  regions: readonly string[],
  ask: () => Promise<Answer>,
): Promise<Answer> {
  const progress = await startProgress(
    context,
    `Asking ${regions.length === 1 ? regions[0] : `${regions.length} regions`}`,
  );
  try {
    return await ask();
  } finally {
    progress.stop();
  }
}

export type Searched = AmiSearch & AmiFindings;

/** The regions that the flags name, else the caller's. */
export async function chooseRegions(
  context: Context,
  flags: AmiFlags,
  families: readonly AmiFamily[],
  accelerator: AmiAccelerator | undefined,
): Promise<readonly string[]> {
  const { regions } = context.options;
  if (flags.allRegions === true) return regionsToAsk(families, accelerator, flags.instanceType);
  return regions.length === 0 ? [await context.aws.region()] : [...new Set(regions)];
}
