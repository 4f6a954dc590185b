import type { Context } from "../context.ts";
import type { Workload } from "../core/workload/schema.ts";

/** The region a task definition's log configuration names; asked for only where the workload has logs. */
export async function logRegion(context: Context, workload: Pick<Workload, "logs">): Promise<{ readonly region?: string }> {
  return workload.logs === undefined ? {} : { region: await context.aws.region() };
}
