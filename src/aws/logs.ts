import { CloudWatchLogsClient, GetLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import type { LogsPort } from "../operations/ports.ts";
import { createCall } from "./call.ts";
import { clientSettings, type AwsConfig } from "./config.ts";
import { createPace, systemClock } from "./pace.ts";

/** The lowest figure of any region; it cannot be raised. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
const readEvents = { burst: 10, perSecond: 10 };

/** CloudWatch Logs over the SDK. */
export function createLogs(config: AwsConfig, signal: AbortSignal): LogsPort {
  const client = new CloudWatchLogsClient(clientSettings(config, "logs"));
  const call = createCall(config, "logs", signal);
  const pace = createPace(readEvents, systemClock(signal));

  return {
    getEvents: async (group, stream, { token, since } = {}) => {
      const command = new GetLogEventsCommand({
        logGroupName: group,
        logStreamName: stream,
        startFromHead: true,
        ...(token === undefined ? {} : { nextToken: token }),
        ...(since === undefined ? {} : { startTime: since }),
      });
      const answer = await pace(() =>
        call("GetLogEvents", (options) =>
          client.send(command, options).catch((error: unknown) => {
            // Group and stream come into being with the container's first line.
            if (error instanceof Error && error.name === "ResourceNotFoundException") return { $metadata: {}, events: undefined, nextForwardToken: undefined };
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
