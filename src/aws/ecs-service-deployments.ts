import {
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  ListServiceDeploymentsCommand,
  StopServiceDeploymentCommand,
  type ListServiceDeploymentsCommandInput,
  type ServiceDeploymentBrief,
} from "@aws-sdk/client-ecs";
import { chunks } from "../core/base/groups.ts";
import { AiplatError } from "../errors.ts";
import type { ServiceDeploymentFilter, ServiceDeploymentPort } from "../ports.ts";
import { everyPage } from "./ecs-calls.ts";
import type { OnWire } from "./ecs-client.ts";
import type { ServiceCalls } from "./ecs-services.ts";
import { toListedDeployment, toServiceDeployment } from "./ecs-shapes.ts";

/**
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServiceRevisions.html,
 * and for deployments the same
 */
const describeBatch = 20;
const listPage = 100;

/** The history of services over the SDK. */
export function createServiceDeploymentCalls({
  client,
  call,
  change,
  read,
  modify,
  played,
}: ServiceCalls): ServiceDeploymentPort {
  const list = async (
    cluster: string,
    service: string,
    { statuses, createdAfter, createdBefore }: ServiceDeploymentFilter,
  ) => {
    const times = {
      ...(createdAfter === undefined ? {} : { after: new Date(createdAfter) }),
      ...(createdBefore === undefined ? {} : { before: new Date(createdBefore) }),
    };
    const input: ListServiceDeploymentsCommandInput = {
      cluster,
      service,
      maxResults: listPage,
      ...(statuses === undefined ? {} : { status: [...statuses] }),
      ...(Object.keys(times).length === 0 ? {} : { createdAt: times }),
    };
    const found = await optional(played, () =>
      everyPage<OnWire<ServiceDeploymentBrief>>(async (nextToken) => {
        const command = new ListServiceDeploymentsCommand({ ...input, ...nextToken });
        const answer = await read(() => call("ListServiceDeployments", (options) => client.send(command, options)));
        return { items: answer.serviceDeployments, nextToken: answer.nextToken };
      }),
    );
    // The order of the pages is not documented.
    return found?.map(toListedDeployment).toSorted((one, other) => other.createdAt - one.createdAt);
  };
  const definitionsOf = async (serviceRevisionArns: readonly string[]) => {
    const command = new DescribeServiceRevisionsCommand({ serviceRevisionArns: [...serviceRevisionArns] });
    const { serviceRevisions = [] } = await read(() =>
      call("DescribeServiceRevisions", (options) => client.send(command, options)),
    );
    const byArn = new Map(
      serviceRevisions.map(({ serviceRevisionArn, taskDefinition }) => [serviceRevisionArn, taskDefinition]),
    );
    return serviceRevisionArns.flatMap((arn) => byArn.get(arn) ?? []);
  };

  return {
    listServiceDeployments: list,

    describeServiceDeployments: async (arns) => {
      const answers = await Promise.all(
        chunks(arns, describeBatch).map((serviceDeploymentArns) => {
          const command = new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [...serviceDeploymentArns] });
          return read(() => call("DescribeServiceDeployments", (options) => client.send(command, options)));
        }),
      );
      return answers.flatMap(({ serviceDeployments = [] }) => serviceDeployments.map(toServiceDeployment));
    },

    stopServiceDeployment: async (serviceDeploymentArn) => {
      const command = new StopServiceDeploymentCommand({ serviceDeploymentArn, stopType: "ROLLBACK" });
      await modify(() => change("StopServiceDeployment", (options) => client.send(command, options)));
    },

    stableDefinitions: async (cluster, service, except) => {
      const listed = await list(cluster, service, { statuses: ["SUCCESSFUL"] });
      const found = listed?.filter(({ arn }) => arn !== except);
      const definitions = new Set<string>();
      // Several deployments in a row can be of one definition; whoever asks knows one, and looks for another.
      for (const batch of chunks([...new Set(found?.map(({ revisionArn }) => revisionArn))], describeBatch)) {
        for (const definition of await definitionsOf(batch)) definitions.add(definition);
        if (definitions.size > 1) break;
      }
      return found === undefined ? undefined : [...definitions];
    },
  };
}

/**
 * Undefined where the endpoint does not know the operation: only one that plays ECS,
 * of which moto answers a page of HTML.
 */
export async function optional<Answer>(played: boolean, ask: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await ask();
  } catch (error) {
    const { awsCode, httpStatus } = error instanceof AiplatError ? error.details : {};
    const unknown =
      awsCode === "UnknownOperationException" ||
      httpStatus === 404 ||
      httpStatus === 501 ||
      (httpStatus === 500 && awsCode === "SyntaxError");
    if (played && unknown) return undefined;
    throw error;
  }
}
