import { legalWorkload } from "./legal-workload.ts";
import type { Raw } from "../base/merge.ts";
import type { Workload } from "./schema.ts";

/**
 * What a value may be, as plain data: what `schema.ts` says, without the library that says what is wrong. A command
 * whose file is legal does not load it: a fifth of its start-up.
 */
export type Legal =
  | { readonly kind: "any" | "boolean" }
  /** The schema asks for something that has no form here: the library decides. */
  | { readonly kind: "unsure" }
  | { readonly kind: "text"; readonly least?: number; readonly most?: number; readonly patterns?: readonly RegExp[] }
  | {
      readonly kind: "number";
      readonly whole?: true;
      readonly above?: number;
      readonly least?: number;
      readonly most?: number;
    }
  | { readonly kind: "one-of"; readonly values: readonly unknown[] }
  | { readonly kind: "list"; readonly of: Legal; readonly least?: number; readonly most?: number }
  | { readonly kind: "record"; readonly key: Legal; readonly value: Legal }
  | { readonly kind: "map"; readonly required: readonly string[]; readonly keys: Readonly<Record<string, Legal>> }
  | { readonly kind: "either"; readonly options: readonly Legal[] };

const refused: unique symbol = Symbol("refused");

/**
 * The document as a workload, with its keys in the schema's order, where every value is legal by itself.
 *
 * @returns undefined where something may be wrong: what it is, `checkDocument` says.
 */
export function takeLegal(document: Raw, legal: Legal = legalWorkload): Workload | undefined {
  try {
    const taken = take(document, legal);
    return taken === refused ? undefined : (taken as Workload);
  } catch (error) {
    if (error === unsure) return undefined;
    throw error;
  }
}

const unsure: unique symbol = Symbol("unsure");

function take(value: unknown, legal: Legal): unknown {
  switch (legal.kind) {
    case "any":
      return value;
    case "boolean":
      return typeof value === "boolean" ? value : refused;
    case "unsure":
      throw unsure;
    case "text":
      return typeof value === "string" &&
        isWithin(value.length, legal) &&
        (legal.patterns ?? []).every((pattern) => pattern.test(value))
        ? value
        : refused;
    case "number":
      return isLegalNumber(value, legal) ? value : refused;
    case "one-of":
      return legal.values.includes(value) ? value : refused;
    case "list":
      return Array.isArray(value) && isWithin(value.length, legal) ? takeAll(value, legal.of) : refused;
    case "record":
      return takeRecord(value, legal);
    case "map":
      return takeMap(value, legal);
    case "either":
      return takeFirst(value, legal.options);
  }
}

function isWithin(length: number, { least = 0, most = Infinity }: { readonly least?: number; readonly most?: number }) {
  return length >= least && length <= most;
}

function isLegalNumber(value: unknown, legal: Extract<Legal, { readonly kind: "number" }>): value is number {
  const { whole = false, above = -Infinity, least = -Infinity, most = Infinity } = legal;
  if (typeof value !== "number" || !(whole ? Number.isSafeInteger(value) : Number.isFinite(value))) return false;
  return value > above && value >= least && value <= most;
}

function takeAll(values: readonly unknown[], of: Legal): unknown {
  const taken = values.map((each) => take(each, of));
  return taken.includes(refused) ? refused : taken;
}

function takeFirst(value: unknown, options: readonly Legal[]): unknown {
  for (const option of options) {
    const taken = take(value, option);
    if (taken !== refused) return taken;
  }
  return refused;
}

function takeRecord(value: unknown, { key, value: of }: Extract<Legal, { readonly kind: "record" }>): unknown {
  if (!isPlain(value)) return refused;
  const taken: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const inner = take(name, key) === refused ? refused : take(value[name], of);
    if (inner === refused) return refused;
    taken[name] = inner;
  }
  return taken;
}

function takeMap(value: unknown, { required, keys }: Extract<Legal, { readonly kind: "map" }>): unknown {
  if (!isPlain(value)) return refused;
  if (!required.every((name) => Object.hasOwn(value, name))) return refused;
  if (!Object.keys(value).every((name) => Object.hasOwn(keys, name))) return refused;
  const taken: Record<string, unknown> = {};
  for (const name of Object.keys(keys)) {
    if (!Object.hasOwn(value, name)) continue;
    const inner = take(value[name], keys[name]!);
    if (inner === refused) return refused;
    taken[name] = inner;
  }
  return taken;
}

/** What a parser makes of a map; anything else is for the library to judge. */
function isPlain(value: unknown): value is Raw {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  if (Object.hasOwn(value, "__proto__")) throw unsure;
  return true;
}
