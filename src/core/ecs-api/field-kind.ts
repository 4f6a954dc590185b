/** What a schema of the API says, for those who look at a value part by part. */
import * as z from "zod/mini";
import type { Schema } from "./field.ts";

/** A schema with what it is made of. */
export type FieldKind =
  | { readonly kind: "text" | "integer" | "number" | "flag" | "any" }
  | { readonly kind: "object"; readonly members: Readonly<Record<string, Schema>> }
  | { readonly kind: "list" | "map"; readonly item: Schema };

export function kindOf(schema: Schema): FieldKind {
  const def = definitionOf(schema);
  switch (def.type) {
    case "object":
      return { kind: "object", members: def.shape };
    case "array":
      return { kind: "list", item: def.element };
    case "record":
      return { kind: "map", item: def.valueType };
    case "number":
      return { kind: def.format === "safeint" ? "integer" : "number" };
    case "string":
      return { kind: "text" };
    case "boolean":
      return { kind: "flag" };
    case "unknown":
      return { kind: "any" };
    default:
      throw new Error(`the API's schemas have no ${def.type}`);
  }
}

/**
 * The schema of an object's member, a list's item or a map's value; undefined for a member that the API does not have.
 */
export function memberOf(schema: Schema, key: PropertyKey): Schema | undefined {
  const found = kindOf(schema);
  if (found.kind === "object") {
    const member = Object.hasOwn(found.members, key) ? found.members[key as string]! : undefined;
    return member && presentOf(member);
  }
  return "item" in found ? found.item : undefined;
}

/** A member's schema where the member is there. */
export function presentOf(schema: Schema): Schema {
  const def = definitionOf(schema);
  return def.type === "optional" ? def.innerType : schema;
}

/** The first value in a document that is of another kind than its schema; undefined where there is none. */
export function wrongKindIn(
  schema: Schema,
  document: unknown,
): { readonly value: unknown; readonly wanted: FieldKind["kind"] } | undefined {
  const [issue] = z.safeParse(schema, document, { reportInput: true }).error?.issues ?? [];
  if (issue === undefined) return undefined;
  const part = issue.path.reduce<Schema>((at, key) => memberOf(at, key) ?? at, schema);
  return { value: issue.input, wanted: kindOf(part).kind };
}

/** Schemas as zod keeps them. https://zod.dev/library-authors */
type Definition =
  | { readonly type: "object"; readonly shape: Readonly<Record<string, Schema>> }
  | { readonly type: "array"; readonly element: Schema }
  | { readonly type: "record"; readonly valueType: Schema }
  | { readonly type: "optional"; readonly innerType: Schema }
  | { readonly type: "number"; readonly format?: string }
  | { readonly type: "string" | "boolean" | "unknown" };

function definitionOf(schema: Schema): Definition {
  return schema._zod.def as unknown as Definition;
}
