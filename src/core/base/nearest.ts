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

/**
 * The one of the names that `name` is a misspelling of: the same in another case, in snake_case or with a dash, or a
 * letter or two away. Names that are short are not near to anything but themselves.
 */
export function nearestSpelling(name: string, names: readonly string[]): string | undefined {
  const bare = bareOf(name);
  const same = names.filter((each) => bareOf(each) === bare);
  if (same.length > 0) return same.length === 1 ? same[0] : undefined;
  const ranked = names
    .map((each) => ({ each, far: misspellings(bare, bareOf(each)) }))
    .sort((one, other) => one.far - other.far);
  const [best, next] = ranked;
  return best !== undefined &&
    best.far <= Math.max(1, Math.floor(bare.length / 5)) &&
    bare.length > 3 &&
    best.far < (next?.far ?? Infinity)
    ? best.each
    : undefined;
}

function bareOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** Letters too many, too few or wrong; two that changed places are one. */
function misspellings(one: string, other: string): number {
  const swapped = one.length === other.length && [...one].some((_, at) => swapAt(one, at) === other);
  return swapped ? 1 : distance(one, other);
}

function swapAt(text: string, at: number): string {
  return text.slice(0, at) + (text[at + 1] ?? "") + text[at]! + text.slice(at + 2);
}
