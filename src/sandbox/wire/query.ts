/** The query protocol of STS: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html */
import { AwsError } from "./aws-error.ts";
import type { WireAnswer } from "./aws-json.ts";
import { services, type Service } from "./services.ts";

const sts: Service = services.find(({ name }) => name === "sts")!;
const namespace = "https://sts.amazonaws.com/doc/2011-06-15/";

/** @throws AwsError where STS has no such action here. */
export function readAction(parameters: URLSearchParams): { readonly service: Service; readonly operation: string } {
  const action = parameters.get("Action");
  if (action === null) throw new AwsError("MissingAction", "The request must contain the parameter Action.");
  if (!Object.hasOwn(sts.operations, action))
    throw new AwsError(
      "InvalidAction",
      `Could not find operation ${action.slice(0, 200)} for version ` +
        `${(parameters.get("Version") ?? "NO_VERSION_SPECIFIED").slice(0, 40)}`,
    );
  return { service: sts, operation: action };
}

export function writeQuery(operation: string, output: object, requestId: string): WireAnswer {
  const members = Object.entries(output).map(([name, value]) => `<${name}>${escapeXml(String(value))}</${name}>`);
  const result = `<${operation}Result>${members.join("")}</${operation}Result>`;
  const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
  return xml(200, `<${operation}Response xmlns="${namespace}">${result}${metadata}</${operation}Response>`);
}

export function writeQueryError({ code, message, status }: AwsError, requestId: string): WireAnswer {
  const type = status < 500 ? "Sender" : "Receiver";
  const error = `<Error><Type>${type}</Type><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`;
  const body = `${error}<RequestId>${requestId}</RequestId>`;
  return xml(status, `<ErrorResponse xmlns="${namespace}">${body}</ErrorResponse>`);
}

function xml(status: number, body: string): WireAnswer {
  return { status, headers: { "content-type": "text/xml" }, body };
}

function escapeXml(text: string): string {
  // Characters that XML 1.0 cannot hold are left out.
  // oxlint-disable-next-line no-control-regex -- these are the ones
  const held = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udfff]/g, "");
  return held.replace(/[<>&"']/g, (each) => `&#${each.charCodeAt(0)};`);
}
