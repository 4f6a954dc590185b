/**
 * How many clusters the planner fuzz draws: `AIPLAT_FUZZ=20000` is its full depth, `AIPLAT_FUZZ=20000@7` draws others.
 * A failure prints the cluster, and what draws it again.
 */
export function depth(share = 1): { readonly numRuns: number; readonly seed: number } {
  const [runs = "1000", seed = "1"] = (process.env["AIPLAT_FUZZ"] ?? "").split("@").filter((part) => part !== "");
  return { numRuns: Math.ceil(Number(runs) * share), seed: Number(seed) };
}

/** In milliseconds: the full depth takes minutes. */
export const patience = 1_200_000;
