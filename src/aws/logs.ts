import { present } from "../core/base/present.ts";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
  GetLogEventsCommand,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import type { LogGroupsPort, LogsPort } from "../ports.ts";
import { createCall } from "./call.ts";
import { clientSettings, type AwsConfig } from "./config.ts";
import { createPace } from "./pace.ts";

/**
 * The lowest figure of any region; it cannot be raised.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
 */
const readEvents = { burst: 10, perSecond: 10 };

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html */
const taken: ReadonlySet<string> = new Set(["ResourceAlreadyExistsException", "OperationAbortedException"]);

function attemptsOf(error: Error): number {
  return (error as { readonly $metadata?: { readonly attempts?: number } }).$metadata?.attempts ?? 1;
}

/** CloudWatch Logs over the SDK. */
export function createLogs(config: AwsConfig, signal: AbortSignal): LogsPort & LogGroupsPort {
  const client = new CloudWatchLogsClient(clientSettings(config, "logs"));
  const call = createCall(config, "logs", signal);
  const pace = createPace(readEvents, config.clock, signal);

  return {
    hasGroup: async (name) => {
      let nextToken: string | undefined;
      do {
        // Groups whose names go on after it are listed too.
        const command = new DescribeLogGroupsCommand({
          logGroupNamePrefix: name,
          limit: 50,
          ...present({ nextToken }),
        });
        const answer = await call("DescribeLogGroups", (options) => client.send(command, options));
        if (answer.logGroups?.some(({ logGroupName }) => logGroupName === name) === true) return true;
        nextToken = answer.nextToken;
      } while (nextToken !== undefined && nextToken !== "");
      return false;
    },

    createGroup: async (name, tags) => {
      const command = new CreateLogGroupCommand({ logGroupName: name, tags: { ...tags } });
      const answer = await call("CreateLogGroup", (options) =>
        client.send(command, options).then(
          ({ $metadata }) => ({ $metadata, made: true }),
          (error: unknown) => {
            // Another caller makes it, or has: unless it was this one, whose first answer was lost.
            if (error instanceof Error && taken.has(error.name)) return { $metadata: {}, made: attemptsOf(error) > 1 };
            throw error;
          },
        ),
      );
      return answer.made;
    },

    keepFor: async (name, days) => {
      const command = new PutRetentionPolicyCommand({ logGroupName: name, retentionInDays: days });
      await call("PutRetentionPolicy", (options) => client.send(command, options));
    },

    getEvents: async (group, stream, { token, since } = {}) => {
      const command = new GetLogEventsCommand({
        logGroupName: group,
        logStreamName: stream,
        startFromHead: true,
        ...present({ nextToken: token, startTime: since }),
      });
      const answer = await pace(() =>
        call("GetLogEvents", (options) =>
          client.send(command, options).catch((error: unknown) => {
            // Group and stream come into being with the container's first line.
            if (error instanceof Error && error.name === "ResourceNotFoundException")
              return { $metadata: {}, events: undefined, nextForwardToken: undefined };
            throw error;
          }),
        ),
      );
      if (answer.events === undefined) return undefined;
      return {
        events: answer.events.map(({ timestamp, message }) => ({ timestamp: timestamp ?? 0, message: message ?? "" })),
        token: answer.nextForwardToken ?? "",
      };
    },
  };
}
