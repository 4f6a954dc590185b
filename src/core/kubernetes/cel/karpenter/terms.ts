/** The terms by which a node class selects what there is, and its tags. */
import { every, has, raw, type RuleOf } from "../rule.ts";

export const quoted = (each: readonly string[], separator: string) => each.map((value) => `'${value}'`).join(separator);

/** Terms of a list that name something. */
export function termRules(path: string, fields: readonly string[]): RuleOf {
  return {
    path,
    rule: `self.all(x, ${fields.map((field) => `has(x.${field})`).join(" || ")})`,
    message: `expected at least one, got none, [${quoted(fields, ", ")}]`,
    holds: (self) => every(self, (each) => fields.some((field) => has(each, field))),
  };
}

/** A field that stands alone; the published rule is `!all`: one term that keeps to it is enough. */
export function alone(path: string, field: string, others: readonly string[], message: string): RuleOf {
  const test = others.map((other) => `has(x.${other})`).join(" || ");
  return {
    path,
    rule: `!self.all(x, has(x.${field}) && ${others.length === 1 ? test : `(${test})`})`,
    message,
    holds: (self) => !every(self, (each) => has(each, field) && others.some((other) => has(each, other))),
  };
}

export function noEmptyTags(path: string): RuleOf {
  return {
    path,
    rule: "self.all(k, k != '' && self[k] != '')",
    message: "empty tag keys or values aren't supported",
    holds: (self) => Object.entries(raw(self)).every(([key, value]) => key !== "" && value !== ""),
  };
}

export function nonEmptyList(path: string, message: string): RuleOf {
  return { path, rule: "self.size() != 0", message, holds: (self) => !Array.isArray(self) || self.length > 0 };
}

export function noTag(rule: string, message: string, refused: (key: string) => boolean): RuleOf {
  return { path: "spec.tags", rule, message, holds: (self) => !Object.keys(raw(self)).some(refused) };
}
