/**
 * Whether a document is as its schema has it: answered in a tenth of the time that zod takes, which copies what it reads
 * and says what is wrong. Large clusters are documents of tens of megabytes, and mostly right.
 */
import * as z from "zod/mini";
import type { Schema } from "./field.ts";

type Test = (value: unknown) => boolean;

/** A schema as zod keeps it. https://zod.dev/library-authors */
interface Definition {
  readonly type: string;
  readonly format?: string;
  readonly checks?: readonly unknown[];
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly catchall?: Schema;
  readonly element?: Schema;
  readonly keyType?: Schema;
  readonly valueType?: Schema;
  readonly innerType?: Schema;
}

const tests = new WeakMap<Schema, Test>();

/** True only where zod takes the value, which is JSON. What this does not know of the schemas, zod is asked about. */
export function fits(schema: Schema, value: unknown): boolean {
  return testOf(schema)(value);
}

function testOf(schema: Schema): Test {
  const known = tests.get(schema);
  if (known !== undefined) return known;
  const test = makeTest(schema);
  tests.set(schema, test);
  return test;
}

function makeTest(schema: Schema): Test {
  const def = schema._zod.def as unknown as Definition;
  const { type, format, checks = [], shape, catchall, element, keyType, valueType, innerType } = def;
  if (checks.length === 0) {
    if (type === "string" && format === undefined) return (value) => typeof value === "string";
    if (type === "boolean") return (value) => typeof value === "boolean";
    if (type === "unknown") return () => true;
    if (type === "number" && format === "safeint") return Number.isSafeInteger;
    if (type === "number" && format === undefined) return Number.isFinite;
    if (type === "optional") return testOf(innerType!);
    if (type === "array") return listTest(testOf(element!));
    if (type === "record" && isText(keyType!)) return mapTest(testOf(valueType!));
    if (type === "object" && catchall?._zod.def.type === "unknown") return objectTest(shape!);
  }
  return (value) => z.safeParse(schema, value).success;
}

function isText(schema: Schema): boolean {
  const { type, format, checks = [] } = schema._zod.def as unknown as Definition;
  return type === "string" && format === undefined && checks.length === 0;
}

function listTest(item: Test): Test {
  return (value) => Array.isArray(value) && value.every(item);
}

function mapTest(item: Test): Test {
  return (value) => {
    if (!isPlain(value)) return false;
    for (const key in value) if (!item(value[key])) return false;
    return true;
  };
}

function objectTest(shape: Readonly<Record<string, Schema>>): Test {
  const members = Object.entries(shape).map(
    ([name, schema]) => [name, testOf(schema), schema._zod.def.type === "optional"] as const,
  );
  return (value) => {
    if (!isPlain(value)) return false;
    for (const [name, test, mayBeAbsent] of members) {
      const member = value[name];
      if (member === undefined ? !mayBeAbsent : !test(member)) return false;
    }
    return true;
  };
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
