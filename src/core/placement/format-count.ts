/** 7372 as `7,372`. */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}
