import {
  CreateServiceCommand,
  DeleteServiceCommand,
  DescribeServicesCommand,
  ListServicesCommand,
  TagResourceCommand,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { AiplatError, uncertain } from "../errors.ts";
import type { EcsServicePort } from "../ports.ts";
import type { Call } from "./call.ts";
import { toService } from "./ecs-shapes.ts";
import { chunks } from "../core/base/groups.ts";
import { everyPage, inCluster } from "./ecs-calls.ts";
import type { EcsClient } from "./ecs-client.ts";
import { createDaemonReader } from "./ecs-daemons.ts";
import { createServiceDeploymentCalls } from "./ecs-service-deployments.ts";
import type { Pace } from "./pace.ts";
import { sendRawJson } from "./raw-json.ts";

/**
 * DescribeServices and the pages of ListServices take no more.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html
 */
const describeBatch = 10;
const listPage = 100;

export interface ServiceCalls {
  readonly client: EcsClient;
  readonly call: Call;
  /** Is not cut off by Ctrl-C: what it starts would go on and nobody would know. */
  readonly change: Call;
  readonly read: Pace;
  readonly modify: Pace;
  /** Whether the endpoint is not AWS's own, and may know less. */
  readonly played: boolean;
}

/** Services over the SDK, as they are on the wire: raw fields pass through both ways. */
export function createServiceCalls(calls: ServiceCalls): EcsServicePort {
  const { client, call, change, read, modify } = calls;
  const describe: EcsServicePort["describeServices"] = async (cluster, services) => {
    const answers = await Promise.all(
      chunks(services, describeBatch).map(async (batch) => {
        const command = new DescribeServicesCommand({ cluster, services: batch, include: ["TAGS"] });
        const { services } = await read(() =>
          inCluster(
            cluster,
            call("DescribeServices", (options) => client.send(command, options)),
          ),
        );
        return services ?? [];
      }),
    );
    return answers.flat().map(toService);
  };
  return {
    ...createServiceDeploymentCalls(calls),
    managedDaemons: createDaemonReader(calls),

    createService: async (input) => {
      const command = new CreateServiceCommand({ serviceName: input.serviceName });
      sendRawJson(command, input);
      const { service } = await modify(() =>
        inCluster(
          input.cluster,
          change("CreateService", (options) => client.send(command, options)),
        ),
      );
      return toService(service);
    },

    updateService: async (input) => {
      const command = new UpdateServiceCommand({ service: input.service });
      sendRawJson(command, input);
      const { service } = await modify(() =>
        inCluster(
          input.cluster,
          change("UpdateService", (options) => client.send(command, options)),
        ),
      );
      return toService(service);
    },

    deleteService: async (cluster, service, { force }) => {
      const command = new DeleteServiceCommand({ cluster, service, force });
      try {
        const { service: deleted } = await modify(() =>
          inCluster(
            cluster,
            change("DeleteService", (options) => client.send(command, options)),
          ),
        );
        return toService(deleted);
      } catch (error) {
        if (!isGone(error)) throw error;
        // The SDK repeats a call whose answer was lost, and finds that the first one has done it.
        const found = await describe(cluster, [service]).catch(() => {
          throw uncertain(error);
        });
        const gone = found.find(({ status }) => status !== "ACTIVE");
        if (gone === undefined) throw error;
        return gone;
      }
    },

    describeServices: describe,

    listServices: (cluster, filter) =>
      everyPage(async (nextToken) => {
        const command = new ListServicesCommand({ cluster, ...filter, maxResults: listPage, ...nextToken });
        const answer = await read(() =>
          inCluster(
            cluster,
            call("ListServices", (options) => client.send(command, options)),
          ),
        );
        return { items: answer.serviceArns, nextToken: answer.nextToken };
      }),

    tagResource: async (resourceArn, tags) => {
      const command = new TagResourceCommand({ resourceArn, tags: tags.map(({ key, value }) => ({ key, value })) });
      await modify(() => change("TagResource", (options) => client.send(command, options)));
    },
  };
}

/** Whether ECS refused to delete a service because it is deleted. */
function isGone(error: unknown): error is AiplatError {
  return (
    error instanceof AiplatError &&
    (error.details["awsCode"] === "ServiceNotFoundException" ||
      error.details["awsCode"] === "ServiceNotActiveException")
  );
}
