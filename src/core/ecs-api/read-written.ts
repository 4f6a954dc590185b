/** What somebody wrote, held against the API. */
import { isRaw, type Raw } from "../base/merge.ts";
import { present } from "../base/present.ts";
import { nearestSpelling } from "../base/nearest.ts";
import type { Path } from "../base/problem.ts";
import { patternFor } from "../base/unicode-classes.ts";
import { documented } from "./documented.ts";
import { fields, type Field, type Of, type Schema } from "./field.ts";
import { kindOf, presentOf, type FieldKind } from "./field-kind.ts";

/** One part of a document that is otherwise than the API has it. */
export type Deviation =
  | { readonly kind: "type"; readonly path: Path; readonly value: unknown; readonly wanted: FieldKind["kind"] }
  /** A key that the structure does not have; `meant` is the one that it looks like. */
  | { readonly kind: "key"; readonly path: Path; readonly meant?: string; readonly members: readonly string[] }
  | { readonly kind: "missing"; readonly path: Path; readonly member: string }
  /** Of a structure of which exactly one member is to be there. */
  | { readonly kind: "choice"; readonly path: Path; readonly members: readonly string[] }
  | {
      readonly kind: "word";
      readonly path: Path;
      readonly value: string;
      readonly meant?: string;
      readonly words: readonly string[];
    }
  | { readonly kind: "bounds"; readonly path: Path; readonly value: unknown; readonly field: Field };

/**
 * A document as far as it can be read: in its lists, what cannot be is undefined, so that the rest keeps its places.
 */
export interface Written<Part extends Schema> {
  readonly value: Of<Part> | undefined;
  readonly deviations: readonly Deviation[];
}

/**
 * Reads a document of unknown origin by a part of the API. What can be read though it is written otherwise (a number in
 * quotes, a word in another case) is read as it is meant. An empty text says nothing: the skeletons of the AWS CLI are
 * full of them.
 */
export function readWritten<Part extends Schema>(schema: Part, document: unknown): Written<Part> {
  const deviations: Deviation[] = [];
  const value = readValue(schema, document, [], fieldOf(schema), deviations);
  return { value: value as Of<Part> | undefined, deviations };
}

function fieldOf(schema: Schema, more: Field = {}): Field {
  return { ...fields.get(schema), ...more };
}

function readValue(schema: Schema, value: unknown, path: Path, field: Field, deviations: Deviation[]): unknown {
  if (value === undefined || value === null) return undefined;
  if (value === "") {
    if (field.words !== undefined) deviations.push({ kind: "word", path, value, words: field.words });
    return undefined;
  }
  const found = kindOf(schema);
  const read = convert(found.kind, value);
  if (read !== value) deviations.push({ kind: "type", path, value, wanted: found.kind });
  if (read === undefined) return undefined;
  if (field.words !== undefined && !field.words.includes(read as string)) {
    const meant = nearestSpelling(String(read), field.words);
    deviations.push({ kind: "word", path, value: String(read), words: field.words, ...present({ meant }) });
    return meant ?? read;
  }
  if (!isWithin(read, field)) deviations.push({ kind: "bounds", path, value: read, field });
  if (found.kind === "object") return readObject(found.members, read as Raw, path, field, deviations);
  if (!("item" in found)) return read;
  const item = fieldOf(found.item, field.items);
  return Array.isArray(read)
    ? read.map((each: unknown, index) => readItem(found.item, each, [...path, index], item, deviations))
    : Object.fromEntries(
        Object.entries(read as Raw).map(([key, each]) => [
          key,
          readValue(found.item, each, [...path, key], item, deviations),
        ]),
      );
}

/** Null is nothing as a member, and no item of a list. */
function readItem(schema: Schema, value: unknown, path: Path, field: Field, deviations: Deviation[]): unknown {
  if (value === undefined || value === null)
    deviations.push({ kind: "type", path, value, wanted: kindOf(schema).kind });
  return readValue(schema, value, path, field, deviations);
}

function readObject(
  members: Readonly<Record<string, Schema>>,
  object: Raw,
  path: Path,
  { structure = "", required = [], union = false }: Field,
  deviations: Deviation[],
): Raw {
  const more = documented[structure] ?? {};
  const names = Object.keys(members);
  const read: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(object)) {
    const at = [...path, key];
    const known = Object.hasOwn(members, key);
    const meant = known ? key : nearestSpelling(key, names);
    if (!known) deviations.push({ kind: "key", path: at, members: names, ...present({ meant }) });
    if (meant === undefined || (!known && Object.hasOwn(object, meant))) continue;
    const schema = presentOf(members[meant]!);
    const found = readValue(schema, value, at, fieldOf(schema, more.members?.[meant]), deviations);
    if (found !== undefined) read[meant] = found;
  }
  const given = (name: string) => read[name] !== undefined || !isNothing(object[name]);
  for (const member of new Set([...required, ...(more.required ?? [])]))
    if (!given(member)) deviations.push({ kind: "missing", path, member });
  if (union && names.filter(given).length !== 1) deviations.push({ kind: "choice", path, members: names });
  return read;
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

/** The value as a kind: itself, what it stands for, or undefined. */
function convert(kind: FieldKind["kind"], value: unknown): unknown {
  switch (kind) {
    case "text":
      return typeof value === "object" ? undefined : String(value);
    case "integer":
    case "number":
      return toNumber(value, kind);
    case "flag":
      return typeof value === "boolean" ? value : undefined;
    case "object":
    case "map":
      return isRaw(value) ? value : undefined;
    case "list":
      return Array.isArray(value) ? value : undefined;
    case "any":
      return value;
  }
}

function toNumber(value: unknown, kind: "integer" | "number"): number | undefined {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  const is = kind === "integer" ? Number.isSafeInteger(number) : Number.isFinite(number);
  return is ? (number as number) : undefined;
}

function isWithin(value: unknown, { min = -Infinity, max = Infinity, pattern }: Field): boolean {
  const size = sizeOf(value);
  const matches = pattern === undefined || matchesWhole(String(value), pattern);
  return size >= min && size <= max && matches;
}

function matchesWhole(text: string, pattern: string): boolean {
  return patternFor(text, `^(?:${pattern})$`).test(text);
}

/** What bounds are about: a number itself, the length of a text, the items of a list or the keys of an object. */
function sizeOf(value: unknown): number {
  if (typeof value === "number") return value;
  return typeof value === "object" ? Object.keys(value ?? {}).length : String(value).length;
}
