import { isOngoing, type ServiceDeployment } from "../core/ecs-api/service-deployment.ts";
import { AiplatError } from "../errors.ts";
import type { EcsPort } from "../ports.ts";

/** ECS's codes for what it does not do; which of them it has for a deployment that has ended, no page says. */
const refusals: ReadonlySet<unknown> = new Set(["ConflictException", "ClientException", "InvalidParameterException"]);

/**
 * Has ECS roll back a deployment that was under way when it was read, and answers it where it has ended since: ECS
 * stops only what is pending or under way, and goes on with what it rolls back already.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stop-service-deployment.html
 */
export async function stopDeployment(
  ecs: Pick<EcsPort, "stopServiceDeployment" | "describeServiceDeployments">,
  arn: string,
): Promise<ServiceDeployment | undefined> {
  try {
    await ecs.stopServiceDeployment(arn);
    return undefined;
  } catch (error) {
    if (!(error instanceof AiplatError) || !refusals.has(error.details["awsCode"])) throw error;
    const [now] = await ecs.describeServiceDeployments([arn]);
    if (now === undefined || isOngoing(now)) throw error;
    return now;
  }
}
