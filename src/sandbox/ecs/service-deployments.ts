/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-deployment.html */
import {
  continueServiceDeploymentRequest,
  describeServiceDeploymentsRequest,
  describeServiceRevisionsRequest,
  listServiceDeploymentsRequest,
  stopServiceDeploymentRequest,
} from "../../core/ecs-api/model/requests.ts";
import { requireCluster } from "../model/clusters.ts";
import type { RevisionRecord, ServiceDeploymentRecord, ServiceRecord } from "../model/records.ts";
import { wake } from "../model/scheduler.ts";
import { ongoingOf, requestRollback } from "../model/service-deployments.ts";
import type { World } from "../model/world.ts";
import { AwsError, invalidParameter } from "../wire/aws-error.ts";
import { operation, type Operation } from "../wire/operation.ts";
import { requireItems } from "./limits.ts";
import { pageOf } from "./pages.ts";
import { revisionAnswer, serviceDeploymentAnswer, serviceDeploymentBrief } from "./service-answers.ts";
import { requireService } from "./services.ts";

/** "You can specify a maximum of 20 ARNs", and a page has 20 unless asked. */
const twenty = 20;

export const serviceDeploymentOperations: Readonly<Record<string, Operation>> = {
  ListServiceDeployments: operation(
    "serviceRead",
    listServiceDeploymentsRequest,
    (
      {
        cluster,
        service: name,
        status = [],
        createdAt: { before = Number.POSITIVE_INFINITY, after = 0 } = {},
        maxResults = twenty,
        ...page
      },
      { world },
    ) => {
      const service = requireService(requireCluster(world, cluster), name);
      if (service.status === "INACTIVE") throw new AwsError("ServiceNotFoundException", "Service not found.");
      const unknown = status.find((each) => !statuses.has(each));
      if (unknown !== undefined) throw invalidParameter(`Invalid service deployment status: ${unknown}.`);
      const chosen = service.history.filter(
        ({ status: each, createdAt }) =>
          (status.length === 0 || status.includes(each)) && createdAt < before * 1_000 && createdAt > after * 1_000,
      );
      // The newest first, of which pageOf, which sorts texts, knows nothing: the keys count down.
      const keyed = new Map(
        chosen.map((each) => [
          String(Number.MAX_SAFE_INTEGER - service.history.length + service.history.indexOf(each)),
          each,
        ]),
      );
      const { items, ...next } = pageOf([...keyed.keys()], { ...page, maxResults });
      return { serviceDeployments: items.map((key) => serviceDeploymentBrief(service, keyed.get(key)!)), ...next };
    },
  ),
  DescribeServiceDeployments: operation(
    "serviceRead",
    describeServiceDeploymentsRequest,
    ({ serviceDeploymentArns }, { world }) => {
      const found = requireItems(serviceDeploymentArns, "serviceDeploymentArns", twenty).map((arn) => ({
        arn,
        ...findServiceDeployment(world, arn),
      }));
      return {
        serviceDeployments: found.flatMap(({ service, deployment }) =>
          service === undefined || deployment === undefined ? [] : [serviceDeploymentAnswer(service, deployment)],
        ),
        failures: found.flatMap(({ arn, deployment }) =>
          deployment === undefined ? [{ arn, reason: "MISSING" }] : [],
        ),
      };
    },
  ),
  DescribeServiceRevisions: operation(
    "serviceRead",
    describeServiceRevisionsRequest,
    ({ serviceRevisionArns }, { world }) => {
      const found = requireItems(serviceRevisionArns, "serviceRevisionArns", twenty).map((arn) => ({
        arn,
        ...findRevision(world, arn),
      }));
      return {
        serviceRevisions: found.flatMap(({ service, revision }) =>
          service === undefined || revision === undefined ? [] : [revisionAnswer(service, revision)],
        ),
        failures: found.flatMap(({ arn, revision }) => (revision === undefined ? [{ arn, reason: "MISSING" }] : [])),
      };
    },
  ),
  StopServiceDeployment: operation(
    "serviceModify",
    stopServiceDeploymentRequest,
    ({ serviceDeploymentArn = "", stopType = "ROLLBACK" }, { world }) => {
      if (stopType !== "ROLLBACK")
        throw invalidParameter(`Invalid stop type: ${stopType}. The valid values are ROLLBACK.`);
      const { service, deployment } = findServiceDeployment(world, serviceDeploymentArn);
      if (service === undefined || deployment === undefined)
        throw new AwsError("ServiceDeploymentNotFoundException", "Service deployment not found.");
      if (ongoingOf(service) !== deployment)
        throw new AwsError(
          "ConflictException",
          `The service deployment is ${deployment.status} and cannot be stopped.`,
        );
      requestRollback(world, deployment);
      world.after(world.timings.stage, () => wake(world, service));
      return { serviceDeploymentArn };
    },
  ),
  // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/continue-service-deployment.html
  ContinueServiceDeployment: operation(
    "serviceModify",
    continueServiceDeploymentRequest,
    ({ serviceDeploymentArn = "", hookId, action = "CONTINUE" }, { world }) => {
      const { service, deployment } = findServiceDeployment(world, serviceDeploymentArn);
      if (service === undefined || deployment === undefined)
        throw new AwsError("ServiceDeploymentNotFoundException", "Service deployment not found.");
      const hook = deployment.hooks.find(({ id }) => id === hookId);
      if (deployment.status !== "IN_PROGRESS" || hook?.status !== "AWAITING_ACTION")
        throw invalidParameter("The service deployment does not wait at a lifecycle hook of this hookId.");
      hook.status = action === "ROLLBACK" ? "FAILED" : "SUCCEEDED";
      deployment.updatedAt = world.now();
      wake(world, service);
      return { serviceDeploymentArn };
    },
  ),
};

const statuses: ReadonlySet<string> = new Set([
  "PENDING",
  "SUCCESSFUL",
  "STOPPED",
  "STOP_REQUESTED",
  "IN_PROGRESS",
  "ROLLBACK_REQUESTED",
  "ROLLBACK_IN_PROGRESS",
  "ROLLBACK_SUCCESSFUL",
  "ROLLBACK_FAILED",
]);

function findServiceDeployment(
  world: World,
  arn: string,
): { readonly service?: ServiceRecord; readonly deployment?: ServiceDeploymentRecord } {
  const service = serviceOf(world, arn, "service-deployment");
  const deployment = service?.history.find((each) => each.arn === arn);
  return service === undefined || deployment === undefined ? {} : { service, deployment };
}

function findRevision(
  world: World,
  arn: string,
): { readonly service?: ServiceRecord; readonly revision?: RevisionRecord } {
  const service = serviceOf(world, arn, "service-revision");
  const revision = service?.history.find(({ target }) => target.revision.arn === arn)?.target.revision;
  return service === undefined || revision === undefined ? {} : { service, revision };
}

/** The service in `arn:aws:ecs:REGION:ACCOUNT:KIND/CLUSTER/SERVICE/ID`. */
function serviceOf(world: World, arn: string, kind: string): ServiceRecord | undefined {
  const [, found, cluster = "", service = ""] =
    /^arn:[^:]+:ecs:[^:]*:\d*:([a-z-]+)\/([^/]+)\/([^/]+)\/[^/]+$/.exec(arn) ?? [];
  return found === kind ? world.clusters.get(cluster)?.services.get(service) : undefined;
}
