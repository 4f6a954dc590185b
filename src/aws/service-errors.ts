import { inRegion, type FailedCall, type AwsFailure, type ErrorRule } from "./failure.ts";

/** What any service can answer: no permission, too fast, out of order. */
export const serviceRules: readonly ErrorRule[] = [
  {
    // As the sandbox says it; the names of its operations are AWS's.
    names: ["UnknownOperationException"],
    text: /^The sandbox has no /,
    code: "AwsError",
    say: (failure, call) => ({
      message: `cannot call ${call.service}:${call.operation}: ${failure.message.replace(/^The/, "the").replace(/\.$/, "")}`,
      hint: "Run it against AWS: without --sandbox, and without AWS_ENDPOINT_URL where that is a sandbox's.",
    }),
  },
  {
    names: ["AccessDeniedException", "AccessDenied", "UnauthorizedOperation", "NotAuthorized", "ForbiddenException"],
    code: "AccessDenied",
    say: sayDenied,
  },
  {
    names: ["BlockedException"],
    code: "AccessDenied",
    say: () => ({ message: "AWS has blocked this account", hint: "Write to AWS Support." }),
  },
  {
    names: [
      "ThrottlingException",
      "Throttling",
      "ThrottledException",
      "TooManyRequestsException",
      "RequestLimitExceeded",
      "RequestThrottled",
      "SlowDown",
    ],
    code: "AwsError",
    say: throttled,
  },
  { when: (failure) => failure.httpStatus === 429, code: "AwsError", say: throttled },
  {
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html
    names: ["LimitExceededException", "ServiceQuotaExceededException", "AttributeLimitExceededException"],
    code: "NoCapacity",
    say: (failure, call) => ({
      message: `${callName(call)} would exceed a quota of the account: ${failure.message}`,
      hint: "Raise it in the Service Quotas console, or free what is not needed.",
    }),
  },
  {
    when: (failure) => (failure.httpStatus ?? 0) >= 500,
    code: "AwsError",
    say: (failure, call) => ({
      message: `${callName(call)} failed on AWS's side${tries(failure)}: ${failure.message || failure.name}`,
      hint: "Try again in a minute; https://health.aws.amazon.com/health/status shows disturbances.",
    }),
  },
];

/** `ecs:RunTask in us-east-1`: the name that IAM gives to the call. */
export function callName({ service, operation, region }: FailedCall): string {
  return `${service}:${operation}${region === undefined ? "" : ` in ${region}`}`;
}

/** AWS's sentence names the principal, the action and the resource, in most services. */
function sayDenied(failure: AwsFailure, call: FailedCall) {
  const action =
    /not authorized to perform:? ([\w-]+:\w+)/i.exec(failure.message)?.[1] ?? `${call.service}:${call.operation}`;
  const principal = /User: (arn:\S+)/.exec(failure.message)?.[1] ?? "these credentials";
  const resource = /on resource: (\S+)/.exec(failure.message)?.[1]?.replace(/[.,]$/, "");
  const on = resource === undefined ? "" : ` on ${resource}`;
  const explicit = /explicit deny in (?:a |an )?([\w -]+?)(?: policy)?(?:$|[.:,])/.exec(failure.message)?.[1];
  const named = failure.message.includes(action) ? "" : `: ${failure.message}`;
  return {
    message: `${principal} may not call ${action}${on}${inRegion(call)}${named}`,
    hint:
      explicit === undefined
        ? `Have ${action} allowed for it by an IAM policy.`
        : `An explicit deny in a ${explicit} policy forbids ${action}: no other policy can allow it.`,
  };
}

function throttled(failure: AwsFailure, call: FailedCall) {
  return {
    message: `AWS throttled ${callName(call)}${tries(failure)}`,
    hint: "Try again in a minute. The limit is the account's in that region: other programs that call AWS share it.",
  };
}

function tries({ attempts }: AwsFailure): string {
  return attempts === undefined || attempts < 2 ? "" : ` in ${attempts} attempts`;
}
