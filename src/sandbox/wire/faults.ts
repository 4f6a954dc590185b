import { AwsError } from "./aws-error.ts";

/** What goes wrong on request. */
export interface Faults {
  /** Requests above AWS's published rates are refused. */
  readonly throttle: boolean;
  /** How many answers of an operation are lost after it has taken effect. */
  readonly drop: Readonly<Record<string, number>>;
}

export const noFaults: Faults = { throttle: false, drop: {} };

/**
 * Burst and sustained requests a second.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html
 */
const buckets = {
  resourceModify: [100, 40],
  resourceRead: [100, 20],
  serviceModify: [50, 5],
  serviceRead: [100, 20],
  definitionModify: [20, 1],
  definitionRead: [50, 20],
  clusterModify: [20, 1],
  clusterRead: [50, 20],
  capacityModify: [10, 1],
  capacityRead: [50, 20],
  agentModify: [200, 120],
  tagModify: [20, 10],
  // https://docs.aws.amazon.com/general/latest/gr/ssm.html: 40 a second for the three
  // together; the burst is not published.
  ssm: [40, 40],
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html:
  // the lowest figure of any region.
  logsRead: [10, 10],
  logsModify: [10, 10],
  sts: [100, 100],
  // https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html: the default of calls that read, and of those
  // that change.
  ec2: [100, 20],
  ec2Modify: [50, 5],
  // EC2 Auto Scaling and CloudFormation publish none: the sandbox's own.
  autoscaling: [100, 20],
  cloudformation: [20, 5],
} as const satisfies Readonly<Record<string, readonly [burst: number, perSecond: number]>>;

/** What an operation draws on. */
export type ThrottleBucket = keyof typeof buckets;

/** A token bucket for each of the API's rates. */
export function createThrottle(now: () => number): (bucket: ThrottleBucket) => void {
  const levels = new Map<string, { tokens: number; at: number }>();
  return (bucket) => {
    const [burst, perSecond] = buckets[bucket];
    const level = levels.get(bucket) ?? { tokens: burst, at: now() };
    const tokens = Math.min(burst, level.tokens + ((now() - level.at) / 1000) * perSecond);
    levels.set(bucket, { tokens: tokens < 1 ? tokens : tokens - 1, at: now() });
    if (tokens < 1) throw throttled(bucket);
  };
}

/** Each protocol says it in its own word. https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html */
function throttled(bucket: ThrottleBucket): AwsError {
  if (bucket === "ec2" || bucket === "ec2Modify")
    return new AwsError("RequestLimitExceeded", "Request limit exceeded.", { status: 503 });
  const code = bucket === "autoscaling" || bucket === "cloudformation" || bucket === "sts" ? "Throttling" : undefined;
  return new AwsError(code ?? "ThrottlingException", "Rate exceeded");
}

/** Counts the answers still to be lost. */
export function createDropper(drop: Faults["drop"]): (operation: string) => boolean {
  const left = new Map(Object.entries(drop));
  return (operation) => {
    const count = left.get(operation) ?? 0;
    if (count > 0) left.set(operation, count - 1);
    return count > 0;
  };
}
