/**
 * The query protocol of STS, EC2 Auto Scaling and CloudFormation, and EC2's dialect of it:
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html, https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html
 */
import { AwsError } from "./aws-error.ts";
import type { WireAnswer } from "./aws-json.ts";
import { Items } from "./items.ts";
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

/**
 * The input: texts, structures as `Template.Name`, and lists as `Names.member.1`, or as `Name.1` in EC2's dialect.
 *
 * @throws AwsError where a name is a text and something else.
 */
export function readQuery(parameters: URLSearchParams): object {
  const root: Branch = new Map();
  for (const [name, value] of parameters) {
    const path = name.split(".").slice(0, mostParts);
    let branch = root;
    for (const part of path.slice(0, -1)) {
      const next = branch.get(part) ?? new Map<string, Branch | string>();
      if (typeof next === "string") throw malformed(name);
      branch.set(part, next);
      branch = next;
    }
    const last = path.at(-1)!;
    if (branch.get(last) instanceof Map) throw malformed(name);
    // A list without items is written so: what has no value says nothing here.
    if (value === "" && branch === root) continue;
    branch.set(last, value);
  }
  return Object.fromEntries([...root].map(([name, value]) => [name, grown(value)]));
}

type Branch = Map<string, Branch | string>;

/** No input of AWS's is as deep. */
const mostParts = 20;

function malformed(name: string): AwsError {
  return new AwsError("MalformedQueryString", `The parameter ${name.slice(0, 200)} is of two kinds.`);
}

/** What has numbers for names is a list, in their order. */
function grown(value: Branch | string): unknown {
  if (typeof value === "string") return value;
  const members = value.size === 1 ? value.get("member") : undefined;
  if (members instanceof Map) return grown(members);
  const names = [...value.keys()];
  if (names.length > 0 && names.every((name) => /^\d{1,9}$/.test(name)))
    return names.toSorted((one, other) => Number(one) - Number(other)).map((name) => grown(value.get(name)!));
  return Object.fromEntries([...value].map(([name, each]) => [name, grown(each)]));
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

/** @param item What an item of a list is called that does not say it. */
function members(output: object, item = "member"): string {
  return Object.entries(output)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `<${name}>${element(value, item)}</${name}>`)
    .join("");
}

function element(value: unknown, item: string): string {
  if (value instanceof Items)
    return value.items.map((each) => `<${value.name}>${escapeXml(each)}</${value.name}>`).join("");
  if (Array.isArray(value)) return value.map((each) => `<${item}>${element(each, item)}</${item}>`).join("");
  return typeof value === "object" && value !== null ? members(value, item) : escapeXml(String(value));
}

/** @param service Undefined where the action is of none: STS, of whose protocol this was first, answers then. */
export function writeQueryError(
  { code, message, status }: AwsError,
  requestId: string,
  service: WireService | undefined,
): WireAnswer {
  const { namespace = "", isEc2 = false } = service ?? queried[0]!;
  if (isEc2)
    return xml(
      status,
      `<Response><Errors><Error><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error></Errors><RequestID>${requestId}</RequestID></Response>`,
    );
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
