import type { Legal } from "./take-legal.ts";

/** What zod keeps of a schema, as far as it is read here. */
interface Definition {
  readonly type: string;
  readonly format?: string;
  readonly check?: string;
  readonly value?: number;
  readonly inclusive?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: RegExp;
  readonly checks?: readonly Schema[];
  readonly innerType?: Schema;
  readonly element?: Schema;
  readonly keyType?: Schema;
  readonly valueType?: Schema;
  readonly catchall?: Schema;
  readonly options?: readonly Schema[];
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly entries?: Readonly<Record<string, unknown>>;
  readonly values?: readonly unknown[];
}

interface Schema {
  readonly _zod: { readonly def: Definition };
}

/** A schema of zod's as the plain data that `takeLegal` reads; "unsure" for what has no form there. */
export function legalOf(schema: Schema): Legal {
  const { def } = schema._zod;
  const checks = (def.checks ?? []).map((check) => check._zod.def);
  switch (def.type) {
    case "unknown":
      return checks.length === 0 ? { kind: "any" } : { kind: "unsure" };
    case "boolean":
      return checks.length === 0 ? { kind: "boolean" } : { kind: "unsure" };
    case "string":
      return def.check === undefined ? textOf(checks) : { kind: "unsure" };
    case "number":
      return numberOf(def, checks);
    case "enum":
      return { kind: "one-of", values: Object.values(def.entries!) };
    case "literal":
      return { kind: "one-of", values: def.values! };
    case "array":
      return listOf(legalOf(def.element!), checks);
    case "record":
      return checks.length === 0
        ? { kind: "record", key: legalOf(def.keyType!), value: legalOf(def.valueType!) }
        : { kind: "unsure" };
    case "object":
      return checks.length === 0 && def.catchall?._zod.def.type === "never" ? mapOf(def.shape!) : { kind: "unsure" };
    case "union":
      return checks.length === 0 ? { kind: "either", options: def.options!.map(legalOf) } : { kind: "unsure" };
    default:
      return { kind: "unsure" };
  }
}

function mapOf(shape: Readonly<Record<string, Schema>>): Legal {
  const entries = Object.entries(shape).map(([name, schema]) => {
    const { type, innerType } = schema._zod.def;
    return { name, isOptional: type === "optional", legal: legalOf(type === "optional" ? innerType! : schema) };
  });
  return {
    kind: "map",
    required: entries.flatMap(({ name, isOptional }) => (isOptional ? [] : [name])),
    keys: Object.fromEntries(entries.map(({ name, legal }) => [name, legal])),
  };
}

function textOf(checks: readonly Definition[]): Legal {
  const patterns: RegExp[] = [];
  const lengths: { least?: number; most?: number } = {};
  for (const { check, format, pattern, minimum, maximum } of checks) {
    // A regular expression that remembers where it stopped answers differently the second time.
    if (check === "string_format" && format === "regex" && !/[gy]/.test(pattern!.flags)) patterns.push(pattern!);
    else if (check === "min_length") lengths.least = Math.max(minimum!, lengths.least ?? 0);
    else if (check === "max_length") lengths.most = Math.min(maximum!, lengths.most ?? Infinity);
    else return { kind: "unsure" };
  }
  return { kind: "text", ...lengths, ...(patterns.length > 0 && { patterns }) };
}

function numberOf(def: Definition, checks: readonly Definition[]): Legal {
  if (def.check !== undefined && (def.check !== "number_format" || def.format !== "safeint")) return { kind: "unsure" };
  const bounds: { whole?: true; above?: number; least?: number; most?: number } = {};
  if (def.format === "safeint") bounds.whole = true;
  for (const { check, value, inclusive } of checks) {
    if (check === "greater_than" && inclusive === true) bounds.least = Math.max(value!, bounds.least ?? -Infinity);
    else if (check === "greater_than") bounds.above = Math.max(value!, bounds.above ?? -Infinity);
    else if (check === "less_than" && inclusive === true) bounds.most = Math.min(value!, bounds.most ?? Infinity);
    else return { kind: "unsure" };
  }
  return { kind: "number", ...bounds };
}

function listOf(of: Legal, checks: readonly Definition[]): Legal {
  const lengths: { least?: number; most?: number } = {};
  for (const { check, minimum, maximum } of checks) {
    if (check === "min_length") lengths.least = minimum!;
    else if (check === "max_length") lengths.most = maximum!;
    else return { kind: "unsure" };
  }
  return { kind: "list", of, ...lengths };
}

/** The module of src/core/workload/ that has the data, what stands in several places once. */
export function legalModule(legal: Legal): string {
  const uses = new Map<string, number>();
  const count = (value: unknown): void => {
    if (!isLegal(value))
      return Object.values(value ?? {}).forEach((inner) => typeof inner === "object" && count(inner));
    const code = codeOf(value);
    uses.set(code, (uses.get(code) ?? 0) + 1);
    if (uses.get(code) === 1) Object.values(value).forEach((inner) => typeof inner === "object" && count(inner));
  };
  count(legal);
  const shared = new Map<string, string>();
  const constants: string[] = [];
  const named = (code: string, value: Legal): string | undefined => {
    if ((uses.get(code) ?? 0) < 2) return undefined;
    if (!shared.has(code)) {
      const body = codeOf(value, named, true);
      shared.set(code, `legal${shared.size + 1}`);
      constants.push(`const ${shared.get(code)!}: Legal = ${body};\n`);
    }
    return shared.get(code);
  };
  const whole = codeOf(legal, named);
  return (
    "// Generated by scripts/build-schema.mjs from schema.ts; do not edit.\n" +
    'import type { Legal } from "./take-legal.ts";\n\n' +
    `${constants.join("")}\nexport const legalWorkload: Legal = ${whole};\n`
  );
}

type Named = (code: string, value: Legal) => string | undefined;

/** @param named The name of the constant that stands for a value, where there is one. */
function codeOf(value: unknown, named?: Named, isConstant = false): string {
  if (value instanceof RegExp) return String(value);
  if (Array.isArray(value)) return `[${value.map((inner) => codeOf(inner, named)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const name = isConstant || !isLegal(value) ? undefined : named?.(codeOf(value), value);
  if (name !== undefined) return name;
  const keys = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}:${codeOf(inner, named)}`);
  return `{${keys.join(",")}}`;
}

function isLegal(value: unknown): value is Legal {
  return typeof value === "object" && value !== null && typeof (value as Partial<Legal>).kind === "string";
}
