import { primaryOf, type Service } from "../core/ecs-api/service.ts";
import { isOngoing, rollsOut, type ServiceDeployment } from "../core/ecs-api/service-deployment.ts";
import { AiplatError } from "../errors.ts";
import { isRolling } from "./judge-deployment.ts";
import type { EcsPort } from "../ports.ts";

/** A service whose deployment is waited for. */
export interface AwaitedService {
  /** As CreateService or UpdateService answered it. */
  readonly service: Service;
  /** The service deployment that ECS was asked to roll back; the service is then as it was shown after that. */
  readonly rollback?: string;
}

/** How far from the deployment's own time its service deployment may have been made. */
const nearMs = 300_000;

/** One look at the service deployments of those services that are still waited for, by service name. */
export type Follower = (
  open: readonly AwaitedService[],
  services: readonly Service[],
) => Promise<ReadonlyMap<string, ServiceDeployment>>;

/**
 * Reads the service deployments of services, where they say more than DescribeServices: of deployments that are not
 * rolling updates or have hooks that pause them, of those that are no longer the newest, for the reason, and of
 * rollbacks.
 */
export function createFollower(
  ecs: EcsPort,
  cluster: string,
  onStage: (service: string, rollout: ServiceDeployment) => void = () => undefined,
): Follower {
  const arns = new Map<string, string>();
  const stages = new Map<string, string>();
  let kept = true;

  const find = async ({ service: changed, rollback }: AwaitedService, now: Service | undefined): Promise<void> => {
    const ours = primaryOf(changed);
    if (rollback !== undefined) arns.set(changed.serviceName, rollback);
    if (
      arns.has(changed.serviceName) ||
      ours === undefined ||
      now === undefined ||
      !kept ||
      (isRolling(changed) && !pauses(changed) && primaryOf(now)?.id === ours.id)
    )
      return;
    const near =
      ours.createdAt === undefined
        ? {}
        : { createdAfter: ours.createdAt - nearMs, createdBefore: ours.createdAt + nearMs };
    const listed = await ecs.listServiceDeployments(cluster, changed.serviceArn, near).catch(withoutPermission);
    if (listed === undefined) kept = false;
    const found = listed?.find((each) => rollsOut(each, ours));
    if (found !== undefined) arns.set(changed.serviceName, found.arn);
  };

  return async (open, services) => {
    await Promise.all(
      open.map((each) =>
        find(
          each,
          services.find(({ serviceArn }) => serviceArn === each.service.serviceArn),
        ),
      ),
    );
    const asked = open.flatMap(({ service: { serviceName } }) =>
      arns.has(serviceName) ? [[serviceName, arns.get(serviceName)!] as const] : [],
    );
    const described =
      asked.length === 0
        ? []
        : ((await ecs.describeServiceDeployments(asked.map(([, arn]) => arn)).catch(withoutPermission)) ?? []);
    const rollouts = new Map(
      asked.flatMap(([service, arn]) =>
        described.filter((each) => each.arn === arn).map((each) => [service, each] as const),
      ),
    );
    for (const [service, rollout] of rollouts) {
      const pauses = (rollout.pauses ?? []).map(({ hookId }) => hookId);
      const stage = [rollout.status, rollout.stage, rollout.productionPercent, ...pauses].join(" ");
      if ((rollout.stage !== undefined || pauses.length > 0 || !isOngoing(rollout)) && stages.get(service) !== stage)
        onStage(service, rollout);
      stages.set(service, stage);
    }
    return rollouts;
  };
}

/** Whether a lifecycle hook may pause its deployments. */
function pauses({ deploymentConfiguration }: Service): boolean {
  return (deploymentConfiguration?.lifecycleHooks ?? []).some(({ targetType }) => targetType === "PAUSE");
}

/** DescribeServices is enough to tell the end, if not the reason, where the caller may not read service deployments. */
export function withoutPermission(error: unknown): undefined {
  if (error instanceof AiplatError && error.code === "AccessDenied") return undefined;
  throw error;
}
