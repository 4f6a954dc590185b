import { present } from "../core/base/present.ts";
import type { ManagedDaemon } from "../core/cluster/managed-daemons.ts";
import { isFargate } from "../core/ecs-api/fargate.ts";
import type { Service } from "../core/ecs-api/service.ts";
import { AiplatError } from "../errors.ts";
import type { ClusterDescription, EcsPort } from "../ports.ts";

/** What every machine of a cluster runs beside what is placed on it. */
export interface ObservedDaemons {
  readonly services: readonly Service[];
  readonly managedDaemons?: readonly ManagedDaemon[];
  /** Why not all of them are known. */
  readonly daemonsUnknown?: string;
}

/** Reads a cluster's DAEMON services, and the managed daemons of its capacity providers. */
export async function observeDaemons(
  ecs: EcsPort,
  cluster: string,
  description: Promise<ClusterDescription>,
): Promise<ObservedDaemons> {
  const unknown: string[] = [];
  const [services, managedDaemons] = await Promise.all([
    tolerating(unknown, async () => {
      const arns = await ecs.listServices(cluster, { schedulingStrategy: "DAEMON" });
      return arns.length === 0 ? [] : ecs.describeServices(cluster, arns);
    }),
    tolerating(unknown, async () => {
      const { arn, capacityProviders } = await description;
      // Managed Instances providers have names of the user's choice.
      return capacityProviders.every(isFargate) ? [] : ecs.managedDaemons(arn);
    }),
  ]);
  return {
    services: (services ?? []).filter(({ status }) => status === "ACTIVE"),
    ...(managedDaemons === undefined || managedDaemons.length === 0 ? {} : { managedDaemons }),
    ...present({ daemonsUnknown: unknown[0] }),
  };
}

/** Who may not list daemons goes on without: they matter to machines that are yet to be added. */
async function tolerating<Answer>(unknown: string[], read: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof AiplatError) || error.code !== "AccessDenied") throw error;
    unknown.push(error.message);
    return undefined;
  }
}
