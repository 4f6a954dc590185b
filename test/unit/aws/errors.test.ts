import { describe, expect, test } from "vitest";
import { translateAwsError } from "../../../src/aws/errors.ts";
import type { FailedCall } from "../../../src/aws/failure.ts";
import { AiplatError, type ErrorCode } from "../../../src/errors.ts";

const runTask: FailedCall = { service: "ecs", operation: "RunTask", region: "eu-west-1" };

/** An answer of AWS's, as the SDK throws it. */
function answer(name: string, message = "", status = 400): Error {
  return Object.assign(new Error(message), {
    name,
    $fault: "client",
    $metadata: { httpStatusCode: status, requestId: "req-1", attempts: 1 },
  });
}

/** An error of Node's network layer, as the SDK throws it. */
function system(code: string, rest: object = {}): Error {
  return Object.assign(new Error(`connect ${code}`), { code, $metadata: { attempts: 5 } }, rest);
}

function credentials(message: string): Error {
  return Object.assign(new Error(message), { name: "CredentialsProviderError" });
}

const denied =
  "User: arn:aws:iam::123456789012:user/ann is not authorized to perform: iam:PassRole on resource: arn:aws:iam::123456789012:role/task because no identity-based policy allows the iam:PassRole action";

describe("translateAwsError", () => {
  const rows: readonly (readonly [
    what: string,
    error: Error,
    code: ErrorCode,
    exit: number,
    message: RegExp,
    hint: RegExp,
    call?: Partial<FailedCall>,
  ])[] = [
    [
      "no credentials at all",
      credentials("Could not load credentials from any providers"),
      "NoCredentials",
      6,
      /no AWS credentials were found/,
      /--profile or AWS_PROFILE/,
    ],
    [
      "a grace period without a load balancer",
      answer(
        "InvalidParameterException",
        "Health check grace period is only valid for services configured to use load balancers",
      ),
      "InvalidInput",
      2,
      /grace period .* with a load balancer only/,
      /health.startSeconds above 300 .* healthCheckGracePeriodSeconds: null/,
      { operation: "CreateService" },
    ],
    [
      "what the sandbox does not play",
      answer("UnknownOperationException", "The sandbox has no operation Ssm.DoIt."),
      "AwsError",
      1,
      /^cannot call ssm:DoIt: the sandbox has no operation Ssm\.DoIt$/,
      /without --sandbox/,
      { service: "ssm", operation: "DoIt" },
    ],
    [
      "SSO session expired",
      credentials(
        "The SSO session associated with this profile has expired. To refresh this SSO session run aws sso login with the corresponding profile.",
      ),
      "NoCredentials",
      6,
      /session of profile dev has expired/,
      /^Run: aws sso login --profile dev$/,
      { profile: "dev" },
    ],
    [
      "profile without credentials",
      credentials("Could not resolve credentials using profile: [dev] in configuration/credentials file(s)."),
      "NoCredentials",
      6,
      /profile dev holds no credentials/,
      /aws configure --profile dev/,
      { profile: "dev" },
    ],
    [
      "profile whose source fails",
      credentials("Could not load credentials from any providers"),
      "NoCredentials",
      6,
      /^profile dev gives no credentials$/,
      /get-caller-identity --profile dev/,
      { profile: "dev" },
    ],
    [
      "sign-in session never opened",
      credentials("Failed to load token from /home/ann/.aws/login/cache/1.json: Error: ENOENT"),
      "NoCredentials",
      6,
      /sign-in session of profile dev has expired or was never opened/,
      /^Run: aws login --profile dev$/,
      { profile: "dev" },
    ],
    [
      "multi-factor role",
      credentials("Profile dev requires multi-factor authentication, but no MFA code callback was provided."),
      "NoCredentials",
      6,
      /multi-factor/,
      /export-credentials --profile dev/,
      { profile: "dev" },
    ],
    [
      "credential process fails",
      credentials("Command failed: /bin/false"),
      "NoCredentials",
      6,
      /the default profile: Command failed: \/bin\/false/,
      /get-caller-identity/,
    ],
    [
      "expired token",
      answer("ExpiredTokenException", "The security token included in the request is expired"),
      "NoCredentials",
      6,
      /have expired/,
      /aws sso login --profile dev/,
      { profile: "dev" },
    ],
    ["expired token, query protocol", answer("ExpiredToken"), "NoCredentials", 6, /have expired/, /temporary keys/],
    [
      "unknown credentials or region not enabled",
      answer("UnrecognizedClientException", "The security token included in the request is invalid."),
      "NoCredentials",
      6,
      /does not know these credentials in eu-west-1/,
      /has not enabled the region/,
    ],
    [
      "unknown credentials, query protocol",
      answer("InvalidClientTokenId"),
      "NoCredentials",
      6,
      /does not know these credentials/,
      /get-caller-identity/,
    ],
    [
      "wrong clock",
      answer("InvalidSignatureException", "Signature expired: 20261121T000000Z is now earlier than 20261121T010000Z"),
      "NoCredentials",
      6,
      /clock is wrong/,
      /NTP/,
    ],
    ...["RequestTimeTooSkewed", "RequestInTheFuture", "RequestExpired"].flatMap((name) =>
      ["", "The difference is too large."].map(
        (message) =>
          [
            `wrong clock: ${name} ${message}`,
            answer(name, message, 403),
            "NoCredentials",
            6,
            /clock is wrong/,
            /NTP/,
          ] as const,
      ),
    ),
    [
      "wrong secret",
      answer(
        "InvalidSignatureException",
        "The request signature we calculated does not match the signature you provided.",
      ),
      "NoCredentials",
      6,
      /secret access key does not belong/,
      /Set both again/,
    ],
    [
      "denied",
      answer("AccessDeniedException", denied),
      "AccessDenied",
      6,
      /^arn:aws:iam::123456789012:user\/ann may not call iam:PassRole on arn:aws:iam::123456789012:role\/task in eu-west-1$/,
      /Have iam:PassRole allowed/,
    ],
    [
      "denied by a service control policy",
      answer(
        "AccessDeniedException",
        `${denied.split(" because")[0]} with an explicit deny in a service control policy`,
      ),
      "AccessDenied",
      6,
      /may not call iam:PassRole/,
      /explicit deny in a service control policy/,
    ],
    [
      "denied without a sentence",
      answer("AccessDeniedException"),
      "AccessDenied",
      6,
      /these credentials may not call ecs:RunTask/,
      /Have ecs:RunTask allowed/,
    ],
    [
      "throttled",
      Object.assign(answer("ThrottlingException", "Rate exceeded"), {
        $metadata: { httpStatusCode: 400, requestId: "req-1", attempts: 5 },
      }),
      "AwsError",
      1,
      /throttled ecs:RunTask in eu-west-1 in 5 attempts/,
      /other programs/,
    ],
    [
      "quota",
      answer("LimitExceededException", "The limit for the resource was exceeded."),
      "NoCapacity",
      4,
      /quota/,
      /Service Quotas/,
    ],
    [
      "AWS is down",
      answer("ServerException", "Service Unavailable. Please try again later.", 503),
      "AwsError",
      1,
      /failed on AWS's side/,
      /Try again/,
    ],
    [
      "nothing listens",
      system("ECONNREFUSED", { address: "127.0.0.1", port: 4566 }),
      "Network",
      1,
      /nothing listens at http:\/\/localhost:4566 \(ECONNREFUSED\)/,
      /running/,
      { endpoint: "http://localhost:4566" },
    ],
    [
      "nothing listens on any of a host's addresses",
      system("ECONNREFUSED", {
        errors: [
          { address: "::1", port: 1 },
          { address: "127.0.0.1", port: 1 },
        ],
      }),
      "Network",
      1,
      /nothing listens at \[::1\]:1/,
      /firewall/,
    ],
    [
      "no such host",
      system("ENOTFOUND", { hostname: "ecs.eu-wst-1.amazonaws.com" }),
      "Network",
      1,
      /no such host: ecs.eu-wst-1.amazonaws.com/,
      /Is eu-west-1 the right region/,
    ],
    [
      "network error as a cause",
      Object.assign(new Error("x"), { cause: system("ENETUNREACH") }),
      "Network",
      1,
      /no route to the endpoint of ecs/,
      /online/,
    ],
    [
      "untrusted certificate",
      system("SELF_SIGNED_CERT_IN_CHAIN"),
      "Network",
      1,
      /certificate is not trusted/,
      /NODE_EXTRA_CA_CERTS/,
    ],
    ["https to plain http", system("EPROTO"), "Network", 1, /https was expected/, /http:\/\//],
    [
      "too slow",
      Object.assign(system("ETIMEDOUT"), { name: "TimeoutError" }),
      "Network",
      1,
      /no answer came/,
      /Try again/,
    ],
    [
      "not AWS",
      Object.assign(new SyntaxError("Unexpected token '<'"), { $metadata: { httpStatusCode: 200, attempts: 1 } }),
      "Network",
      1,
      /http:\/\/localhost:80 does not answer as AWS does \(HTTP 200\)/,
      /--endpoint-url/,
      { endpoint: "http://localhost:80" },
    ],
    [
      "no cluster",
      answer("ClusterNotFoundException", "Cluster not found."),
      "NotFound",
      1,
      /no such cluster in eu-west-1/,
      /--cluster/,
    ],
    [
      "no instances",
      answer("InvalidParameterException", "No Container Instances were found in your cluster."),
      "NoCapacity",
      4,
      /no container instances/,
      /vCPU quota/,
    ],
    [
      "not idempotent",
      answer("InvalidParameterException", "Creation of service was not idempotent."),
      "OperationFailed",
      1,
      /exists with other settings/,
      /another name/,
    ],
    [
      "client token in use",
      answer("ConflictException", "The provided clientToken is already in use"),
      "OperationFailed",
      1,
      /another command has started tasks/,
      /same plan/,
    ],
    [
      "awsvpc without network",
      answer(
        "InvalidParameterException",
        "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
      ),
      "InvalidInput",
      2,
      /needs subnets/,
      /ecs\.network\.subnets/,
    ],
    [
      "inactive definition",
      answer("InvalidParameterException", "TaskDefinition is inactive"),
      "NotFound",
      1,
      /inactive/,
      /ACTIVE/,
    ],
    [
      "inactive definition, the other exception",
      answer("ClientException", "TaskDefinition is inactive"),
      "NotFound",
      1,
      /inactive/,
      /ACTIVE/,
    ],
    [
      "no definition",
      answer("ClientException", "Unable to describe task definition."),
      "NotFound",
      1,
      /no such task definition/,
      /register/,
    ],
    [
      "no memory",
      answer(
        "ClientException",
        "Invalid setting for container 'X'. At least one of 'memory' or 'memoryReservation' must be specified.",
      ),
      "InvalidInput",
      2,
      /container 'X'/,
      /resources\.memory/,
    ],
    [
      "host ports",
      answer(
        "ClientException",
        "When networkMode=host, the host ports and container ports in port mappings must match.",
      ),
      "InvalidInput",
      2,
      /must match/,
      /hostPort equal/,
    ],
    [
      "distinctInstance",
      answer("ClientException", "constraint.type 'distinctInstance' is not supported."),
      "InvalidInput",
      2,
      /distinctInstance/,
      /--placement-constraints/,
    ],
    [
      "service-linked role",
      answer(
        "InvalidParameterException",
        "Unable to assume the service linked role. Please verify that the ECS service linked role exists.",
      ),
      "OperationFailed",
      1,
      /service-linked role/,
      /create-service-linked-role/,
    ],
  ];

  for (const [what, error, code, exit, message, hint, call] of rows) {
    test(`${what}`, () => {
      const translated = translateAwsError(error, { ...runTask, ...call });
      expect(translated.code).toBe(code);
      expect(translated.exitCode).toBe(exit);
      expect(translated.message).toMatch(message);
      expect(translated.hint ?? "").toMatch(hint);
      expect(translated.cause).toBe(error);
    });
  }

  test("keeps AWS's code, sentence and request id for scripts", () => {
    expect(translateAwsError(answer("ClusterNotFoundException", "Cluster not found."), runTask).details).toEqual({
      service: "ecs",
      operation: "RunTask",
      region: "eu-west-1",
      awsCode: "ClusterNotFoundException",
      awsMessage: "Cluster not found.",
      requestId: "req-1",
      httpStatus: 400,
    });
  });

  test("prints what ECS says where no row knows better", () => {
    const { code, message } = translateAwsError(answer("ClientException", "Something new."), runTask);
    expect([code, message]).toEqual(["OperationFailed", "ecs:RunTask in eu-west-1 was refused: Something new."]);
  });

  test("prints any other service's code and sentence", () => {
    const { code, message } = translateAwsError(
      answer("ResourceNotFoundException", "The specified log group does not exist."),
      { service: "logs", operation: "GetLogEvents" },
    );
    expect([code, message]).toEqual([
      "AwsError",
      "logs:GetLogEvents failed: ResourceNotFoundException: The specified log group does not exist.",
    ]);
  });

  test("ECS's sentences count for ECS only", () => {
    expect(
      translateAwsError(answer("InvalidParameterException", "TaskDefinition is inactive"), {
        service: "logs",
        operation: "GetLogEvents",
      }).code,
    ).toBe("AwsError");
  });

  test("an abort is an interruption", () => {
    const abort = Object.assign(new Error("Request aborted"), { name: "AbortError" });
    expect(translateAwsError(abort, runTask)).toMatchObject({ code: "Interrupted", exitCode: 130 });
  });

  test("an error that is already aiplat's own stays as it is", () => {
    const own = new AiplatError("NoRegion", "no region");
    expect(translateAwsError(own, runTask)).toBe(own);
  });

  test("a mistake of the program's is a bug, not AWS's doing", () => {
    expect(translateAwsError(new TypeError("x is undefined"), runTask)).toMatchObject({ code: "Bug", exitCode: 70 });
    expect(translateAwsError(Object.assign(new TypeError("bad"), { code: "ERR_INVALID_ARG_TYPE" }), runTask).code).toBe(
      "Bug",
    );
  });
});
