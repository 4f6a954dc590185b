/**
 * What the schemas of ECS's API are made of. Reading takes any field and any word, since AWS has more of both tomorrow:
 * what the API says beyond the kinds of values is kept beside them, for those who judge what somebody wrote.
 */
import * as z from "zod/mini";
import type { Data } from "../base/data.ts";

/** A part of the API. */
export type Schema = z.ZodMiniType;

/** The values of a part of the API, as readonly data. */
export type Of<Part extends Schema> = Data<z.infer<Part>>;

/** What the API says of a value beyond its kind. */
export interface Field {
  /** The structure's name in the API's reference. */
  readonly structure?: string;
  /** The members that a structure must have. */
  readonly required?: readonly string[];
  /** Whether exactly one of the members is there. */
  readonly union?: boolean;
  /** The words that the API knows. */
  readonly words?: readonly string[];
  /** Of a number, or of the length of a text or a list. */
  readonly min?: number;
  readonly max?: number;
  /** A regular expression for the whole text. */
  readonly pattern?: string;
  /** Of each item of a list, or value of a map. */
  readonly items?: Field;
}

/** What the API says of each schema. */
export const fields = z.registry<Field>();

export const text = z.string();
export const flag = z.boolean();
export const integer = z.int();
export const double = z.number();
/** Seconds since the epoch on the wire, milliseconds in aiplat's own data. */
export const instant = z.number();
/** Any JSON. */
export const document = z.unknown();

/** A word of the API's, or one that is newer. */
export function words(...known: readonly string[]): z.ZodMiniString<string> {
  return z.string().register(fields, { words: known });
}

/** A value in bounds that reading does not ask for. */
export function bounded<Part extends Schema>(schema: Part, bounds: Pick<Field, "min" | "max" | "pattern">): Part {
  const copy = z.clone(schema);
  fields.add(copy, bounds);
  return copy;
}

export function list<Item extends Schema>(item: Item): z.ZodMiniArray<Item> {
  return z.array(item);
}

/** Names of the caller's choice with values of one kind. */
export function map<Value extends Schema>(value: Value): z.ZodMiniRecord<z.ZodMiniString<string>, Value> {
  return z.record(z.string(), value);
}

type Shapes = Readonly<Record<string, Schema>>;

type Members<Shape> = {
  [Key in keyof Shape]: Shape[Key] extends Schema ? z.ZodMiniExactOptional<Shape[Key]> : never;
};

/** An object of the API: every member may be absent, and members that aiplat does not know stay in it. */
type Structure<Shape> = z.ZodMiniObject<Members<Shape>, z.core.$loose>;

export function structure<Shape extends Shapes>(name: string, members: Shape): Structure<Shape>;
export function structure<Shape extends Shapes>(
  name: string,
  required: readonly (keyof Shape & string)[],
  members: Shape,
): Structure<Shape>;
export function structure(name: string, ...rest: readonly [Shapes] | readonly [readonly string[], Shapes]): unknown {
  const [required, members] = rest.length === 1 ? [[], rest[0]] : rest;
  return structureWith(members, { structure: name, required });
}

/** A structure of which one member is there. */
export function union<Shape extends Shapes>(name: string, members: Shape): Structure<Shape> {
  return structureWith(members, { structure: name, union: true });
}

function structureWith<Shape extends Shapes>(members: Shape, field: Field): Structure<Shape> {
  const optional = Object.entries(members).map(([key, schema]) => [key, z.exactOptional(schema)] as const);
  const schema: Structure<Shape> = z.looseObject(Object.fromEntries(optional) as Members<Shape>);
  fields.add(schema, field);
  return schema;
}
