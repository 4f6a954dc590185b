/** The intrinsic functions: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html */
import { invalidTemplate } from "./errors.ts";

/** What a value says of another resource. */
export interface Reference {
  readonly logicalId: string;
  /** Undefined for `Ref`. */
  readonly attribute: string | undefined;
}

/** What stands for a reference. */
export interface Lookup {
  readonly pseudo: (name: string) => string | undefined;
  readonly resource: (reference: Reference) => string | undefined;
}

/** The resources that a value refers to. */
export function referencesIn(value: unknown): readonly Reference[] {
  const found: Reference[] = [];
  resolve(value, {
    pseudo: () => "",
    resource: (reference) => {
      found.push(reference);
      return "";
    },
  });
  return found;
}

/** The value with its functions filled in; a member that is AWS::NoValue is left out. */
export function resolve(value: unknown, lookup: Lookup): unknown {
  if (Array.isArray(value)) return value.map((each) => resolve(each, lookup)).filter((each) => each !== undefined);
  if (typeof value !== "object" || value === null) return value;
  if (isCall(value)) {
    const [[name, argument] = ["", undefined]] = Object.entries(value);
    return call(name, argument, lookup);
  }
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, each]) => [key, resolve(each, lookup)])
      .filter(([, each]) => each !== undefined),
  );
}

/** Whether the value is one intrinsic function, of which only such are played that give a text. */
export function isCall(value: object | null): boolean {
  const [name = "", ...others] = Object.keys(value ?? {});
  return others.length === 0 && (name === "Ref" || name.startsWith("Fn::"));
}

function call(name: string, argument: unknown, lookup: Lookup): string | undefined {
  switch (name) {
    case "Ref":
      if (typeof argument !== "string") break;
      return argument === "AWS::NoValue" ? undefined : find(argument, lookup);
    case "Fn::GetAtt": {
      const words = typeof argument === "string" ? argument.split(/\.(.*)/s) : argument;
      const [logicalId, attribute] = Array.isArray(words) ? (words as readonly unknown[]) : [];
      if (typeof logicalId !== "string" || typeof attribute !== "string") break;
      return lookup.resource({ logicalId, attribute });
    }
    case "Fn::Sub":
      if (typeof argument !== "string") break;
      return argument.replace(/\$\{(!?)([^}]*)\}/g, (_, literal: string, inner: string) =>
        literal === "!" ? `\${${inner}}` : (find(inner.trim(), lookup) ?? ""),
      );
    case "Fn::Base64": {
      const text = resolve(argument, lookup);
      if (typeof text !== "string") break;
      return Buffer.from(text).toString("base64");
    }
    default:
      throw invalidTemplate(`Template format error: the sandbox plays no ${name.slice(0, 100)}`);
  }
  throw invalidTemplate(`Template error: every ${name} object must have the value that its page says`);
}

/** A name of `Ref`, or one of `Fn::Sub`, which says attributes with a dot. */
function find(name: string, lookup: Lookup): string | undefined {
  if (name.startsWith("AWS::")) {
    const value = lookup.pseudo(name);
    if (value === undefined)
      throw invalidTemplate(
        `Template format error: Unresolved resource dependencies [${name}] in the Resources block of the template`,
      );
    return value;
  }
  const dot = name.indexOf(".");
  return lookup.resource(
    dot < 0
      ? { logicalId: name, attribute: undefined }
      : { logicalId: name.slice(0, dot), attribute: name.slice(dot + 1) },
  );
}
