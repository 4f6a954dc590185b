import { runs, testSeed } from "../depth.ts";

/**
 * How many clusters the planner fuzz draws, of 20,000 at full depth; `AIPLAT_TEST_SEED=7` draws others. A failure
 * prints the smallest cluster that shows it, and what draws it again.
 */
export function depth(share = 1): { readonly numRuns: number; readonly seed: number } {
  return { numRuns: runs(20_000 * share), seed: testSeed ?? 1 };
}
