import type { SimResponse } from "./sim-http.ts";

/** A request on its way. */
export interface Sent {
  /** Whom it comes from: each process has a port of its own. */
  readonly port: number;
  readonly target: string | undefined;
  readonly authorization: string | undefined;
  readonly body: string;
  isGone(): boolean;
  /** The connection breaks. */
  fail(error: Error): void;
  /** Status and headers arrive; undefined where nobody waits any more. */
  answer(status: number, headers: Readonly<Record<string, string>>): SimResponse | undefined;
}

export interface Carrier {
  send(sent: Sent): void;
}

let current: Carrier | undefined;

export function carrier(): Carrier {
  if (current === undefined) throw new Error("no network is played");
  return current;
}

export function carryBy(one: Carrier): void {
  current = one;
}
