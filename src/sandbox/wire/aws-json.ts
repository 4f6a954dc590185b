/** AWS JSON 1.1: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html */
import { parseJson } from "../../core/base/json.ts";
import { AwsError } from "./aws-error.ts";
import { services, type WireService } from "./services.ts";

export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Service and operation that X-Amz-Target names. @throws AwsError where the sandbox has no such operation. */
export function readTarget(target: string): { readonly service: WireService; readonly operation: string } {
  const dot = target.lastIndexOf(".");
  const service = services.find((each) => each.target !== undefined && each.target === target.slice(0, dot));
  const operation = target.slice(dot + 1);
  if (service === undefined || !Object.hasOwn(service.operations, operation))
    throw new AwsError("UnknownOperationException", `The sandbox has no operation ${target.slice(0, 200)}.`);
  return { service, operation };
}

/** The request's members. A member that is null is absent. */
export function readJson(body: string): object {
  let input: unknown;
  try {
    input = parseJson(body === "" ? "{}" : body, (_, value: unknown) => value ?? undefined);
  } catch {
    throw new AwsError("SerializationException", "The request body is no JSON.");
  }
  if (typeof input !== "object" || input === null || Array.isArray(input))
    throw new AwsError("SerializationException", "Start of structure or map found where not expected.");
  return input;
}

export function writeJson(output: object): WireAnswer {
  return { status: 200, headers: { "content-type": "application/x-amz-json-1.1" }, body: JSON.stringify(output) };
}

export function writeJsonError({ code, message, status, members }: AwsError): WireAnswer {
  return {
    status,
    headers: { "content-type": "application/x-amz-json-1.1", "x-amzn-errortype": code },
    body: JSON.stringify({ __type: code, message, ...members }),
  };
}
