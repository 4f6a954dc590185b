import { fail, skip, type CheckItem } from "../base/check-report.ts";
import type { CheckCode } from "../base/codes/check-codes.ts";

/** What was read, or why it could not be. */
export type Reading<Value> = { readonly value: Value } | Unread;

export interface Unread {
  /** Why not, in a sentence. */
  readonly unread: string;
  readonly fix?: string;
  /** Whether the credentials may not ask: whoever makes the same call is refused. */
  readonly denied?: true;
}

/** What was read; undefined where nothing was. */
export function valueOf<Value>(reading: Reading<Value> | undefined): Value | undefined {
  return reading !== undefined && "value" in reading ? reading.value : undefined;
}

/** The command that carries the workload out. */
export type Carrier = "run-task" | "service deploy";

const carriers: Readonly<Record<Carrier, string>> = { "run-task": "run", "service deploy": "deployment" };

/** As `judged`, of what the workload's own command asks first: it FAILs where the credentials may not ask. */
export function judgedForCarrier<Value>(
  check: CheckCode,
  carrier: Carrier,
  what: string,
  reading: Reading<Value>,
  judge: (value: Value) => readonly CheckItem[],
): readonly CheckItem[] {
  if ("value" in reading || reading.denied !== true) return judged(check, what, reading, judge);
  return [
    fail(
      check,
      `${what}: ${reading.unread}, and a ${carriers[carrier]} would be refused there`,
      `${reading.fix === undefined ? "" : `${reading.fix} `}aiplat iam policy ${carrier} prints all that a ${carriers[carrier]} needs.`,
    ),
  ];
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
