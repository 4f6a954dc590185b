/** The images that a family has had, as far as Systems Manager still shows them. */
import { present } from "../../base/present.ts";
import { readDocument, type Ami, type AmiFacts } from "./ami.ts";
import { amiParameters, type AmiFamily } from "./ami-families.ts";

/** One image of a family: an item of the AmiHistory document. */
export interface HistoricAmi extends Omit<Ami, "retiredOn" | "preview"> {
  /** The day it came out (YYYY-MM-DD). */
  readonly released?: string;
  /** Whether AWS hands it out as the family's image now. */
  readonly current: boolean;
}

/** A public parameter as GetParametersByPath answers it. */
export interface PathParameter {
  readonly name: string;
  readonly value: string;
  /** Milliseconds since the epoch. */
  readonly modifiedAt?: number;
}

/**
 * Where a family's images stand by their names, beside the newest. Of public parameters no history can be asked for
 * (https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters.html names what can;
 * bottlerocket-os/bottlerocket #2662), but AWS keeps a parameter for every image under the same path.
 */
export function historyPath(
  family: AmiFamily,
  kubernetesVersion: string | undefined,
): { readonly path: string; readonly recursive: boolean } {
  const recommended = recommendedOf(family, kubernetesVersion);
  // A document is a parameter of its own beside its members; another architecture's documents stand deeper.
  return { path: recommended.slice(0, recommended.lastIndexOf("/")), recursive: family.shape !== "document" };
}

/**
 * A family's images in one region, the newest first; empty where the region has none.
 *
 * @param parameters All that stands under `historyPath`.
 */
export function readHistory(
  family: AmiFamily,
  region: string,
  kubernetesVersion: string | undefined,
  parameters: readonly PathParameter[],
): readonly HistoricAmi[] {
  const recommended = recommendedOf(family, kubernetesVersion);
  const { path } = historyPath(family, kubernetesVersion);
  const { orchestrator, os, accelerator, architecture, kernel, fips } = family;
  const known = new Map(parameters.map((each) => [each.name, each]));
  const names = [...new Set(parameters.map(({ name }) => name.slice(path.length + 1).split("/", 1)[0]!))];
  const read = names.flatMap((name) => {
    const found = readNamed(family, `${path}/${name}`, known);
    return found === undefined ? [] : [{ ...found, isRecommended: `${path}/${name}` === recommended }];
  });
  const current = read.find(({ isRecommended }) => isRecommended)?.facts.imageId;
  const byId = new Map<string, HistoricAmi>();
  // By its name an image says more than by `recommended` or by its id, and of two names the longer does.
  const sayingMore = read.toSorted(
    (one, other) =>
      Number(one.isRecommended) - Number(other.isRecommended) || other.parameter.length - one.parameter.length,
  );
  for (const { facts, parameter, modifiedAt, isRecommended } of sayingMore) {
    if (byId.has(facts.imageId)) continue;
    byId.set(facts.imageId, {
      region,
      orchestrator,
      os,
      accelerator,
      architecture,
      ...present({ kernel, fips }),
      ...(orchestrator === "ecs" || kubernetesVersion === undefined ? {} : { kubernetesVersion }),
      ...facts,
      // What `recommended` says was written with the newest image; the others' parameters are of their own day.
      ...present({ released: releasedOn(facts) ?? (isRecommended ? undefined : dayOf(modifiedAt)) }),
      current: facts.imageId === current,
      parameter,
    });
  }
  return [...byId.values()].toSorted(newestFirst);
}

/** The parameter of the newest image, or what its members stand under. */
function recommendedOf(family: AmiFamily, kubernetesVersion: string | undefined): string {
  const { image } = amiParameters(family, kubernetesVersion);
  return family.shape === "document" ? image : image.slice(0, image.lastIndexOf("/"));
}

interface NamedImage {
  readonly facts: AmiFacts;
  readonly parameter: string;
  readonly modifiedAt: number | undefined;
}

/** What stands under a name; undefined where that is no image, as another build's folder. */
function readNamed(
  { shape }: AmiFamily,
  parameter: string,
  known: ReadonlyMap<string, PathParameter>,
): NamedImage | undefined {
  if (shape === "document") {
    const document = known.get(parameter);
    if (document === undefined || !document.value.startsWith("{")) return undefined;
    const facts = readDocument(document.value, parameter);
    return isImageId(facts.imageId) ? { facts, parameter, modifiedAt: document.modifiedAt } : undefined;
  }
  const image = known.get(`${parameter}/image_id`);
  if (image === undefined || !isImageId(image.value)) return undefined;
  const name = parameter.slice(parameter.lastIndexOf("/") + 1);
  return {
    facts: {
      imageId: image.value,
      ...(name.startsWith("amazon-eks-") ? { imageName: name } : {}),
      ...present({
        imageVersion: known.get(`${parameter}/image_version`)?.value ?? versionIn(name),
        releaseVersion: known.get(`${parameter}/release_version`)?.value,
      }),
    },
    parameter: image.name,
    modifiedAt: image.modifiedAt,
  };
}

/** `v20250101` of EKS's names, `1.20.0-7c3e9198` of Bottlerocket's. */
function versionIn(name: string): string | undefined {
  return /-(v\d{8})$/.exec(name)?.[1] ?? (/^\d+\.\d+\.\d+/.test(name) ? name : undefined);
}

function isImageId(text: string): boolean {
  return /^ami-[0-9a-f]+$/.test(text);
}

/** The day that Amazon Linux images have in their version or name. */
function releasedOn({ imageName = "", imageVersion = "", releaseVersion = "" }: AmiFacts): string | undefined {
  const digits = /(?:^|[^\d])(20\d{2})(\d{2})(\d{2})(?!\d)/.exec(`${imageVersion} ${releaseVersion} ${imageName}`);
  return digits === null ? undefined : `${digits[1]}-${digits[2]}-${digits[3]}`;
}

function dayOf(milliseconds: number | undefined): string | undefined {
  return milliseconds === undefined ? undefined : new Date(milliseconds).toISOString().slice(0, 10);
}

/** By day, then by version; what has neither comes last. */
function newestFirst(one: HistoricAmi, other: HistoricAmi): number {
  return (
    (other.released ?? "").localeCompare(one.released ?? "") ||
    (other.imageVersion ?? "").localeCompare(one.imageVersion ?? "", "en", { numeric: true }) ||
    Number(other.current) - Number(one.current)
  );
}
