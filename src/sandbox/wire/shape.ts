import { AwsError } from "./aws-error.ts";

/**
 * The shape of an input, as far as the sandbox reads it. A member that AWS's JSON protocol does not know is ignored, a
 * value of the wrong kind is a SerializationException. https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 */
export interface Shape<T> {
  /** Throws where the value is not of this shape. */
  readonly check: (value: unknown) => void;
  /** Only for the compiler. */
  readonly type?: T;
}

/** The type of a shape's values. */
export type Of<S> = S extends Shape<infer T> ? T : never;

export const text: Shape<string> = { check: (value) => expectType(value, "string", "a String") };
export const flag: Shape<boolean> = { check: (value) => expectType(value, "boolean", "a Boolean") };
/** A JSON object of any members. */
export const document: Shape<Readonly<Record<string, unknown>>> = { check: (value) => void asObject(value) };

export const double: Shape<number> = { check: (value) => expectType(value, "number", "a Double") };

export const integer: Shape<number> = {
  check: (value) => {
    expectType(value, "number", "an Integer");
    if (!Number.isSafeInteger(value)) throw cannotConvert("NUMBER_VALUE", "an Integer");
  },
};

/** A list of values of one shape. */
export function list<T>(item: Shape<T>): Shape<readonly T[]> {
  return {
    check: (value) => {
      if (!Array.isArray(value)) throw new AwsError("SerializationException", "Expected list or null");
      for (const each of value) item.check(each);
    },
  };
}

/** Names of the caller's choice with values of one shape. */
export function map<T>(item: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return {
    check: (value) => {
      for (const each of Object.values(asObject(value))) item.check(each);
    },
  };
}

/** An object whose known members have these shapes; every one may be absent. */
export function struct<Members extends Readonly<Record<string, Shape<unknown>>>>(
  members: Members,
): Shape<{ readonly [Name in keyof Members]?: Of<Members[Name]> }> {
  return {
    check: (value) => {
      const object = asObject(value);
      for (const [name, shape] of Object.entries(members)) {
        if (Object.hasOwn(object, name) && object[name] !== undefined) shape.check(object[name]);
      }
    },
  };
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new AwsError("SerializationException", "Start of structure or map found where not expected.");
  return value as Readonly<Record<string, unknown>>;
}

function expectType(value: unknown, type: string, wanted: string): void {
  if (typeof value === type) return;
  throw cannotConvert(
    value === undefined || value === null
      ? "NULL_VALUE"
      : `${(Array.isArray(value) ? "list" : typeof value).toUpperCase()}_VALUE`,
    wanted,
  );
}

function cannotConvert(found: string, wanted: string): AwsError {
  return new AwsError("SerializationException", `${found} cannot be converted to ${wanted}`);
}
