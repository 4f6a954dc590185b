import type { ErrorCode } from "../base/codes/error-codes.ts";
import type { StackEvent } from "./stack.ts";

/** CloudFormation's name of a stack among its own resources. */
export const stackType = "AWS::CloudFormation::Stack";

/** Why a change of a stack came to nothing. */
export interface StackFailure {
  readonly code: ErrorCode & ("NoCapacity" | "AccessDenied" | "OperationFailed");
  /** The resource that failed first: the others only follow it. */
  readonly logicalId: string;
  readonly type: string;
  /** What it means, without a full stop. */
  readonly what: string;
  /** CloudFormation's own words. */
  readonly reason: string;
  readonly fix?: string;
}

type Row = readonly [pattern: RegExp, code: StackFailure["code"], what: string, fix: string];

/**
 * What a resource's status reason means: the sentences are of the services behind CloudFormation.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ts-as-capacity.html
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ts-as-launch-template.html
 */
const rows: readonly Row[] = [
  [
    /VcpuLimitExceeded|vCPU (?:capacity|limit)|MaxSpotInstanceCountExceeded|InstanceLimitExceeded/i,
    "NoCapacity",
    "the account's vCPU quota for the family does not allow it",
    "Ask for a higher quota in Service Quotas, EC2 (aiplat doctor shows what it is), or stop instances.",
  ],
  [
    /ReservationCapacityExceeded|capacity (?:reservation|block).*(?:insufficient|exceed|expired|not active|not found|does not exist)/i,
    "NoCapacity",
    "the capacity reservation or block does not give the machines",
    "Look at its state, count and zone (aws ec2 describe-capacity-reservations): it has to be active, in a zone of the subnets, with as many machines left as are asked for.",
  ],
  [
    /InsufficientInstanceCapacity|do not have sufficient .*capacity|capacity is (?:not available|unavailable)|UnfulfillableCapacity/i,
    "NoCapacity",
    "AWS has no capacity of the instance type there now",
    "Give a subnet in another availability zone (--subnet), another region or instance type, or a reservation (--reservation, --capacity-block); or deploy with --min-size 0 and let ECS try when tasks need it.",
  ],
  [
    /not supported in your requested Availability Zone|Unsupported.*Availability Zone|is not supported in .*\bzone\b/i,
    "OperationFailed",
    "the instance type is not offered in the zone of a subnet",
    "Give subnets in zones that offer it (--subnet): aws ec2 describe-instance-type-offerings --location-type availability-zone shows which.",
  ],
  [
    /LimitExceeded|quota|maximum number of .* reached|Cannot exceed/i,
    "NoCapacity",
    "a quota of the account is used up",
    "Raise it in the Service Quotas console, or free what is not needed.",
  ],
  [
    /not authorized to perform|AccessDenied|UnauthorizedOperation|explicit deny/i,
    "AccessDenied",
    "the credentials may not make it",
    "aiplat iam policy capacity deploy prints what they need.",
  ],
  [
    /service[- ]linked role/i,
    "OperationFailed",
    "the account lacks the service-linked role of the service",
    "Make it once: aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com (autoscaling.amazonaws.com for a group).",
  ],
  [
    /already exists/i,
    "OperationFailed",
    "something of that name is there already, and not of this stack",
    "Delete it, or take another cluster or instance type: the names are made of both.",
  ],
  [
    /(?:ami|image)[^.]*(?:does not exist|not found|invalid)|InvalidAMIID/i,
    "OperationFailed",
    "the machine image is not there",
    "Leave --image-id out to have the current one, or look at aiplat ami latest.",
  ],
  [
    /did not stabilize/i,
    "OperationFailed",
    "its machines did not start in time",
    "aws autoscaling describe-scaling-activities --auto-scaling-group-name NAME tells why; --min-size 0 lets ECS start them when tasks need them.",
  ],
];

/** What of a stack's events is of its last operation, the oldest first. */
export function lastOperation(events: readonly StackEvent[]): readonly StackEvent[] {
  const inOrder = events.toSorted((one, other) => one.at - other.at);
  return inOrder.slice(Math.max(0, inOrder.findLastIndex(begins)));
}

/** Whether an operation begins with the event. */
export function begins({ type, status }: StackEvent): boolean {
  return type === stackType && /^(?:CREATE|UPDATE|DELETE)_IN_PROGRESS$/.test(status);
}

/**
 * Why the last operation of a stack failed: the first resource that did, of its own accord.
 *
 * @returns Undefined where no event says so.
 */
export function explainStackFailure(events: readonly StackEvent[]): StackFailure | undefined {
  const failed = lastOperation(events).filter(({ status }) => status.endsWith("_FAILED"));
  // A resource that was under way when another failed is cancelled, which is no cause.
  const first = failed.find(({ type, reason = "" }) => type !== stackType && !/cancell?ed/i.test(reason)) ?? failed[0];
  if (first === undefined) return undefined;
  const { logicalId, type, reason = "CloudFormation gave no reason" } = first;
  return { logicalId, type, reason, ...explainStatusReason(reason) };
}

/** What a sentence of CloudFormation, EC2 or Auto Scaling means. */
export function explainStatusReason(reason: string): Pick<StackFailure, "code" | "what" | "fix"> {
  for (const [pattern, code, what, fix] of rows) if (pattern.test(reason)) return { code, what, fix };
  return { code: "OperationFailed", what: reason.replace(/\.$/, "") };
}
