/** The network of the sandbox's account: a default VPC with a public subnet in each zone. */
import { findInstanceType } from "../../core/catalog/instance-types/catalog.ts";
import { typesIn } from "../described-types.ts";
import type { World } from "./world.ts";

export const vpcId = "vpc-00000000000000001";
export const defaultSecurityGroupId = "sg-00000000000000001";

/** The letters of a region's zones. */
const letters = ["a", "b", "c"] as const;

export function zonesOf({ region }: Pick<World, "region">): readonly string[] {
  return letters.map((letter) => region + letter);
}

export interface SubnetRecord {
  readonly id: string;
  readonly zone: string;
  readonly cidrBlock: string;
}

export function subnetsOf(world: Pick<World, "region">): readonly SubnetRecord[] {
  return zonesOf(world).map((zone, index) => ({
    id: `subnet-${"0".repeat(16)}${zone.at(-1)}`,
    zone,
    cidrBlock: `172.31.${index * 16}.0/20`,
  }));
}

/** The zone of a subnet; undefined for one that is not there. */
export function zoneOfSubnet(world: Pick<World, "region">, id: string): string | undefined {
  return subnetsOf(world).find((subnet) => subnet.id === id)?.zone;
}

/** The zones of the region that have a type: types with EFA, which few zones have, not the last one. */
export function zonesOfType(world: Pick<World, "region">, instanceType: string): readonly string[] {
  const zones = zonesOf(world);
  if (!typesIn(world.region).some((type) => type.instanceType === instanceType))
    // The catalogue has accelerated types alone; any other is everywhere.
    return findInstanceType(instanceType) === undefined ? zones : [];
  return (findInstanceType(instanceType)?.efaInterfaces ?? 0) > 0 ? zones.slice(0, -1) : zones;
}
