import * as z from "zod/mini";
import type { Path } from "../base/problem.ts";
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
