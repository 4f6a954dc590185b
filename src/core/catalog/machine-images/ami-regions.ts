import { problem, Refusal } from "../../base/problem.ts";
import type { AmiAccelerator } from "./ami-families.ts";
import { familiesOf, requireInstanceType } from "../instance-types/catalog.ts";
import { regions, regionsOfFamily } from "../regions.ts";
import type { Family } from "../instance-types/families.ts";

/**
 * The regions to ask for an image: those that offer the family of an instance type, else any family with the
 * accelerator, else all.
 *
 * @throws Refusal where no source says where the type is offered.
 */
export function regionsOffering(
  accelerator: AmiAccelerator | undefined,
  instanceType: string | undefined,
): readonly string[] {
  if (instanceType !== undefined) {
    const { family } = requireInstanceType(instanceType);
    const offered = regionsOfFamily[family as Family];
    if (offered.length === 0)
      throw new Refusal([
        problem(
          "no-known-region",
          [],
          `the catalogue knows no region that offers ${family}`,
          "Name the regions with --region instead of --all-regions.",
        ),
      ]);
    return offered;
  }
  if (accelerator === undefined || accelerator === "none") return regions;
  const offering = new Set(familiesOf(accelerator).flatMap((family) => regionsOfFamily[family]));
  return regions.filter((region) => offering.has(region));
}
