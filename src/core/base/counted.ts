/** `1 task`, `3 tasks`: a count with its noun, where the plural ends in s. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** The word that so many take: `agreeing(2, "has", "have")` is `have`. */
export function agreeing(count: number, one: string, more: string): string {
  return count === 1 ? one : more;
}

/** `1 day old`, of times in milliseconds. */
export function ageInDays(since: number, now: number): string {
  return `${counted(Math.max(0, Math.floor((now - since) / 86_400_000)), "day")} old`;
}

/** 7372 as `7,372`. */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}
