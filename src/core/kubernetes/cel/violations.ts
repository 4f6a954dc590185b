import { problem, type Problem } from "../../base/problem.ts";
import { isRaw } from "../../base/merge.ts";
import type { CelRule } from "./rule.ts";
import { celRules } from "./rules.ts";

/** A rule that a resource breaks. */
export interface CelViolation {
  readonly rule: CelRule;
  /** Where, with the indices of lists. */
  readonly path: string;
}

/** The rules that a resource breaks; those on changes only where the cluster's own is given. */
export function celViolations(
  resource: Readonly<Record<string, unknown>>,
  live?: Readonly<Record<string, unknown>>,
  rules: readonly CelRule[] = celRules,
): readonly CelViolation[] {
  return rules
    .filter(({ kind }) => kind === resource["kind"])
    .flatMap((rule) =>
      valuesAt(resource, live, segmentsOf(rule.path))
        .filter(({ self, before }) =>
          rule.transition === true ? before !== undefined && !rule.holds(self, before) : !rule.holds(self, before),
        )
        .map(({ path }) => ({ rule, path })),
    );
}

/** The same as problems of the raw fields: what aiplat itself generates breaks none. */
export function celProblems(resource: Readonly<Record<string, unknown>>): readonly Problem[] {
  return celViolations(resource).map(({ rule, path }) =>
    problem("cel", ["eks", "resource"], `${String(resource["kind"])}${path === "" ? "" : ` ${path}`}: ${rule.message}`),
  );
}

interface Place {
  readonly self: unknown;
  readonly before: unknown;
  readonly path: string;
}

function segmentsOf(path: string): readonly string[] {
  return path === "" ? [] : path.split(/\.|(?=\[\])/).filter((segment) => segment !== "");
}

/** Every value at a path, beside what the other resource has there. A rule is not asked about what is absent. */
function valuesAt(self: unknown, before: unknown, [segment, ...rest]: readonly string[], path = ""): readonly Place[] {
  if (self === undefined || self === null) return [];
  if (segment === undefined) return [{ self, before, path }];
  if (segment === "[]") {
    return Array.isArray(self)
      ? self.flatMap((item, index) => valuesAt(item, correlated(item, before), rest, `${path}[${index}]`))
      : [];
  }
  if (!isRaw(self)) return [];
  return valuesAt(
    self[segment],
    isRaw(before) ? before[segment] : undefined,
    rest,
    path === "" ? segment : `${path}.${segment}`,
  );
}

/** The item of the other list with the same key, as lists of type map correlate. */
function correlated(item: unknown, before: unknown): unknown {
  if (!isRaw(item) || !Array.isArray(before)) return undefined;
  const key = ["name", "manager"].find((each) => Object.hasOwn(item, each));
  return key === undefined ? undefined : before.find((each) => isRaw(each) && each[key] === item[key]);
}
