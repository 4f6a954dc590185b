import { present } from "../core/base/present.ts";
import { AiplatError, Interrupted, toAiplatError } from "../errors.ts";
import { cloudFormationRules } from "./cloudformation-errors.ts";
import { credentialRules, unknownCredentialCodes } from "./credential-errors.ts";
import { ecsRules } from "./ecs-errors.ts";
import { eksRules } from "./eks-errors.ts";
import { readFailure, type FailedCall, type AwsFailure, type ErrorRule } from "./failure.ts";
import { networkRules } from "./network-errors.ts";
import { callName, serviceRules } from "./service-errors.ts";

/**
 * What the user is told about an error of an SDK call: what failed, why, and what to do. AWS's code and request id stay
 * in the details, the error itself is the cause. Anything that is neither AWS's nor the network's is a bug of aiplat.
 */
export function translateAwsError(error: unknown, call: FailedCall): AiplatError {
  if (error instanceof AiplatError) return error;
  if (error instanceof Error && error.name === "AbortError")
    return new Interrupted("interrupted", {
      cause: error,
      ...(call.changes === true ? { details: { uncertain: true } } : {}),
    });
  const failure = readFailure(error);
  if (failure === undefined) return toAiplatError(error);
  const rule = rulesOf(call).find((each) => applies(each, failure, call)) ?? anything;
  const { message, hint } = rule.say(failure, call);
  return new AiplatError(rule.code, message, {
    ...present({ hint }),
    details: detailsOf(failure, call),
    cause: error,
  });
}

/** What a service says in its own words. */
const ownRules: Readonly<Partial<Record<FailedCall["service"], readonly ErrorRule[]>>> = {
  cloudformation: cloudFormationRules,
  ecs: ecsRules,
  eks: eksRules,
};

function rulesOf(call: FailedCall): readonly ErrorRule[] {
  return [...networkRules, ...credentialRules, ...(ownRules[call.service] ?? []), ...serviceRules];
}

function applies(rule: ErrorRule, failure: AwsFailure, call: FailedCall): boolean {
  return (
    (rule.names?.includes(failure.name) ?? true) &&
    (rule.text?.test(failure.message) ?? true) &&
    (rule.when?.(failure, call) ?? true)
  );
}

const anything: ErrorRule = {
  code: "AwsError",
  say: (failure, call) => ({
    message: `${callName(call)} failed: ${failure.name}${failure.message === "" ? "" : `: ${failure.message}`}`,
  }),
};

/** Whether AWS may have carried out a call that ended so: its answer was lost, or that of an attempt before the last. */
function mayHaveActed({ network, httpStatus = 0, attempts = 1, name }: AwsFailure): boolean {
  if (attempts > 1) return true;
  if (network !== undefined) return network === "lost" || network === "slow" || network === "unreadable";
  return httpStatus >= 500 || httpStatus < 300 || name === "SyntaxError";
}

function detailsOf(failure: AwsFailure, call: FailedCall): Readonly<Record<string, unknown>> {
  const { requestId, httpStatus } = failure;
  return {
    service: call.service,
    operation: call.operation,
    ...present({ region: call.region }),
    awsCode: failure.systemCode ?? failure.name,
    awsMessage: failure.message,
    // What a region answers, too, that the account has not enabled.
    ...(unknownCredentialCodes.has(failure.name) ? { unknownCredentials: true } : {}),
    ...present({ requestId, httpStatus }),
    ...(call.changes === true && mayHaveActed(failure) ? { uncertain: true } : {}),
    // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ConflictException.html
    ...present({ resourceIds: failure.resourceIds }),
  };
}
