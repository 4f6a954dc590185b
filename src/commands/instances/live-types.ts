import type { Context } from "../../context.ts";
import { byKindFamilyAndSize, findInstanceType } from "../../core/catalog/instance-types/catalog.ts";
import { rowOf, type DescribedRow } from "../../core/catalog/instance-types/described-type.ts";
import { toInstanceType } from "../../core/catalog/instance-types/instance-type-fact.ts";
import type { InstanceType } from "../../core/catalog/instance-types/instance-type.ts";
import { startProgress } from "../../output/progress.ts";

/**
 * The accelerated types that EC2 has in the region, each with its row. Of a type that the catalogue knows it is the
 * catalogue's, which is corrected where EC2's API is wrong.
 */
export async function readLiveTypes(context: Context): Promise<ReadonlyMap<InstanceType, DescribedRow>> {
  const region = await context.aws.region();
  const progress = await startProgress(context, `Asking EC2 in ${region}`);
  try {
    const described = await (await context.aws.ec2Read()).instanceTypes();
    const day = new Date(context.now()).toISOString().slice(0, 10);
    const rows = described.flatMap((each) => rowOf(each, `EC2 DescribeInstanceTypes in ${region}, ${day}`) ?? []);
    const types = rows.map((row) => [findInstanceType(row.instanceType) ?? toInstanceType(row), row] as const);
    return new Map(types.toSorted(([one], [other]) => byKindFamilyAndSize(one, other)));
  } finally {
    progress.stop();
  }
}
