import { nearestNames, nearestSpelling } from "../core/base/nearest.ts";
import { listOr } from "../core/base/problem.ts";
import { regions } from "../core/catalog/regions.ts";
import { AiplatError } from "../errors.ts";
import type { AwsConfig } from "./config.ts";

/** Regions of other partitions: the catalogue lists the commercial ones alone. */
const otherPartition = /^(?:cn|us-gov|us-iso[a-z]*|eu-iso[a-z]*|eusc)-/;

/**
 * A host that does not exist, in a region that the catalogue does not know either: the region's name is wrong. One that
 * answers is right whatever the catalogue says, as AWS opens new ones.
 *
 * @param error Of a call to AWS's own endpoint whose host nobody knows.
 */
export function blameRegion(error: AiplatError, { region, regionSource }: Pick<AwsConfig, "region" | "regionSource">) {
  if (regions.includes(region) || otherPartition.test(region)) return error;
  const spelling = nearestSpelling(region, regions);
  const near = spelling === undefined ? nearestNames(region, regions) : [spelling];
  const where = regionSource === undefined ? "" : ` Write it in place of ${region} in ${regionSource}.`;
  return new AiplatError(
    "NoRegion",
    `${regionSource ?? "region"} ${region}: no region of that name is known, and it has no host`,
    {
      hint:
        near.length === 0 ? "aws account list-regions names those there are." : `Did you mean ${listOr(near)}?${where}`,
      details: error.details,
      cause: error,
    },
  );
}
