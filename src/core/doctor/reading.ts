import { skip, type CheckItem } from "../base/check-report.ts";
import type { CheckCode } from "../base/codes/check-codes.ts";

/** What was read, or why it could not be. */
export type Reading<Value> = { readonly value: Value } | Unread;

export interface Unread {
  /** Why not, in a sentence. */
  readonly unread: string;
  readonly fix?: string;
}

/** What was read; undefined where nothing was. */
export function valueOf<Value>(reading: Reading<Value> | undefined): Value | undefined {
  return reading !== undefined && "value" in reading ? reading.value : undefined;
}

/** SKIP with the reason where `what` could not be read, else what `judge` makes of it. */
export function judged<Value>(
  check: CheckCode,
  what: string,
  reading: Reading<Value>,
  judge: (value: Value) => readonly CheckItem[],
): readonly CheckItem[] {
  return "value" in reading ? judge(reading.value) : [skip(check, `${what}: ${reading.unread}`, reading.fix)];
}
