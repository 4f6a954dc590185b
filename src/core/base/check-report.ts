import type { CheckCode } from "./codes/check-codes.ts";
import { present } from "./present.ts";

export const checkStatuses = ["OK", "WARN", "SKIP", "FAIL"] as const;
export type CheckStatus = (typeof checkStatuses)[number];

/** One thing that was checked. */
export interface CheckItem {
  readonly status: CheckStatus;
  /** Stable kebab-case id of the registry, e.g. `ami-type`. */
  readonly check: CheckCode;
  readonly message: string;
  /** What to do about it. */
  readonly fix?: string;
}

/** What was checked of one part of the whole: a branch of the tree. */
export interface CheckGroup {
  readonly subject: string;
  readonly items: readonly CheckItem[];
}

/** A tree of what is right and wrong: what `doctor`, `capacity check` and `eks check` find. */
export interface CheckReport {
  readonly groups: readonly CheckGroup[];
}

export const ok = (check: CheckCode, message: string): CheckItem => ({ status: "OK", check, message });
export const skip = (check: CheckCode, message: string, fix?: string): CheckItem => ({
  status: "SKIP",
  check,
  message,
  ...present({ fix }),
});
export const warn = (check: CheckCode, message: string, fix: string): CheckItem => ({
  status: "WARN",
  check,
  message,
  fix,
});
export const fail = (check: CheckCode, message: string, fix: string): CheckItem => ({
  status: "FAIL",
  check,
  message,
  fix,
});

/** Whether something is wrong, for the exit code. */
export function hasFailed({ groups }: CheckReport): boolean {
  return groups.some(({ items }) => items.some(({ status }) => status === "FAIL"));
}

/** How many names a message lists. */
const shown = 5;

/** The names, of many the first few. */
export function someOf(names: readonly string[]): string {
  return names.length > shown
    ? `${names.slice(0, shown).join(", ")} and ${names.length - shown} more`
    : names.join(", ");
}
