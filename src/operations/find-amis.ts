import { amiParameters, describeAmiFamily, type AmiFamily } from "../core/catalog/machine-images/ami-families.ts";
import { readAmi, type Ami } from "../core/catalog/machine-images/ami.ts";
import { AiplatError } from "../errors.ts";
import type { SsmPort } from "../ports.ts";
import { askRegions, type AskedRegions, type PassedOver, type RegionFailure } from "./ask-regions.ts";

export interface AmiSearch extends AskedRegions {
  readonly families: readonly AmiFamily[];
  readonly kubernetesVersion?: string;
}

export interface AmiFindings extends PassedOver {
  /** In the order of the regions, then of the families. */
  readonly amis: readonly Ami[];
  /** Families that a region which answered does not have. */
  readonly absent: readonly { readonly region: string; readonly family: AmiFamily }[];
}

/** Asks all regions at once for the newest image of each family. A region that fails does not keep the others back. */
export async function findAmis(
  ssm: (region: string) => Promise<SsmPort>,
  { regions, families, kubernetesVersion, everywhere }: AmiSearch,
): Promise<AmiFindings> {
  const names = [...new Set(families.flatMap((family) => Object.values(amiParameters(family, kubernetesVersion))))];
  const { answers, ...others } = await askRegions({ regions, everywhere }, async (region) => {
    const { values } = await (await ssm(region)).getParameters(names);
    return { region, amis: families.map((family) => readFamily(family, region, kubernetesVersion, values)) };
  });
  return {
    amis: answers.flatMap(({ amis }) => amis.flatMap((ami) => ami ?? [])),
    absent: answers.flatMap(({ region, amis }) =>
      families.filter((_, index) => amis[index] === undefined).map((family) => ({ region, family })),
    ),
    ...others,
  };
}

/** The failure of a region that the user named and that does not have the image. */
export function absence(region: string, family: AmiFamily, kubernetesVersion: string | undefined): RegionFailure {
  const { image } = amiParameters(family, kubernetesVersion);
  const hint =
    kubernetesVersion === undefined || family.orchestrator === "ecs"
      ? "AWS publishes it in other regions: --all-regions shows which."
      : `Does EKS offer Kubernetes ${kubernetesVersion} there? aws eks describe-cluster-versions tells.`;
  return {
    region,
    error: new AiplatError(
      "NotFound",
      `${region} has no ${describeAmiFamily(family)} AMI: there is no parameter ${image}`,
      { hint, details: { region, parameter: image } },
    ),
  };
}

function readFamily(
  family: AmiFamily,
  region: string,
  kubernetesVersion: string | undefined,
  values: ReadonlyMap<string, string>,
): Ami | undefined {
  try {
    return readAmi(family, region, kubernetesVersion, values);
  } catch (error) {
    throw new AiplatError("AwsError", error instanceof Error ? error.message : String(error), {
      cause: error,
      details: { region },
    });
  }
}
