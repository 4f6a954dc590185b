import type * as z from "zod/mini";
import { briefValue } from "./brief-value.ts";
import { listOr, valueAt, type Path } from "./problem.ts";

/** What a document that programs write (a plan, a snapshot) has that it may not have. */
export interface Mismatch {
  readonly path: Path;
  /** Without the place: `"x" is no number`, `is missing`. */
  readonly message: string;
}

/** The issues of a schema in words: the schema library has none of its own for types and values. */
export function mismatchesOf(issues: readonly z.core.$ZodIssue[], document: unknown): readonly Mismatch[] {
  return issues.map((issue) => {
    const path = issue.path as Path;
    const value = valueAt(document, path);
    return { path, message: value === undefined ? "is missing" : `${briefValue(value)} ${wrong(issue)}` };
  });
}

function wrong(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type") return `is no ${kinds[issue.expected] ?? issue.expected}`;
  if (issue.code === "invalid_value") return `is not ${listOr(issue.values.map(String))}`;
  if (issue.code === "too_small")
    return issue.origin === "number" || issue.origin === "int" ? `is less than ${issue.minimum}` : "is empty";
  if (issue.code === "too_big") return `is more than ${issue.maximum}`;
  return issue.message === "Invalid input" ? "is of another kind" : issue.message;
}

const kinds: Readonly<Record<string, string>> = {
  array: "list",
  object: "object",
  record: "object",
  string: "text",
  boolean: "true or false",
  int: "whole number",
};
