import { inRegion, type FailedCall, type ErrorRule } from "./failure.ts";

/** Failures to prove who calls: no credentials, expired ones, unknown ones, or a clock that is wrong. */
export const credentialRules: readonly ErrorRule[] = [
  {
    names: ["CredentialsProviderError", "TokenProviderError", "UnauthorizedException"],
    text: /\bSSO\b|sso login|session token not found/i,
    code: "NoCredentials",
    say: (_, call) => ({
      message: `the IAM Identity Center (SSO) session of ${profileOf(call)} has expired or was never opened`,
      hint: `Run: ${login(call)}`,
    }),
  },
  {
    names: ["CredentialsProviderError"],
    text: /re-?authenticate using aws login|session has expired.*login|login\/cache/i,
    code: "NoCredentials",
    say: (_, call) => ({
      message: `the sign-in session of ${profileOf(call)} has expired or was never opened`,
      hint: `Run: aws login${profileFlag(call)}`,
    }),
  },
  {
    names: ["CredentialsProviderError"],
    text: /multi-factor/i,
    code: "NoCredentials",
    say: (_, call) => ({
      message: `${profileOf(call)} asks for a multi-factor code, which aiplat cannot ask for`,
      hint:
        `Let the AWS CLI ask: eval "$(aws configure export-credentials${profileFlag(call)} --format env)", ` +
        "then run aiplat without --profile.",
    }),
  },
  {
    names: ["CredentialsProviderError"],
    text: /Could not resolve credentials using profile/,
    code: "NoCredentials",
    say: (_, call) => ({
      message: `${profileOf(call)} holds no credentials`,
      hint: `Run aws configure${profileFlag(call)} or aws configure sso${profileFlag(call)}.`,
    }),
  },
  {
    // The chain ends with this sentence whatever a profile's own source said, e.g. a credential_process that failed.
    names: ["CredentialsProviderError"],
    text: /Could not load credentials from any providers/,
    when: (_, { profile }) => profile !== undefined,
    code: "NoCredentials",
    say: (_, call) => ({
      message: `${profileOf(call)} gives no credentials`,
      hint: `aws sts get-caller-identity${profileFlag(call)} says why.`,
    }),
  },
  {
    names: ["CredentialsProviderError", "TokenProviderError", "ProviderError"],
    text: /Could not load credentials from any providers|instance metadata/i,
    code: "NoCredentials",
    say: () => ({
      message: "no AWS credentials were found",
      hint:
        "Name a profile with --profile or AWS_PROFILE, sign in with aws configure or aws configure sso, " +
        "or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
    }),
  },
  {
    names: ["CredentialsProviderError", "TokenProviderError", "ProviderError"],
    code: "NoCredentials",
    say: (failure, call) => ({
      message: `no AWS credentials from ${profileOf(call)}: ${failure.message}`,
      hint: `aws sts get-caller-identity${profileFlag(call)} shows whether they work.`,
    }),
  },
  {
    names: ["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"],
    code: "NoCredentials",
    say: (_, call) => ({
      message: "the AWS credentials have expired",
      hint:
        call.profile === undefined
          ? "Get new ones: temporary keys, in AWS_ACCESS_KEY_ID and its companions or the default profile, last some hours."
          : `Renew them, for an SSO profile with: ${login(call)}`,
    }),
  },
  {
    // Those that can only be about the time, whatever their message, or that they have none.
    // https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
    names: ["RequestTimeTooSkewed", "RequestInTheFuture", "RequestExpired"],
    code: "NoCredentials",
    say: wrongClock,
  },
  {
    names: ["InvalidSignatureException", "SignatureDoesNotMatch"],
    text: /expired|not yet current|skew|too far|time/i,
    code: "NoCredentials",
    say: wrongClock,
  },
  {
    // AWS answers the same where the region is not enabled for the account: it does not know the credentials there.
    // https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
    names: [
      "UnrecognizedClientException",
      "InvalidClientTokenId",
      "AuthFailure",
      "InvalidAccessKeyId",
      "RegionDisabledException",
      "OptInRequired",
    ],
    code: "NoCredentials",
    say: (_, call) => ({
      message: `AWS does not know these credentials${inRegion(call)}`,
      hint:
        `Either they are wrong or deleted (aws sts get-caller-identity${profileFlag(call)} tells), ` +
        "or the account has not enabled the region (aws account list-regions tells).",
    }),
  },
  {
    names: [
      "InvalidSignatureException",
      "SignatureDoesNotMatch",
      "IncompleteSignature",
      "MissingAuthenticationToken",
      "MissingAuthenticationTokenException",
    ],
    code: "NoCredentials",
    say: () => ({
      message: "AWS refused the request's signature: the secret access key does not belong to the access key id",
      hint: "Set both again, from the same key.",
    }),
  },
];

/** AWS's codes for credentials that a region does not know: what a region gives that is not enabled for the account. */
export const unknownCredentialCodes: ReadonlySet<string> = new Set([
  "UnrecognizedClientException",
  "InvalidClientTokenId",
  "AuthFailure",
  "RegionDisabledException",
  "OptInRequired",
]);

function wrongClock() {
  return {
    message: "AWS refused the request's time: this machine's clock is wrong",
    hint: "Set the clock, e.g. with NTP, and run the command again.",
  };
}

function profileOf({ profile }: FailedCall): string {
  return profile === undefined ? "the default profile" : `profile ${profile}`;
}

function profileFlag({ profile }: FailedCall): string {
  return profile === undefined ? "" : ` --profile ${profile}`;
}

function login(call: FailedCall): string {
  return `aws sso login${profileFlag(call)}`;
}
