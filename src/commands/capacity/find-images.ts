import type { Context } from "../../context.ts";
import { present } from "../../core/base/present.ts";
import { Refusal, refuseErrors, type Problem } from "../../core/base/problem.ts";
import type { CapacityMachines } from "../../core/capacity/machines.ts";
import type { CapacityImage } from "../../core/capacity/settings.ts";
import { amiParameters, type AmiFamily } from "../../core/catalog/machine-images/ami-families.ts";
import { selectAmi } from "../../core/catalog/machine-images/amis.ts";
import { readAmiName } from "../../core/catalog/machine-images/ami-names.ts";
import type { NodeOs } from "../../core/catalog/machine-images/node-ami-types.ts";
import { imageVolume } from "../../core/catalog/machine-settings.ts";
import { failureOf } from "../../operations/ask-regions.ts";
import { absence, findAmis } from "../../operations/find-amis.ts";
import { read } from "../../operations/read.ts";
import { warn } from "../../output/note.ts";
import type { CapacityOptions } from "./capacity-options.ts";

type Named = Pick<CapacityOptions, "imageId" | "os" | "disk" | "vpc">;

/** The machine image of each type, and how large a volume it wants where that could be more than the machines get. */
export async function findImages(
  context: Context,
  fleets: readonly CapacityMachines[],
  options: Named,
): Promise<ReadonlyMap<string, CapacityImage>> {
  const images = await chooseImages(context, fleets, options);
  const { imageId, disk, vpc } = options;
  // The default is more than any image of AWS's wants.
  if (vpc !== undefined || (imageId === undefined && disk === undefined)) return images;
  const ids = [...new Set([...images.values()].map(({ id }) => id))];
  // Who may not ask goes without.
  const asked = await read(async () => (await context.aws.ec2Read()).images(ids));
  if (!("value" in asked)) return images;
  return new Map(
    [...images].map(([type, image]) => {
      const described = asked.value.find(({ id }) => id === image.id);
      if (described === undefined) return [type, { ...image, isMissing: true }];
      const { name, volumeGiB } = described;
      return [
        type,
        { ...image, ...present({ volumeGiB: volumeGiB?.get(imageVolume[image.os]) }), ...snapshotOf(name) },
      ];
    }),
  );
}

/**
 * AWS makes its images of Amazon Linux of machines, whose snapshots are as large as their volumes
 * (aws/amazon-ecs-ami); Bottlerocket's are of files, and smaller (bottlerocket-os/bottlerocket pubsys); others' may be
 * either.
 */
function snapshotOf(name: string): Pick<CapacityImage, "isSnapshotAsLarge"> {
  const os = readAmiName(name)?.families[0]?.os;
  return os === undefined ? {} : { isSnapshotAsLarge: os !== "bottlerocket" };
}

/** The user's image, else the newest of the family that serves the type. */
async function chooseImages(
  context: Context,
  fleets: readonly CapacityMachines[],
  { imageId, os }: Named,
): Promise<ReadonlyMap<string, CapacityImage>> {
  const types = fleets.map(({ type }) => type.instanceType);
  if (imageId !== undefined)
    return new Map(types.map((type) => [type, { id: imageId, os: os ?? usualOs(type) ?? "al2023" }]));
  const chosen = allOf(types, (type) => ({
    type,
    ...selectAmi({ orchestrator: "ecs", instanceType: type, ...present({ os }) }),
  }));
  await warn(context, ...chosen.flatMap(({ warnings }) => warnings));
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
      if (ami === undefined) return [];
      const { imageId: id, imageVersion, imageName } = ami;
      return [
        [
          type,
          { id, os: nodeOsOf(family), parameter, day, ...present({ version: imageVersion ?? imageName }) },
        ] as const,
      ];
    }),
  );
}

/** What comes of each item. @throws Refusal with the problems of all that are refused. */
function allOf<Item, Result>(items: readonly Item[], work: (item: Item) => Result): readonly Result[] {
  const problems: Problem[] = [];
  const results = items.flatMap((item) => {
    try {
      return [work(item)];
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problems.push(...error.problems);
      return [];
    }
  });
  refuseErrors(problems);
  return results;
}

/** The catalogue has the ended AL2 serve no type that a newer family does not. */
function nodeOsOf({ os }: AmiFamily): NodeOs {
  if (os === "al2") throw new Error("an image of AL2 for new machines");
  return os;
}

/** The operating system of the images that serve a type, where there are any. */
function usualOs(instanceType: string): NodeOs | undefined {
  try {
    return nodeOsOf(selectAmi({ orchestrator: "ecs", instanceType }).family);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}
