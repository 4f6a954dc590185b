import { present } from "../core/base/present.ts";
import { AiplatError, type ErrorCode } from "../errors.ts";
import type { AwsService } from "./config.ts";

/** The call that failed. */
export interface FailedCall {
  readonly service: AwsService;
  /** As the API names it, e.g. `RunTask`. */
  readonly operation: string;
  readonly region?: string;
  /** The endpoint where it is not AWS's own. */
  readonly endpoint?: string;
  /** The profile that the credentials are of, where one was named. */
  readonly profile?: string;
  /** Whether it changes something. */
  readonly changes?: boolean;
}

/** ` in us-east-1`, or nothing where the region is not known: the end of many messages. */
export function inRegion({ region }: FailedCall): string {
  return region === undefined ? "" : ` in ${region}`;
}

/** What an SDK error says, whatever raised it: the service, the credentials or the network. */
export interface AwsFailure {
  /** AWS's error code, or the SDK's own name such as `CredentialsProviderError`. */
  readonly name: string;
  readonly message: string;
  readonly network?: NetworkFault;
  /** Node's code of a network error, e.g. `ECONNREFUSED`. */
  readonly systemCode?: string;
  /** The host that a network error is about, with the port where it is known. */
  readonly host?: string;
  readonly requestId?: string;
  readonly httpStatus?: number;
  readonly attempts?: number;
  /** What a ConflictException says it conflicts with. */
  readonly resourceIds?: readonly string[];
}

export type NetworkFault =
  | "refused"
  | "unknown-host"
  | "unreachable"
  | "lost"
  | "slow"
  | "certificate"
  | "not-tls"
  | "unreadable";

/** A row of the error tables: which failures it is about, and what the user is told. */
export interface ErrorRule {
  /** Error codes; any where left out. */
  readonly names?: readonly string[];
  /** What the message must say as well. */
  readonly text?: RegExp;
  readonly when?: (failure: AwsFailure, call: FailedCall) => boolean;
  readonly code: ErrorCode;
  readonly say: (failure: AwsFailure, call: FailedCall) => { readonly message: string; readonly hint?: string };
}

/**
 * https://nodejs.org/api/errors.html#common-system-errors and OpenSSL's names as
 * https://nodejs.org/api/tls.html#x509-certificate-error-codes lists them.
 */
const networkFaults: Readonly<Record<string, NetworkFault>> = {
  ECONNREFUSED: "refused",
  ENOTFOUND: "unknown-host",
  EAI_AGAIN: "unknown-host",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  ECONNRESET: "lost",
  EPIPE: "lost",
  ETIMEDOUT: "slow",
  CERT_HAS_EXPIRED: "certificate",
  CERT_NOT_YET_VALID: "certificate",
  CERT_SIGNATURE_FAILURE: "certificate",
  CERT_UNTRUSTED: "certificate",
  DEPTH_ZERO_SELF_SIGNED_CERT: "certificate",
  SELF_SIGNED_CERT_IN_CHAIN: "certificate",
  UNABLE_TO_GET_ISSUER_CERT: "certificate",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "certificate",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "certificate",
  ERR_TLS_CERT_ALTNAME_INVALID: "certificate",
  EPROTO: "not-tls",
  ERR_SSL_WRONG_VERSION_NUMBER: "not-tls",
  // Of answers.ts: what is no answer of AWS.
  EPAGE: "unreadable",
};

/** Errors that the SDK raises instead of an answer. */
const sdkNames = new Set(["CredentialsProviderError", "TokenProviderError", "ProviderError", "TimeoutError"]);

interface Raw {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly hostname?: unknown;
  readonly address?: unknown;
  readonly port?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
  readonly resourceIds?: readonly string[];
  readonly $metadata?: { readonly requestId?: string; readonly httpStatusCode?: number; readonly attempts?: number };
}

/**
 * Reads what an SDK call threw; undefined where it came from neither AWS nor the
 * network, but from a mistake in the program.
 */
export function readFailure(error: unknown): AwsFailure | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const raw = error as Raw;
  const network = readNetworkFault(raw);
  const name = typeof raw.name === "string" ? raw.name : "Error";
  const { requestId, httpStatusCode, attempts } = raw.$metadata ?? {};
  if (httpStatusCode === undefined && network === undefined && !sdkNames.has(name)) return undefined;
  return {
    name,
    message: typeof raw.message === "string" ? raw.message.trim() : "",
    ...network,
    ...present({ requestId, httpStatus: httpStatusCode, attempts, resourceIds: raw.resourceIds }),
  };
}

/** The network error itself, or the one it was caused by; where a host has several addresses, the first one's. */
function readNetworkFault(raw: Raw, depth = 0): Pick<AwsFailure, "network" | "systemCode" | "host"> | undefined {
  const fault = typeof raw.code === "string" ? faultOf(raw.code) : undefined;
  if (fault !== undefined) {
    const first = Array.isArray(raw.errors) && raw.errors.length > 0 ? (raw.errors[0] as Raw) : raw;
    const host = first.hostname ?? first.address;
    return {
      network: fault,
      systemCode: raw.code as string,
      ...(typeof host === "string" ? { host: withPort(host, first.port) } : {}),
    };
  }
  return depth < 5 && typeof raw.cause === "object" && raw.cause !== null
    ? readNetworkFault(raw.cause as Raw, depth + 1)
    : undefined;
}

function faultOf(code: string): NetworkFault | undefined {
  // Node's parser of HTTP.
  if (code.startsWith("HPE_")) return "unreadable";
  return Object.hasOwn(networkFaults, code) ? networkFaults[code] : undefined;
}

function withPort(host: string, port: unknown): string {
  if (typeof port !== "number") return host;
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Undefined where AWS answers one of the codes by which it says that there is none. */
export async function absentAs<Answer>(code: RegExp, answer: Promise<Answer>): Promise<Answer | undefined> {
  return answer.catch((error: unknown) => {
    if (error instanceof AiplatError && code.test(String(error.details["awsCode"]))) return undefined;
    throw error;
  });
}
