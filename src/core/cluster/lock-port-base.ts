import { lockPortBase, lockPortBaseTag } from "../catalog/lock-ports.ts";

/** The cluster's own lock port base, or the default. */
export function lockPortBaseOf(tags: Readonly<Record<string, string>>): number {
  const own = tags[lockPortBaseTag] ?? "";
  return /^\d{4,5}$/.test(own) ? Number(own) : lockPortBase;
}
