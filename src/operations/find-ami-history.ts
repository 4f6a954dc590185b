import { historyPath, readHistory, type HistoricAmi } from "../core/catalog/machine-images/ami-history.ts";
import type { AmiFamily } from "../core/catalog/machine-images/ami-families.ts";
import type { SsmPort } from "../ports.ts";
import { askRegions, type AskedRegions, type PassedOver } from "./ask-regions.ts";

export interface AmiHistorySearch extends AskedRegions {
  readonly family: AmiFamily;
  readonly kubernetesVersion?: string;
}

export interface AmiHistoryFindings extends PassedOver {
  /** In the order of the regions, the newest first. */
  readonly amis: readonly HistoricAmi[];
  /** Regions that answered and have no image of the family. */
  readonly absent: readonly string[];
}

/** Asks all regions at once for every image of a family that they still show. */
export async function findAmiHistory(
  ssm: (region: string) => Promise<SsmPort>,
  { family, kubernetesVersion, ...asked }: AmiHistorySearch,
): Promise<AmiHistoryFindings> {
  const { path, recursive } = historyPath(family, kubernetesVersion);
  const { answers, ...passedOver } = await askRegions(asked, async (region) => {
    const parameters = await (await ssm(region)).getParametersByPath(path, { recursive });
    return { region, amis: readHistory(family, region, kubernetesVersion, parameters) };
  });
  return {
    amis: answers.flatMap(({ amis }) => amis),
    absent: answers.filter(({ amis }) => amis.length === 0).map(({ region }) => region),
    ...passedOver,
  };
}
