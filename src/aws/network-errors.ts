import type { FailedCall, AwsFailure, NetworkFault, ErrorRule } from "./failure.ts";

const onCustomEndpoint =
  "Is the server there running, and is this its address? --endpoint-url, AWS_ENDPOINT_URL or the profile says it.";
const notAnEndpoint = "Is that address an AWS endpoint? --endpoint-url, AWS_ENDPOINT_URL or the profile says it.";

const faults: Readonly<Record<NetworkFault, { readonly what: string; readonly hint: (call: FailedCall) => string }>> = {
  refused: {
    what: "nothing listens at",
    hint: (call) =>
      call.endpoint === undefined ? "A firewall or a proxy may refuse the connection." : onCustomEndpoint,
  },
  "unknown-host": {
    what: "there is no such host:",
    hint: (call) =>
      call.endpoint === undefined
        ? `Is ${call.region ?? "the region"} the right region, and is this machine online?`
        : onCustomEndpoint,
  },
  unreachable: { what: "there is no route to", hint: () => "Is this machine online, and does it need a VPN?" },
  lost: { what: "the connection was lost:", hint: () => "Try again; a proxy or a firewall may have closed it." },
  slow: { what: "no answer came from", hint: () => "Try again; a proxy or a firewall may swallow the connection." },
  certificate: {
    what: "the certificate is not trusted:",
    hint: () =>
      "Behind a proxy that signs its own certificates, put its authority in a PEM file and set " +
      "NODE_EXTRA_CA_CERTS to its path.",
  },
  unreadable: {
    what: "something answers that is not AWS:",
    hint: (call) =>
      call.endpoint === undefined
        ? "A proxy or a captive portal may stand between this machine and AWS."
        : notAnEndpoint,
  },
  "not-tls": {
    what: "https was expected, but something else answers at",
    hint: () => "If the endpoint speaks plain HTTP, write http:// in --endpoint-url or AWS_ENDPOINT_URL.",
  },
};

/** Failures to reach the service, or anything that speaks its protocol. */
export const networkRules: readonly ErrorRule[] = [
  {
    when: (failure) => failure.network !== undefined,
    code: "Network",
    say: (failure, call) => {
      const { what, hint } = faults[failure.network!];
      return {
        message: `${calling(call)}: ${what} ${placeOf(failure, call)} (${failure.systemCode})`,
        hint: hint(call),
      };
    },
  },
  {
    // The SDK's reader fails on a page that is not JSON: a captive portal, a web server, a proxy's error.
    names: ["SyntaxError"],
    code: "Network",
    say: (failure, call) => ({
      message: `${calling(call)}: ${placeOf(failure, call)} does not answer as AWS does (HTTP ${failure.httpStatus})`,
      hint:
        call.endpoint === undefined
          ? "A proxy or a captive portal may stand between this machine and AWS."
          : notAnEndpoint,
    }),
  },
];

/** `cannot call ecs:RunTask in us-east-1`. */
function calling({ service, operation, region }: FailedCall): string {
  return `cannot call ${service}:${operation}${region === undefined ? "" : ` in ${region}`}`;
}

function placeOf(failure: AwsFailure, call: FailedCall): string {
  return call.endpoint ?? failure.host ?? `the endpoint of ${call.service}`;
}
