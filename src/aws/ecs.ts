import {
  DescribeCapacityProvidersCommand,
  DescribeClustersCommand,
  DescribeContainerInstancesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ExecuteCommandCommand,
  ListClustersCommand,
  ListContainerInstancesCommand,
  ListTasksCommand,
  PutClusterCapacityProvidersCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
  UpdateContainerInstancesStateCommand,
  type ListContainerInstancesCommandInput,
} from "@aws-sdk/client-ecs";
import { itemsPerCall } from "../core/ecs-api/api.ts";
import { present } from "../core/base/present.ts";
import { AiplatError } from "../errors.ts";
import type { EcsPort } from "../ports.ts";
import { buckets } from "./buckets.ts";
import { createCall, createChange } from "./call.ts";
import type { AwsConfig } from "./config.ts";
import { chunks } from "../core/base/groups.ts";
import { everyPage, inCluster } from "./ecs-calls.ts";
import { createEcsClient } from "./ecs-client.ts";
import { createServiceCalls } from "./ecs-services.ts";
import { toProvider, toCluster, toContainerInstance, toFailure, toTask, toTaskDefinition } from "./ecs-shapes.ts";
import { changeMs, lasting, readBackMs } from "./lasting.ts";
import { createPace, type Bucket, type Pace } from "./pace.ts";
import { sendOnce } from "./send-once.ts";
import { sendRawJson } from "./raw-json.ts";

/** ECS for what a command reads back, and takes back, after it was interrupted. */
export function createEcsAfterwards(config: AwsConfig, signal: AbortSignal): EcsPort {
  const later = lasting(signal, readBackMs, config.clock);
  return createEcs(config, later, later);
}

/**
 * ECS over the SDK, paced within the buckets of its API.
 *
 * @param changesUntil Cuts off calls that change something.
 */
export function createEcs(
  config: AwsConfig,
  signal: AbortSignal,
  changesUntil: AbortSignal = lasting(signal, changeMs, config.clock),
): EcsPort {
  const client = createEcsClient(config);
  const call = createCall(config, "ecs", signal);
  // A RunTask under way is not cut off by Ctrl-C: its tasks would run and nobody would know of them. Nor is a StopTask:
  // after Ctrl-C it is how --all-or-nothing keeps its word.
  const change = createChange(config, "ecs", changesUntil);
  const paceOf = ([name, bucket]: readonly [string, Bucket]) =>
    [name, createPace(bucket, config.clock, name === "resourceModify" ? changesUntil : signal)] as const;
  const paces = Object.fromEntries(Object.entries(buckets).map(paceOf)) as Record<keyof typeof buckets, Pace>;

  const setInstanceStatus = async (cluster: string, arn: string, status: "ACTIVE" | "DRAINING") => {
    const command = new UpdateContainerInstancesStateCommand({ cluster, containerInstances: [arn], status });
    const { failures = [] } = await paces.resourceModify(() =>
      inCluster(
        cluster,
        change("UpdateContainerInstancesState", (options) => client.send(command, options)),
      ),
    );
    if (failures.length > 0)
      throw new AiplatError("OperationFailed", `${arn} was not set to ${status}: ${failures[0]!.reason}`, {
        details: { failures },
      });
  };
  return {
    region: config.region,

    ...createServiceCalls({
      client,
      call,
      change,
      read: paces.serviceRead,
      modify: paces.serviceModify,
      played: config.endpoints.ecs !== undefined,
    }),

    listClusters: () =>
      everyPage(async (nextToken) => {
        const command = new ListClustersCommand({ maxResults: itemsPerCall, ...nextToken });
        const answer = await paces.clusterRead(() => call("ListClusters", (options) => client.send(command, options)));
        return { items: answer.clusterArns, nextToken: answer.nextToken };
      }),

    describeCluster: async (cluster) => {
      const command = new DescribeClustersCommand({ clusters: [cluster], include: ["TAGS"] });
      const { clusters } = await paces.clusterRead(() =>
        call("DescribeClusters", (options) => client.send(command, options)),
      );
      return clusters?.[0] === undefined ? undefined : toCluster(clusters[0]);
    },

    describeCapacityProviders: async (names, cluster) => {
      // 10 a page; names in one call keep it to one page.
      const answers = await Promise.all(
        chunks(names, 10).map((capacityProviders) => {
          // Managed Instances providers belong to one cluster and are described with it.
          const command = new DescribeCapacityProvidersCommand({ capacityProviders, cluster });
          return paces.capacityRead(() =>
            call("DescribeCapacityProviders", (options) => client.send(command, options)),
          );
        }),
      );
      return answers.flatMap(({ capacityProviders = [] }) => capacityProviders.map(toProvider));
    },

    putCapacityProviders: async (cluster, capacityProviders, strategy) => {
      const command = new PutClusterCapacityProvidersCommand({
        cluster,
        capacityProviders: [...capacityProviders],
        defaultCapacityProviderStrategy: strategy.map((item) => ({ ...item })),
      });
      // It sets all of the list: repeated, it would take out what another has added meanwhile.
      sendOnce(command);
      await paces.resourceModify(() =>
        inCluster(
          cluster,
          change("PutClusterCapacityProviders", (options) => client.send(command, options)),
        ),
      );
    },

    registerTaskDefinition: async (definition) => {
      const command = new RegisterTaskDefinitionCommand({ family: definition.family, containerDefinitions: [] });
      sendRawJson(command, definition);
      sendOnce(command);
      return toTaskDefinition(
        await paces.definitionModify(() =>
          change("RegisterTaskDefinition", (options) => client.send(command, options)),
        ),
      );
    },

    describeTaskDefinition: async (reference) => {
      const command = new DescribeTaskDefinitionCommand({ taskDefinition: reference, include: ["TAGS"] });
      const answer = await paces.definitionRead(() =>
        call("DescribeTaskDefinition", (options) =>
          client.send(command, options).catch((error: unknown) => {
            // The API's way to say that there is none.
            if (error instanceof Error && /unable to describe task definition/i.test(error.message))
              return { $metadata: {}, taskDefinition: undefined };
            throw error;
          }),
        ),
      );
      return answer.taskDefinition === undefined ? undefined : toTaskDefinition(answer);
    },

    runTask: async (request) => {
      // The SDK repeats a request that got no answer: without the token that would start the tasks twice.
      if (request.clientToken === undefined) throw new Error("RunTask without a client token");
      const command = new RunTaskCommand({ taskDefinition: request.taskDefinition });
      sendRawJson(command, request);
      const { tasks, failures } = await paces.resourceModify(() =>
        inCluster(
          request.cluster,
          change("RunTask", (options) => client.send(command, options)),
        ),
      );
      return { tasks: (tasks ?? []).map(toTask), failures: (failures ?? []).map(toFailure) };
    },

    listTasks: (cluster, filter, onPage) =>
      everyPage(async (nextToken) => {
        const command = new ListTasksCommand({ cluster, ...filter, maxResults: itemsPerCall, ...nextToken });
        const answer = await paces.resourceRead(() =>
          inCluster(
            cluster,
            call("ListTasks", (options) => client.send(command, options)),
          ),
        );
        return { items: answer.taskArns, nextToken: answer.nextToken };
      }, onPage),

    describeTasks: async (cluster, tasks) => {
      const answers = await Promise.all(
        chunks(tasks, itemsPerCall).map(async (batch) => {
          const command = new DescribeTasksCommand({ cluster, tasks: batch, include: ["TAGS"] });
          const answer = await paces.resourceRead(() =>
            inCluster(
              cluster,
              call("DescribeTasks", (options) => client.send(command, options)),
            ),
          );
          return { tasks: (answer.tasks ?? []).map(toTask), failures: (answer.failures ?? []).map(toFailure) };
        }),
      );
      return {
        tasks: answers.flatMap((answer) => answer.tasks),
        failures: answers.flatMap((answer) => answer.failures),
      };
    },

    stopTask: async (cluster, task, reason) => {
      const command = new StopTaskCommand({ cluster, task, reason });
      const answer = await paces.resourceModify(() =>
        inCluster(
          cluster,
          change("StopTask", (options) => client.send(command, options)),
        ),
      );
      return toTask(answer.task ?? { taskArn: task });
    },

    executeCommand: async ({ cluster, task, container, command: line }) => {
      // ECS Exec knows no other than interactive sessions.
      const command = new ExecuteCommandCommand({ cluster, task, container, command: line, interactive: true });
      const { session = {} } = await paces.resourceModify(() =>
        inCluster(
          cluster,
          call("ExecuteCommand", (options) => client.send(command, options)),
        ),
      );
      const { sessionId = "", streamUrl = "", tokenValue = "" } = session;
      const { region, endpoints } = config;
      const suffix = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
      return {
        session: { sessionId, streamUrl, tokenValue },
        region,
        endpoint: endpoints.ecs ?? `https://ecs.${region}.${suffix}`,
      };
    },

    listContainerInstances: (cluster, filter, onPage) =>
      everyPage(async (nextToken) => {
        // Without a status ECS lists every instance that is not INACTIVE, DRAINING ones too.
        const status =
          filter?.status === undefined
            ? {}
            : { status: filter.status as NonNullable<ListContainerInstancesCommandInput["status"]> };
        const command = new ListContainerInstancesCommand({
          cluster,
          ...status,
          ...present({ filter: filter?.filter }),
          maxResults: itemsPerCall,
          ...nextToken,
        });
        const answer = await paces.resourceRead(() =>
          inCluster(
            cluster,
            call("ListContainerInstances", (options) => client.send(command, options)),
          ),
        );
        return { items: answer.containerInstanceArns, nextToken: answer.nextToken };
      }, onPage),

    describeContainerInstances: async (cluster, arns) => {
      const answers = await Promise.all(
        chunks(arns, itemsPerCall).map(async (containerInstances) => {
          const command = new DescribeContainerInstancesCommand({
            cluster,
            containerInstances,
            include: ["CONTAINER_INSTANCE_HEALTH"],
          });
          const answer = await paces.resourceRead(() =>
            inCluster(
              cluster,
              call("DescribeContainerInstances", (options) => client.send(command, options)),
            ),
          );
          return (answer.containerInstances ?? []).map(toContainerInstance);
        }),
      );
      return answers.flat();
    },

    drainInstance: (cluster, arn) => setInstanceStatus(cluster, arn, "DRAINING"),
    activateInstance: (cluster, arn) => setInstanceStatus(cluster, arn, "ACTIVE"),
  };
}
