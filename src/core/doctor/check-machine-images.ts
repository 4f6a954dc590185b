/**
 * Whether the machine images that are in use are the newest of their family, still made, and drive what they run on and
 * what runs there.
 */
import { fail, ok, skip, warn, type CheckItem } from "../base/check-report.ts";
import { ageInDays } from "../base/counted.ts";
import { checkImageDriver, isOldDriver } from "../catalog/container-images/image-checks.ts";
import type { ImageReference } from "../catalog/container-images/image-reference.ts";
import { findInstanceType } from "../catalog/instance-types/catalog.ts";
import { describeAmiFamily, type AmiFamily } from "../catalog/machine-images/ami-families.ts";
import { pinnedDriverOn } from "../catalog/machine-images/ami-drivers.ts";
import { readAmiName } from "../catalog/machine-images/ami-names.ts";
import { amiFamiliesFor, serves } from "../catalog/machine-images/amis.ts";

/** An image as EC2 describes it. */
export interface UsedImage {
  readonly id: string;
  readonly name: string;
  /** Milliseconds since the epoch, both. */
  readonly createdAt?: number;
  readonly deprecatedAt?: number;
}

/** What was started from an image, or starts machines from it. */
export interface ImageUse {
  readonly imageId: string;
  /** None where nobody says. */
  readonly instanceTypes: readonly string[];
  /** Whether machines are yet to be started from it. */
  readonly launches: boolean;
  /** How it comes to a newer one. */
  readonly fix: string;
  /** Those of the containers that have its accelerator devices. */
  readonly containerImages?: readonly ImageReference[];
}

export interface ImageFacts {
  /** By id; what EC2 does not show is not among them. */
  readonly images: ReadonlyMap<string, UsedImage>;
  /** The newest image of each family, by `familyKey`. */
  readonly newest: ReadonlyMap<string, { readonly imageId: string; readonly imageVersion?: string }>;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** How old an image may be that is not the newest; undefined: it is to be the newest. */
  readonly maxAgeMs?: number;
}

/** Two families may be of one image: they have one parameter. */
export function familyKey({ parameter }: Pick<AmiFamily, "parameter">, kubernetesVersion: string | undefined): string {
  return `${parameter} ${kubernetesVersion ?? ""}`.trimEnd();
}

export function checkImageUse(use: ImageUse, facts: ImageFacts): readonly CheckItem[] {
  const image = facts.images.get(use.imageId);
  if (image === undefined) return [notShown(use)];
  const named = readAmiName(image.name);
  const families = named?.families ?? [];
  const retired = checkRetired(use, image, families, facts.now);
  return [
    ...retired,
    // Of an ended family nothing is newer.
    ...(families.some(({ retiredOn }) => isPast(retiredOn, facts.now))
      ? []
      : [checkAge(use, image, families[0], named?.kubernetesVersion, facts)]),
    ...checkDriver(use, image, families),
  ];
}

function notShown({ imageId, launches, fix }: ImageUse): CheckItem {
  const what = `${imageId} is not among the images that EC2 shows to this account: it may be deregistered`;
  return launches
    ? fail("ami-retired", `${what}, and then no machine can be started from it`, fix)
    : warn("ami-retired", what, fix);
}

function checkRetired(
  { fix }: ImageUse,
  { id, name, deprecatedAt }: UsedImage,
  families: readonly AmiFamily[],
  now: number,
): readonly CheckItem[] {
  const ended = families.find(({ retiredOn }) => isPast(retiredOn, now));
  if (ended !== undefined)
    return [
      fail(
        "ami-retired",
        `${id} (${name}) is of ${describeAmiFamily(ended)}, which ended on ${ended.retiredOn}: it gets no more updates`,
        "Move to an image of Amazon Linux 2023 or Bottlerocket: aiplat ami list.",
      ),
    ];
  if (deprecatedAt !== undefined && deprecatedAt <= now)
    return [fail("ami-retired", `${id} (${name}) is deprecated since ${dayOf(deprecatedAt)}`, fix)];
  return [];
}

function checkAge(
  { fix }: ImageUse,
  { id, name, createdAt }: UsedImage,
  family: AmiFamily | undefined,
  kubernetesVersion: string | undefined,
  { newest, now, maxAgeMs }: ImageFacts,
): CheckItem {
  const ageMs = createdAt === undefined ? undefined : now - createdAt;
  const age = createdAt === undefined ? "" : `, ${ageInDays(createdAt, now)}`;
  const tooOld = maxAgeMs !== undefined && ageMs !== undefined && ageMs > maxAgeMs;
  if (family === undefined) {
    if (tooOld) return fail("ami-age", `${id} (${name}) is older than --max-age${age}`, fix);
    return skip(
      "ami-age",
      `${id} (${name}${age}) is no image that AWS keeps current: whether there is a newer one is not known`,
    );
  }
  const current = newest.get(familyKey(family, kubernetesVersion));
  if (current === undefined)
    return skip("ami-age", `${id} (${name}): the newest image of ${describeAmiFamily(family)} is not known here`);
  if (current.imageId === id) return ok("ami-age", `${id} (${name}) is the newest of ${describeAmiFamily(family)}`);
  const what =
    `${id} (${name}${age}) is not the newest of ${describeAmiFamily(family)}: that is ${current.imageId}` +
    (current.imageVersion === undefined ? "" : ` (${current.imageVersion})`);
  return maxAgeMs === undefined || ageMs === undefined || tooOld
    ? fail("ami-age", what, fix)
    : ok("ami-age", `${what}; it is within --max-age`);
}

/** Whether the machines have Neuron devices and a driver too old for some images of containers. */
export function staysOnOldDriver(
  { instanceTypes, imageId }: Pick<ImageUse, "instanceTypes" | "imageId">,
  images: ImageFacts["images"],
): boolean {
  const families = readAmiName(images.get(imageId)?.name ?? "")?.families ?? [];
  return instanceTypes
    .flatMap((each) => findInstanceType(each) ?? [])
    .some(
      ({ family, accelerator }) =>
        accelerator.kind === "neuron" && pinnedDriversOn(families, family).some((each) => isOldDriver(each)),
    );
}

function pinnedDriversOn(families: readonly AmiFamily[], ofType: string): readonly string[] {
  return families.flatMap((each) => pinnedDriverOn(each, ofType) ?? []);
}

/** Only of images whose names say what they carry. */
function checkDriver(
  { instanceTypes, fix, containerImages = [] }: ImageUse,
  { id, name }: UsedImage,
  families: readonly AmiFamily[],
): readonly CheckItem[] {
  if (families.length === 0) return [];
  // The catalogue has accelerated types only: what other types need is not asked for.
  return instanceTypes
    .flatMap((each) => findInstanceType(each) ?? [])
    .flatMap((type): readonly CheckItem[] => {
      const { instanceType, accelerator } = type;
      if (families.some((family) => serves(family, type))) {
        const problems = pinnedDriversOn(families, type.family).flatMap((driver) =>
          containerImages.flatMap((image) => checkImageDriver(image, driver, `${id} (${name})`, type.family)),
        );
        return problems.length === 0
          ? [ok("ami-driver", `${id} drives ${instanceType}`)]
          : problems.map(({ message, hint }) => fail("ami-driver", message, hint ?? fix));
      }
      const why = families
        .flatMap(({ cannotServe }) => cannotServe ?? [])
        .find((each) => each.families.some((family) => family === type.family))?.reason;
      const right = amiFamiliesFor(type);
      const failure = fail(
        "ami-driver",
        `${id} (${name}) does not drive the ${accelerator.manufacturer} ${accelerator.name} of ${instanceType}` +
          (why === undefined ? "" : `: ${why}`),
        right.length === 0
          ? "No image of AWS's serves it: build one of your own."
          : `Take an image of ${right[0]}: aiplat ami latest --instance-type ${instanceType}.`,
      );
      return [failure];
    });
}

function isPast(day: string | undefined, now: number): boolean {
  return day !== undefined && Date.parse(day) <= now;
}

function dayOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}
