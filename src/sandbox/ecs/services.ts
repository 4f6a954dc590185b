import {
  deleteServiceRequest,
  describeServicesRequest,
  listServicesRequest,
} from "../../core/ecs-api/model/requests.ts";
import { createServiceRequest, updateServiceRequest } from "../../core/ecs-api/model/service.ts";
import { redeployingFields } from "../../core/ecs/service-form.ts";
import { lastPart, requireCluster } from "../model/clusters.ts";
import { requireDefinition } from "../model/definitions.ts";
import type { ClusterRecord, RawRecord, ServiceRecord } from "../model/records.ts";
import { deploy, wake } from "../model/scheduler.ts";
import { newService } from "../model/service-records.ts";
import { primaryOf } from "../model/service-tasks.ts";
import { AwsError, invalidParameter } from "../wire/aws-error.ts";
import { operation, type Operation } from "../wire/operation.ts";
import { checkTaskRole, serviceWithoutRole } from "./check-launch.ts";
import { atMost, checkTags, requireItems } from "./limits.ts";
import { pageOf } from "./pages.ts";
import { serviceAnswer } from "./service-answers.ts";
import { checkSettings, newSettings, readSettings } from "./service-settings.ts";

export const serviceOperations: Readonly<Record<string, Operation>> = {
  CreateService: operation("serviceModify", createServiceRequest, (input, { world }) => {
    const cluster = requireCluster(world, input.cluster);
    const { serviceName = "", clientToken, schedulingStrategy = "REPLICA", deploymentController } = input;
    if (!/^[A-Za-z0-9_-]{1,255}$/.test(serviceName))
      throw invalidParameter("Service name must be 1 to 255 letters, numbers, underscores, and hyphens.");
    atMost(clientToken, 36, "clientToken");
    const request = JSON.stringify({ ...input, clientToken: undefined });
    const known = cluster.services.get(serviceName);
    if (known !== undefined && known.status !== "INACTIVE") {
      if (
        known.status === "ACTIVE" &&
        known.request === request &&
        (clientToken === undefined || known.clientToken === undefined || clientToken === known.clientToken)
      )
        return { service: serviceAnswer(known, ["TAGS"]) };
      throw invalidParameter(
        known.status === "DRAINING"
          ? "Unable to Start a service that is still Draining."
          : "Creation of service was not idempotent.",
      );
    }
    if (schedulingStrategy !== "REPLICA" && schedulingStrategy !== "DAEMON")
      throw invalidParameter("schedulingStrategy must be REPLICA or DAEMON.");
    if (deploymentController?.type !== undefined && deploymentController.type !== "ECS")
      throw new AwsError(
        "UnsupportedFeatureException",
        `The sandbox plays the deployment controller ECS only, not ${deploymentController.type}.`,
      );
    const { definition } = requireDefinition(world, input.taskDefinition);
    const daemon = schedulingStrategy === "DAEMON";
    if (!daemon && input.desiredCount === undefined)
      throw invalidParameter("desiredCount is required for a REPLICA service.");
    if (daemon && (input.placementStrategy?.length ?? 0) > 0)
      throw invalidParameter(
        "The daemon scheduling strategy does not support placement strategies. Remove the placement strategy and try again",
      );
    if (daemon && input.desiredCount !== undefined)
      throw invalidParameter(
        "The daemon scheduling strategy does not support a desired count for services. " +
          "Remove the desired count value and try again",
      );
    const settings = newSettings(input, daemon, input.launchType);
    checkSettings(cluster, settings, daemon, definition);
    if (settings.enableExecuteCommand) checkTaskRole(definition, serviceWithoutRole("created"));
    const arn = world.arn(`service/${cluster.name}/${serviceName}`);
    const service = newService(world, {
      arn,
      name: serviceName,
      cluster,
      schedulingStrategy,
      request,
      clientToken,
      tags: checkTags(input.tags),
      settings,
    });
    cluster.services.set(serviceName, service);
    deploy(world, service, definition);
    return { service: serviceAnswer(service, ["TAGS"]) };
  }),
  UpdateService: operation("serviceModify", updateServiceRequest, (input, { world }) => {
    const service = requireService(requireCluster(world, input.cluster), input.service);
    if (service.status !== "ACTIVE") throw new AwsError("ServiceNotActiveException", "Service was not ACTIVE.");
    const primary = primaryOf(service);
    const definition =
      input.taskDefinition === undefined
        ? primary.definition
        : requireDefinition(world, input.taskDefinition).definition;
    const daemon = service.schedulingStrategy === "DAEMON";
    const settings = readSettings(input, service.settings, daemon);
    checkSettings(service.cluster, settings, daemon, definition);
    if (settings.enableExecuteCommand) checkTaskRole(definition, serviceWithoutRole("updated"));
    const anew =
      input.forceNewDeployment === true ||
      definition !== primary.definition ||
      redeploys(input, { ...settings }, { ...service.settings });
    const before = service.settings.desiredCount;
    service.settings = settings;
    if (anew) deploy(world, service, definition, before);
    else wake(world, service);
    service.steady = false;
    return { service: serviceAnswer(service, ["TAGS"]) };
  }),
  DeleteService: operation(
    "serviceModify",
    deleteServiceRequest,
    ({ cluster, service: name, force = false }, { world }) => {
      const service = requireService(requireCluster(world, cluster), name);
      if (service.status === "INACTIVE") throw new AwsError("ServiceNotFoundException", "Service not found.");
      if (!force && service.schedulingStrategy === "REPLICA" && service.settings.desiredCount > 0)
        throw invalidParameter("The service cannot be stopped while it is scaled above 0.");
      service.status = "DRAINING";
      service.settings = { ...service.settings, desiredCount: 0 };
      wake(world, service);
      return { service: serviceAnswer(service, ["TAGS"]) };
    },
  ),
  DescribeServices: operation(
    "serviceRead",
    describeServicesRequest,
    ({ cluster: name, services, include = [] }, { world }) => {
      const cluster = requireCluster(world, name);
      const found = requireItems(services, "Services", 10).map((reference) => ({
        reference,
        service: findService(cluster, reference),
      }));
      return {
        services: found.flatMap(({ service }) => (service === undefined ? [] : [serviceAnswer(service, include)])),
        failures: found.flatMap(({ reference, service }) =>
          service === undefined
            ? [
                {
                  arn: reference.startsWith("arn:") ? reference : world.arn(`service/${cluster.name}/${reference}`),
                  reason: "MISSING",
                },
              ]
            : [],
        ),
      };
    },
  ),
  ListServices: operation(
    "serviceRead",
    listServicesRequest,
    ({ cluster, launchType, schedulingStrategy, maxResults = 10, ...page }, { world }) => {
      const chosen = [...requireCluster(world, cluster).services.values()].filter(
        (service) =>
          service.status !== "INACTIVE" &&
          (schedulingStrategy === undefined || service.schedulingStrategy === schedulingStrategy) &&
          (launchType === undefined ||
            (service.settings.capacityProviderStrategy.length === 0 &&
              (service.settings.launchType ?? "EC2") === launchType)),
      );
      const { items, ...next } = pageOf(
        chosen.map(({ arn }) => arn),
        { ...page, maxResults },
      );
      return { serviceArns: items, ...next };
    },
  ),
};

/** Whether UpdateService changes what it "triggers a new service deployment" for. */
function redeploys(input: RawRecord, after: RawRecord, before: RawRecord): boolean {
  return [...redeployingFields].some(
    (name) => input[name] !== undefined && JSON.stringify(after[name]) !== JSON.stringify(before[name]),
  );
}

export function findService(cluster: ClusterRecord, reference: string): ServiceRecord | undefined {
  const found = cluster.services.get(lastPart(reference));
  return found !== undefined && reference.startsWith("arn:") && found.arn !== reference ? undefined : found;
}

export function requireService(cluster: ClusterRecord, reference: string | undefined): ServiceRecord {
  const service = findService(cluster, reference ?? "");
  if (service === undefined) throw new AwsError("ServiceNotFoundException", "Service not found.");
  return service;
}
