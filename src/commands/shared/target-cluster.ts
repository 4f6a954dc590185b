import type { Context } from "../../context.ts";
import { lockPortBase } from "../../core/catalog/lock-ports.ts";
import type { ErrorCode } from "../../core/base/codes/error-codes.ts";
import type { EcsWorkload } from "../../core/ecs/resolve-for-ecs.ts";
import { AiplatError } from "../../errors.ts";
import { warn } from "../../output/note.ts";
import type { LoadedEcsWorkload } from "./load-ecs-workload.ts";

/** What a command goes on without a cluster's answer for: what its next call would not fail for, too. */
const goesOn: Readonly<Record<"live" | "offline", ReadonlySet<ErrorCode>>> = {
  live: new Set(["AccessDenied"]),
  offline: new Set(["NoRegion", "NoCredentials", "AccessDenied", "Network"]),
};

/**
 * What a workload is on its cluster, of which its definitions depend on the lock port base: it is fixed for a cluster,
 * by a tag. Only where they lock devices is the cluster asked, and where it cannot be, the usual base is assumed,
 * aloud.
 *
 * @param works Whether the command calls AWS anyway, or works without.
 */
export async function resolveOnCluster(
  context: Context,
  workload: LoadedEcsWorkload,
  works: keyof typeof goesOn,
): Promise<EcsWorkload> {
  const { cluster = "default" } = workload.resolved.ecs;
  const locks = workload.anywhere.everyVariant.some(({ requirements }) => requirements.locks.length > 0);
  if (!locks) return workload.forCluster();
  const described = await ask(context, cluster, goesOn[works]);
  if (typeof described === "object") return workload.forCluster(described);
  // Nobody named the default cluster: where there is none, there is nothing to say of it.
  if (workload.resolved.ecs.cluster !== undefined || described !== missing)
    await warnOfBase(context, cluster, described);
  return workload.forCluster();
}

const missing = "there is no such cluster here";

/** The cluster's tags, or why they are not known. */
async function ask(
  context: Context,
  cluster: string,
  passedOver: ReadonlySet<ErrorCode>,
): Promise<{ readonly tags: Readonly<Record<string, string>> } | string> {
  try {
    const described = await (await context.aws.ecs()).describeCluster(cluster);
    return described === undefined || described.status === "INACTIVE" ? missing : { tags: described.tags };
  } catch (error) {
    if (error instanceof AiplatError && passedOver.has(error.code)) return error.message;
    throw error;
  }
}

function warnOfBase(context: Context, cluster: string, why: string): Promise<void> {
  return warn(context, {
    message: `cluster ${cluster} could not be asked for its lock port base, and ${lockPortBase} is assumed: ${why}`,
    hint:
      "Where it has a base of its own (tag aiplat:lock-port-base), what run-task registers differs: aiplat taskdef " +
      "generate --cluster-state FILE takes it from what aiplat cluster snapshot wrote.",
  });
}
