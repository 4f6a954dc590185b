import { distance } from "fastest-levenshtein";

/** The candidates that `name` was most likely meant to be, best first: at most `limit`, and none that is far off. */
export function nearestNames(name: string, candidates: readonly string[], limit = 3): readonly string[] {
  const farthest = Math.max(2, Math.floor(name.length / 3));
  return rankNames(name, candidates)
    .filter(({ far }) => far <= farthest)
    .slice(0, limit)
    .map(({ candidate }) => candidate);
}

/** Every candidate from the most to the least alike. */
export function rankNames(
  name: string,
  candidates: readonly string[],
): readonly { readonly candidate: string; readonly far: number }[] {
  const word = name.toLowerCase();
  return candidates
    .map((candidate) => ({ candidate, far: distance(word, candidate.toLowerCase()) }))
    .sort((a, b) => a.far - b.far);
}
