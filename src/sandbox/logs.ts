/**
 * CloudWatch Logs, for reading what containers print.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/
 */
import { retentionDays } from "../core/workload/fields.ts";
import { present } from "../core/base/present.ts";
import type { LogGroupRecord, SandboxLogLine, LogStreamRecord } from "./model/logs.ts";
import type { World } from "./model/world.ts";
import { pageOf } from "./ecs/pages.ts";
import { AwsError } from "./wire/aws-error.ts";
import { operation, type Operation } from "./wire/operation.ts";
import { flag, integer, list, map, struct, text } from "./wire/shape.ts";

export const logsOperations: Readonly<Record<string, Operation>> = {
  CreateLogGroup: operation(
    "logsModify",
    struct({ logGroupName: text, tags: map(text) }),
    ({ logGroupName, tags }, { world }) => {
      const name = requireName(logGroupName, "logGroupName");
      if (world.logs.groups.has(name))
        throw new AwsError("ResourceAlreadyExistsException", "The specified log group already exists");
      world.logs.createGroup(name, world.now(), tags);
      return {};
    },
  ),
  PutRetentionPolicy: operation(
    "logsModify",
    struct({ logGroupName: text, retentionInDays: integer }),
    ({ logGroupName, retentionInDays = 0 }, { world }) => {
      const group = requireGroup(world, logGroupName);
      if (!(retentionDays as readonly number[]).includes(retentionInDays))
        throw invalid(
          `1 validation error detected: Value '${retentionInDays}' at 'retentionInDays' failed to satisfy constraint: ` +
            `Member must satisfy enum value set: [${retentionDays.join(", ")}]`,
        );
      group.retentionInDays = retentionInDays;
      return {};
    },
  ),
  ListTagsForResource: operation("logsRead", struct({ resourceArn: text }), ({ resourceArn = "" }, { world }) => ({
    tags: Object.fromEntries(requireGroup(world, /:log-group:([^:]+)$/.exec(resourceArn)?.[1]).tags),
  })),
  DeleteLogGroup: operation("logsModify", struct({ logGroupName: text }), ({ logGroupName }, { world }) => {
    world.logs.groups.delete(requireGroup(world, logGroupName).name);
    return {};
  }),
  DescribeLogGroups: operation(
    "logsRead",
    struct({ logGroupNamePrefix: text, limit: integer, nextToken: text }),
    ({ logGroupNamePrefix = "", limit = 50, nextToken }, { world }) => {
      const { items, ...next } = page(
        [...world.logs.groups.keys()].filter((name) => name.startsWith(logGroupNamePrefix)),
        limit,
        nextToken,
      );
      return { logGroups: items.map((name) => groupAnswer(world, world.logs.groups.get(name)!)), ...next };
    },
  ),
  DescribeLogStreams: operation(
    "logsRead",
    struct({
      logGroupName: text,
      logStreamNamePrefix: text,
      limit: integer,
      nextToken: text,
      orderBy: text,
      descending: flag,
    }),
    ({ logGroupName, logStreamNamePrefix = "", limit = 50, nextToken }, { world }) => {
      const group = requireGroup(world, logGroupName);
      const { items, ...next } = page(
        [...group.streams.keys()].filter((name) => name.startsWith(logStreamNamePrefix)),
        limit,
        nextToken,
      );
      return { logStreams: items.map((name) => streamAnswer(world, group, group.streams.get(name)!)), ...next };
    },
  ),
  GetLogEvents: operation(
    "logsRead",
    struct({
      logGroupName: text,
      logStreamName: text,
      startTime: integer,
      endTime: integer,
      nextToken: text,
      limit: integer,
      startFromHead: flag,
    }),
    (
      { logGroupName, logStreamName, startTime, endTime, nextToken, limit = 10_000, startFromHead = false },
      { world },
    ) => {
      const stream = requireGroup(world, logGroupName).streams.get(requireName(logStreamName, "logStreamName"));
      if (stream === undefined)
        throw new AwsError("ResourceNotFoundException", "The specified log stream does not exist.");
      const size = checkLimit(limit, 10_000);
      const [first, last] = readWindow(stream.lines.length, nextToken, startFromHead, size);
      const events = stream.lines.slice(first, last).filter(between(startTime, endTime));
      // At the end of the stream the token is the one that was given.
      return {
        events: events.map(({ timestamp, message, ingestionTime }) => ({ timestamp, message, ingestionTime })),
        nextForwardToken: token("f", last),
        nextBackwardToken: token("b", first),
      };
    },
  ),
  FilterLogEvents: operation(
    "logsRead",
    struct({
      logGroupName: text,
      logStreamNames: list(text),
      logStreamNamePrefix: text,
      startTime: integer,
      endTime: integer,
      filterPattern: text,
      nextToken: text,
      limit: integer,
      interleaved: flag,
    }),
    (
      {
        logGroupName,
        logStreamNames,
        logStreamNamePrefix = "",
        startTime,
        endTime,
        filterPattern = "",
        nextToken,
        limit = 10_000,
      },
      { world },
    ) => {
      const group = requireGroup(world, logGroupName);
      const streams = [...group.streams.values()].filter(({ name }) =>
        logStreamNames === undefined ? name.startsWith(logStreamNamePrefix) : logStreamNames.includes(name),
      );
      const words = filterPattern.split(/\s+/).map((word) => word.replace(/^"(.*)"$/, "$1"));
      const found = streams
        .flatMap((stream) => stream.lines.map((line, index) => ({ stream, line, index })))
        .filter(({ line }) => between(startTime, endTime)(line) && words.every((word) => line.message.includes(word)))
        .sort((one, other) => one.line.timestamp - other.line.timestamp);
      const from = nextToken === undefined ? 0 : readOffset(nextToken, "f");
      const size = checkLimit(limit, 10_000);
      return {
        events: found.slice(from, from + size).map(({ stream, line, index }) => ({
          logStreamName: stream.name,
          timestamp: line.timestamp,
          message: line.message,
          ingestionTime: line.ingestionTime,
          eventId: `${line.timestamp}${String(index).padStart(8, "0")}`,
        })),
        searchedLogStreams: [],
        ...(from + size < found.length ? { nextToken: token("f", from + size) } : {}),
      };
    },
  ),
};

function between(start: number | undefined, end: number | undefined): (line: SandboxLogLine) => boolean {
  // "Events with a timestamp equal to or later than this time are included" and, for the end, are not.
  return ({ timestamp }) => (start === undefined || timestamp >= start) && (end === undefined || timestamp < end);
}

/** The lines of one answer, from the first to before the last. */
function readWindow(
  length: number,
  nextToken: string | undefined,
  fromHead: boolean,
  size: number,
): readonly [number, number] {
  if (nextToken === undefined) return fromHead ? [0, Math.min(length, size)] : [Math.max(0, length - size), length];
  if (nextToken.startsWith("b/")) {
    const last = Math.min(length, readOffset(nextToken, "b"));
    return [Math.max(0, last - size), last];
  }
  const first = Math.min(length, readOffset(nextToken, "f"));
  return [first, Math.min(length, first + size)];
}

function token(direction: "f" | "b", offset: number): string {
  return `${direction}/${String(offset).padStart(56, "0")}/s`;
}

function readOffset(text: string, direction: "f" | "b"): number {
  const found = /^([fb])\/0*(\d{1,15})\/s$/.exec(text);
  if (found === null || found[1] !== direction) throw invalid("The specified nextToken is invalid.");
  return Number(found[2]);
}

function page(names: readonly string[], limit: number, nextToken: string | undefined): ReturnType<typeof pageOf> {
  return pageOf(names, { maxResults: checkLimit(limit, 50), ...present({ nextToken }) }, 50);
}

function checkLimit(limit: number, most: number): number {
  if (limit < 1 || limit > most)
    throw invalid(
      `1 validation error detected: Value '${limit}' at 'limit' failed to satisfy constraint: ` +
        `Member must have value between 1 and ${most}`,
    );
  return limit;
}

function requireName(name: string | undefined, what: string): string {
  if (name === undefined || name === "" || name.length > 512)
    throw invalid(
      `1 validation error detected: Value at '${what}' failed to satisfy constraint: ` +
        "Member must have length between 1 and 512",
    );
  return name;
}

function requireGroup(world: World, name: string | undefined): LogGroupRecord {
  const group = world.logs.groups.get(requireName(name, "logGroupName"));
  if (group === undefined) throw new AwsError("ResourceNotFoundException", "The specified log group does not exist.");
  return group;
}

function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterException", message);
}

function groupAnswer({ region, account }: World, { name, createdAt, retentionInDays }: LogGroupRecord): object {
  const arn = `arn:aws:logs:${region}:${account}:log-group:${name}`;
  return {
    logGroupName: name,
    creationTime: createdAt,
    ...present({ retentionInDays }),
    metricFilterCount: 0,
    arn: `${arn}:*`,
    logGroupArn: arn,
    storedBytes: 0,
  };
}

function streamAnswer(
  { region, account }: World,
  group: LogGroupRecord,
  { name, createdAt, lines }: LogStreamRecord,
): object {
  return {
    logStreamName: name,
    creationTime: createdAt,
    ...(lines.length === 0
      ? {}
      : {
          firstEventTimestamp: lines[0]!.timestamp,
          lastEventTimestamp: lines.at(-1)!.timestamp,
          lastIngestionTime: lines.at(-1)!.ingestionTime,
        }),
    arn: `arn:aws:logs:${region}:${account}:log-group:${group.name}:log-stream:${name}`,
    storedBytes: 0,
  };
}
