/** `1 task`, `3 tasks`: a count with its noun, where the plural ends in s. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** The word that so many take: `agreeing(2, "has", "have")` is `have`. */
export function agreeing(count: number, one: string, more: string): string {
  return count === 1 ? one : more;
}

/** 7372 as `7,372`. */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}
