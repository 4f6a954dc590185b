import * as z from "zod/mini";
import { samePath, type Path } from "../base/problem.ts";
import { describeIssues, type Described } from "./issues.ts";
import type { Raw } from "../base/merge.ts";
import { workloadSchema, type Workload } from "./schema.ts";

export interface Checked extends Described {
  /**
   * The document as a workload. Where problems were found, whatever stands at a broken path is not what its type says.
   */
  readonly workload: Workload;
}

/** Checks every value of a workload document by itself; what several keys say together is for the rules. */
export function checkDocument(document: Raw, writtenAt: (path: Path) => string | undefined): Checked {
  const result = z.safeParse(workloadSchema, document);
  if (result.success) return { problems: [], broken: [], workload: result.data };
  return {
    ...describeIssues(result.error.issues, workloadSchema, document, writtenAt),
    workload: document as unknown as Workload,
  };
}

/** A text of a document, and what it reads as where no text is wanted. */
export interface WordReading {
  readonly path: Path;
  readonly value: unknown;
}

/** Checks a document in which some texts may stand for what they read as: they do where the text is not what is taken. */
export function checkReadings(
  document: Raw,
  readings: readonly WordReading[],
  writtenAt: (path: Path) => string | undefined,
): Checked {
  const checked = checkDocument(document, writtenAt);
  const meant = readings.filter(({ path }) => checked.broken.some((one) => samePath(one, path)));
  return meant.length === 0 ? checked : checkDocument(meant.reduce(replaceAt, document), writtenAt);
}

function replaceAt(document: Raw, { path, value }: WordReading): Raw {
  const replace = (at: unknown, [first, ...rest]: Path): unknown => {
    if (first === undefined) return value;
    if (Array.isArray(at)) return at.with(Number(first), replace(at[Number(first)], rest));
    const inner = at as Raw;
    return { ...inner, [first]: replace(inner[String(first)], rest) };
  };
  return replace(document, path) as Raw;
}
