/**
 * The query protocol of STS and EC2 Auto Scaling, and EC2's dialect of it:
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html, https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html
 */
import { AwsError } from "./aws-error.ts";
import type { WireAnswer } from "./aws-json.ts";
import { services, type WireService } from "./services.ts";

const queried = services.filter(({ target }) => target === undefined);

/** @throws AwsError where no service of this protocol has such an action here. */
export function readAction(parameters: URLSearchParams): { readonly service: WireService; readonly operation: string } {
  const action = parameters.get("Action");
  if (action === null) throw new AwsError("MissingAction", "The request must contain the parameter Action.");
  const service = queried.find(({ operations }) => Object.hasOwn(operations, action));
  if (service === undefined)
    throw new AwsError(
      "InvalidAction",
      `Could not find operation ${action.slice(0, 200)} for version ` +
        `${(parameters.get("Version") ?? "NO_VERSION_SPECIFIED").slice(0, 40)}`,
    );
  return { service, operation: action };
}

/** The input: texts, and lists as `Names.member.1`. */
export function readQuery(parameters: URLSearchParams): Readonly<Record<string, string | readonly string[]>> {
  const input: Record<string, string | string[]> = {};
  for (const [name, value] of parameters) {
    const member = /^(\w+)\.member\.\d+$/.exec(name)?.[1];
    if (member === undefined) input[name] = value;
    else input[member] = [...(Array.isArray(input[member]) ? input[member] : []), value];
  }
  return input;
}

export function writeQuery(
  { namespace, isEc2 = false }: WireService,
  operation: string,
  output: object,
  requestId: string,
): WireAnswer {
  if (isEc2)
    return xml(
      200,
      `<${operation}Response xmlns="${namespace ?? ""}"><requestId>${requestId}</requestId>${members(output, "item")}</${operation}Response>`,
    );
  return xml(
    200,
    `<${operation}Response xmlns="${namespace ?? ""}"><${operation}Result>${members(output)}</${operation}Result><ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${operation}Response>`,
  );
}

/** @param item What an item of a list is called. */
function members(output: object, item = "member"): string {
  return Object.entries(output)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `<${name}>${element(value, item)}</${name}>`)
    .join("");
}

function element(value: unknown, item: string): string {
  if (Array.isArray(value)) return value.map((each) => `<${item}>${element(each, item)}</${item}>`).join("");
  return typeof value === "object" && value !== null ? members(value, item) : escapeXml(String(value));
}

/** @param service Undefined where the action is of none: STS, of whose protocol this was first, answers then. */
export function writeQueryError(
  { code, message, status }: AwsError,
  requestId: string,
  service: WireService | undefined,
): WireAnswer {
  const { namespace = "" } = service ?? queried[0]!;
  const type = status < 500 ? "Sender" : "Receiver";
  return xml(
    status,
    `<ErrorResponse xmlns="${namespace}"><Error><Type>${type}</Type><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
  );
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
