/** Templates as far as the sandbox plays them. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html */
import { parseDocument, type ScalarTag, type SchemaOptions } from "yaml";
import { isCall, referencesIn } from "./references.ts";
import { invalidTemplate } from "./errors.ts";

export interface TemplateResourceRecord {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly dependsOn: readonly string[];
}

export interface TemplateRecord {
  /** As it came. */
  readonly body: string;
  readonly description: string | undefined;
  /** Each after those that it depends on. */
  readonly resources: readonly TemplateResourceRecord[];
  readonly outputs: readonly { readonly key: string; readonly description?: string; readonly value: unknown }[];
}

/** What reading asks of a resource type. */
interface TemplateType {
  readonly attributes: readonly string[];
}

/** Sections that are played, or mean nothing here. */
const known = new Set(["AWSTemplateFormatVersion", "Description", "Metadata", "Resources", "Outputs"]);

/**
 * Reads a template in JSON or YAML.
 *
 * @param types The resource types there are, by their names.
 * @throws AwsError as CloudFormation says it; for sections and functions that the sandbox does not play, in its own words.
 */
export function readTemplate(body: string, types: ReadonlyMap<string, TemplateType>): TemplateRecord {
  const template = parse(body);
  const strange = Object.keys(template).filter((section) => !known.has(section));
  if (strange.length > 0)
    throw invalidTemplate(`Template format error: the sandbox plays no section ${strange.join(", ")}`);
  const listed = Object.entries(objectOf(template["Resources"]) ?? {});
  if (listed.length === 0)
    throw invalidTemplate("Template format error: At least one Resources member must be defined.");
  const resources = listed.map(([logicalId, value]) => readResource(logicalId, value));
  const unknown = [...new Set(resources.map(({ type }) => type))].filter((type) => !types.has(type));
  if (unknown.length > 0)
    throw invalidTemplate(`Template format error: Unrecognized resource types: [${unknown.join(", ")}]`);
  const outputs = Object.entries(objectOf(template["Outputs"]) ?? {}).map(([key, value]) => {
    const { Description, Value } = (objectOf(value) ?? {}) as {
      readonly Description?: unknown;
      readonly Value?: unknown;
    };
    if (Value === undefined) throw invalidTemplate(`Template format error: Output ${key} is malformed.`);
    if (typeof Value === "object" && !isCall(Value))
      throw invalidTemplate(
        "Template format error: The Value field of every Outputs member must evaluate to a String and not a List or Map.",
      );
    return { key, ...(typeof Description === "string" ? { description: Description } : {}), value: Value };
  });
  checkReferences(resources, "Resources", resources, types);
  checkReferences(
    outputs.map(({ value }) => ({ properties: { value }, dependsOn: [] })),
    "Outputs",
    resources,
    types,
  );
  const { Description: description } = template as { readonly Description?: unknown };
  return {
    body,
    description: typeof description === "string" ? description : undefined,
    resources: inOrder(resources),
    outputs,
  };
}

function readResource(logicalId: string, value: unknown): TemplateResourceRecord {
  const { Type, Properties = {}, DependsOn = [] } = (objectOf(value) ?? {}) as Readonly<Record<string, unknown>>;
  if (!/^[A-Za-z0-9]{1,255}$/.test(logicalId))
    throw invalidTemplate(`Template format error: Resource name ${logicalId} is non alphanumeric.`);
  const properties = objectOf(Properties);
  if (typeof Type !== "string" || properties === undefined)
    throw invalidTemplate(
      `Template format error: [/Resources/${logicalId}] every Resources member must contain a Type.`,
    );
  const dependsOn: readonly unknown[] = Array.isArray(DependsOn) ? DependsOn : [DependsOn];
  if (!dependsOn.every((each) => typeof each === "string"))
    throw invalidTemplate("Template format error: DependsOn must be a string or list of strings.");
  return { logicalId, type: Type, properties, dependsOn };
}

type Referring = Pick<TemplateResourceRecord, "properties" | "dependsOn">;

function checkReferences(
  all: readonly Referring[],
  block: string,
  resources: readonly TemplateResourceRecord[],
  types: ReadonlyMap<string, TemplateType>,
): void {
  const typeOf = new Map(resources.map(({ logicalId, type }) => [logicalId, type]));
  const missing = new Set(all.flatMap(dependenciesOf).filter((id) => !typeOf.has(id)));
  if (missing.size > 0)
    throw invalidTemplate(
      `Template format error: Unresolved resource dependencies [${[...missing].join(", ")}] in the ${block} block of the template`,
    );
  for (const { logicalId, attribute } of all.flatMap(({ properties }) => referencesIn(properties)))
    if (attribute !== undefined && !types.get(typeOf.get(logicalId)!)!.attributes.includes(attribute))
      throw invalidTemplate(
        `Template error: resource ${logicalId} does not support attribute type ${attribute} in Fn::GetAtt`,
      );
}

/** The logical ids that a resource needs first. */
export function dependenciesOf({ properties, dependsOn }: Referring): readonly string[] {
  return [...new Set([...dependsOn, ...referencesIn(properties).map(({ logicalId }) => logicalId)])];
}

/** Each after those that it depends on, else as they stand. */
function inOrder(resources: readonly TemplateResourceRecord[]): readonly TemplateResourceRecord[] {
  const done = new Set<string>();
  const ordered: TemplateResourceRecord[] = [];
  while (ordered.length < resources.length) {
    const next = resources.find(
      (resource) => !done.has(resource.logicalId) && dependenciesOf(resource).every((id) => done.has(id)),
    );
    if (next === undefined) {
      const rest = resources.flatMap(({ logicalId }) => (done.has(logicalId) ? [] : logicalId));
      throw invalidTemplate(`Circular dependency between resources: [${rest.join(", ")}]`);
    }
    done.add(next.logicalId);
    ordered.push(next);
  }
  return ordered;
}

function parse(body: string): Readonly<Record<string, unknown>> {
  if (Buffer.byteLength(body) > 51_200)
    throw invalidTemplate(
      "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: " +
        "Member must have length less than or equal to 51200",
    );
  const document = parseDocument(body, { customTags: shortForms, version: "1.1", uniqueKeys: true });
  const [error] = document.errors;
  if (error !== undefined)
    throw invalidTemplate(`Template format error: YAML not well-formed. (line ${error.linePos?.[0].line ?? 1})`);
  let read: unknown;
  try {
    read = document.toJS({ maxAliasCount: 0 });
  } catch {
    throw invalidTemplate("Template format error: YAML aliases are not allowed in CloudFormation templates");
  }
  const template = objectOf(read);
  if (template === undefined) throw invalidTemplate("Template format error: unsupported structure.");
  return template;
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

/** The short forms of YAML: `!Ref NAME` and the functions. A `!GetAtt A.B` is the list of its two words. */
const shortForms = (["Ref", "Sub", "GetAtt", "Base64"] as const).map((name): ScalarTag => ({
  tag: `!${name}`,
  resolve: (text) => {
    const key = name === "Ref" ? "Ref" : `Fn::${name}`;
    const dot = text.indexOf(".");
    return { [key]: name === "GetAtt" && dot > 0 ? [text.slice(0, dot), text.slice(dot + 1)] : text };
  },
})) satisfies SchemaOptions["customTags"];
