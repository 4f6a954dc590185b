import { distance } from "fastest-levenshtein";

/** The candidates that `name` was most likely meant to be, best first: at most `limit`, and none that is far off. */
export function nearestNames(name: string, candidates: readonly string[], limit = 3): readonly string[] {
  const word = name.toLowerCase();
  const farthest = Math.max(2, Math.floor(word.length / 3));
  return candidates
    .map((candidate) => ({ candidate, far: distance(word, candidate.toLowerCase()) }))
    .filter(({ far }) => far <= farthest)
    .sort((a, b) => a.far - b.far)
    .slice(0, limit)
    .map(({ candidate }) => candidate);
}
