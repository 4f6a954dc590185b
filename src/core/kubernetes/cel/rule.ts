/**
 * The validation rules that custom resources publish in CEL (x-kubernetes-validations), as far as the kinds of aiplat
 * have them: the API server would refuse the same. https://kubernetes.io/docs/reference/using-api/cel/
 */
import { isRaw, type Raw } from "../../base/merge.ts";

export interface CelRule {
  readonly kind: string;
  /** Where it holds: keys with dots between them, `[]` for every item of a list; empty for the resource itself. */
  readonly path: string;
  /** As it is published. */
  readonly rule: string;
  readonly message: string;
  /** Whether the value passes; `before` is the one that the cluster has. */
  readonly holds: (self: unknown, before: unknown) => boolean;
  /** Compares with what the cluster has, and holds where that has none. */
  readonly transition?: true;
}

/** A rule wherever its part of a resource stands. */
export type RuleOf = Omit<CelRule, "kind">;

/** The rules of one kind. */
export function rulesFor(kind: string, rules: readonly RuleOf[]): readonly CelRule[] {
  return rules.map((rule) => ({ kind, ...rule }));
}

export const raw = (value: unknown): Raw => (isRaw(value) ? value : {});
export const items = (value: unknown): readonly Raw[] => (Array.isArray(value) ? value.map(raw) : []);
export const has = (value: unknown, key: string): boolean => raw(value)[key] !== undefined;

export function immutable(path: string, message: string): RuleOf {
  return { path, rule: "self == oldSelf", message, holds: equal, transition: true };
}

export function oneOf(path: string, values: readonly string[], message: string): RuleOf {
  return {
    path,
    rule: `self in [${values.map((value) => `'${value}'`).join(", ")}]`,
    message,
    holds: (self) => values.includes(String(self)),
  };
}

/** The rules of a part of a resource, for where it stands in a resource. */
export function below(prefix: string, rules: readonly RuleOf[]): readonly RuleOf[] {
  return rules.map((rule) => ({ ...rule, path: [prefix, rule.path].filter((part) => part !== "").join(".") }));
}

/** Equal whatever the order of keys. */
function equal(one: unknown, other: unknown): boolean {
  if (Array.isArray(one))
    return Array.isArray(other) && one.length === other.length && one.every((item, index) => equal(item, other[index]));
  if (!isRaw(one) || !isRaw(other)) return one === other;
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => equal(one[key], other[key]));
}

/** Whether every map of a list passes. */
export function every(self: unknown, test: (item: Raw) => boolean): boolean {
  return items(self).every(test);
}

export function notEmpty(path: string, message: string): RuleOf {
  return { path, rule: "self != ''", message, holds: (self) => self !== "" };
}
