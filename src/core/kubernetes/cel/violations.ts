import { isRaw } from "../../base/merge.ts";
import { problem, type Path, type Problem } from "../../base/problem.ts";
import { holds } from "./evaluate.ts";
import { publishedRules } from "./published-rules.ts";

/**
 * What a custom resource publishes in CEL (x-kubernetes-validations): the API server refuses what breaks it.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-rules
 */
export interface PublishedRules {
  readonly kind: string;
  readonly apiVersion: string;
  readonly rules: readonly CelRule[];
  /** What the API server fills in before it asks a rule, the outer fields first. */
  readonly defaults: readonly CelDefault[];
}

export interface CelRule {
  /** Where it holds: keys with dots between them, `[]` for every item of a list, `{}` for every value of a map; empty for the resource itself. */
  readonly path: string;
  readonly rule: string;
  readonly message: string;
}

export interface CelDefault {
  readonly path: string;
  readonly value: unknown;
}

/** A rule that a resource breaks. */
export interface CelViolation {
  readonly rule: CelRule;
  /** Where, with the indices of lists. */
  readonly path: string;
}

type Resource = Readonly<Record<string, unknown>>;

/** The published rules that a resource breaks. */
export function celViolations(resource: Resource): readonly CelViolation[] {
  const published = publishedRules[`${String(resource["apiVersion"])} ${String(resource["kind"])}`]?.();
  if (published === undefined) return [];
  const filled = published.defaults.reduce(withDefault, resource);
  return published.rules.flatMap((rule) =>
    valuesAt(filled, segmentsOf(rule.path))
      .filter(({ self }) => !holds(rule.rule, self))
      .map(({ path }) => ({ rule, path })),
  );
}

/** The same as problems of the raw fields: what aiplat itself generates breaks none. */
export function celProblems(resource: Resource, where: Path): readonly Problem[] {
  return celViolations(resource).map((violation) => problem("cel", where, violationText(resource, violation)));
}

/** `RayCluster spec.managedBy: the managedBy field is immutable` */
export function violationText(resource: Resource, { rule, path }: CelViolation): string {
  return `${String(resource["kind"])}${path === "" ? "" : ` ${path}`}: ${rule.message}`;
}

interface Place {
  readonly self: unknown;
  readonly path: string;
}

function segmentsOf(path: string): readonly string[] {
  return path === "" ? [] : path.split(/\.|(?=\[\]|\{\})/).filter((segment) => segment !== "");
}

/** Every value at a path. A rule is not asked about what is absent. */
function valuesAt(self: unknown, [segment, ...rest]: readonly string[], path = ""): readonly Place[] {
  if (self === undefined || self === null) return [];
  if (segment === undefined) return [{ self, path }];
  if (segment === "[]")
    return Array.isArray(self) ? self.flatMap((item, index) => valuesAt(item, rest, `${path}[${index}]`)) : [];
  if (segment === "{}")
    return isRaw(self) ? Object.entries(self).flatMap(([key, value]) => valuesAt(value, rest, `${path}.${key}`)) : [];
  return isRaw(self) ? valuesAt(self[segment], rest, path === "" ? segment : `${path}.${segment}`) : [];
}

function withDefault(resource: Resource, { path, value }: CelDefault): Resource {
  return filledAt(resource, segmentsOf(path), value) as Resource;
}

/** The value with the default where its holder stands and lacks it. */
function filledAt(self: unknown, [segment, ...rest]: readonly string[], value: unknown): unknown {
  if (segment === "[]") return Array.isArray(self) ? self.map((item) => filledAt(item, rest, value)) : self;
  if (segment === "{}" && isRaw(self))
    return Object.fromEntries(Object.entries(self).map(([key, item]) => [key, filledAt(item, rest, value)]));
  if (segment === undefined || !isRaw(self)) return self;
  const held = self[segment];
  if (rest.length === 0) return held === undefined ? { ...self, [segment]: value } : self;
  return held === undefined ? self : { ...self, [segment]: filledAt(held, rest, value) };
}
