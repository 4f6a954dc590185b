import type { Workload } from "../workload/schema.ts";

/** The keys of a workload that the linter has nothing to say about: aiplat itself makes of them what is right. */
const withoutLint: ReadonlySet<string> = new Set([
  "apiVersion",
  "name",
  "container",
  "kind",
  "image",
  "command",
  "accelerator",
  "replicas",
]);

/** Whether the linter may find anything in what aiplat generates of the workload: else nobody has to load it. */
export function needsLint(workload: Workload): boolean {
  const { accelerator, image } = workload;
  const written = Object.entries(workload).filter(([, value]) => value !== undefined);
  return (
    written.some(([key]) => !withoutLint.has(key)) ||
    (typeof accelerator === "object" && accelerator.mps !== undefined) ||
    // AWS's own images say for which devices they are.
    /amazonaws|ecr\.aws/.test(image ?? "")
  );
}
