import type { Context } from "../../context.ts";
import { present } from "../../core/base/present.ts";
import { Refusal, refuseErrors, settingProblem } from "../../core/base/problem.ts";
import type { CapacityMachines } from "../../core/capacity/machines.ts";
import type { CapacityImage } from "../../core/capacity/settings.ts";
import { amiParameters, type AmiFamily } from "../../core/catalog/machine-images/ami-families.ts";
import { selectAmi } from "../../core/catalog/machine-images/amis.ts";
import type { NodeOs } from "../../core/catalog/machine-images/node-ami-types.ts";
import { failureOf } from "../../operations/ask-regions.ts";
import { absence, findAmis } from "../../operations/find-amis.ts";
import { warn } from "../../output/note.ts";
import type { CapacityOptions } from "./capacity-options.ts";

/** A family whose images still get updates. */
type CurrentFamily = AmiFamily & { readonly os: NodeOs };

/** The machine image of each type: the user's, else the newest of the family that serves it. */
export async function findImages(
  context: Context,
  fleets: readonly CapacityMachines[],
  { imageId, os }: Pick<CapacityOptions, "imageId" | "os">,
): Promise<ReadonlyMap<string, CapacityImage>> {
  const types = fleets.map(({ type }) => type.instanceType);
  if (imageId !== undefined)
    return new Map(types.map((type) => [type, { id: imageId, os: os ?? osOf(type) ?? "al2023" }]));
  const chosen = types.map((type) => ({
    type,
    ...selectAmi({ orchestrator: "ecs", instanceType: type, ...present({ os }) }),
  }));
  await warn(context, ...chosen.filter(({ family }) => isCurrent(family)).flatMap(({ warnings }) => warnings));
  refuseErrors(
    chosen.flatMap(({ type, family }) =>
      isCurrent(family)
        ? []
        : [
            settingProblem(
              "ended-image",
              `AWS's only image of ECS for ${type} is of Amazon Linux 2, which ended on ${family.retiredOn}`,
              "Give one of your own with --image-id and --os.",
            ),
          ],
    ),
  );
  const region = await context.aws.region();
  const families = [...new Set(chosen.map(({ family }) => family))];
  const { amis, absent, failures } = await findAmis(context.aws.ssm, {
    regions: [region],
    families,
    everywhere: false,
  });
  const failure = failureOf([...failures, ...absent.map(({ family }) => absence(region, family, undefined))], 1);
  if (failure !== undefined) throw failure;
  const day = new Date(context.now()).toISOString().slice(0, "2026-11-30".length);
  return new Map(
    chosen.flatMap(({ type, family }) => {
      const { image: parameter } = amiParameters(family, undefined);
      const ami = amis.find((each) => each.parameter === parameter);
      if (ami === undefined || !isCurrent(family)) return [];
      const { imageId: id, imageVersion, imageName } = ami;
      return [
        [type, { id, os: family.os, parameter, day, ...present({ version: imageVersion ?? imageName }) }] as const,
      ];
    }),
  );
}

function isCurrent(family: AmiFamily): family is CurrentFamily {
  return family.os !== "al2";
}

/** The operating system of the images that serve a type, where there are any. */
function osOf(instanceType: string): NodeOs | undefined {
  try {
    const { family } = selectAmi({ orchestrator: "ecs", instanceType });
    return isCurrent(family) ? family.os : undefined;
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}
