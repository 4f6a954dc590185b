// Stands in for node:timers/promises in the bundle of the fault suite.
import { timeOfNow } from "./virtual-time.ts";

export function setTimeout<Value>(
  milliseconds: number,
  value?: Value,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<Value | undefined> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      timer.cancelled = true;
      reject(Object.assign(new Error("The operation was aborted"), { name: "AbortError", code: "ABORT_ERR" }));
    };
    const timer = timeOfNow().after(milliseconds, () => {
      signal?.removeEventListener("abort", abort);
      resolve(value);
    });
    if (signal?.aborted === true) abort();
    else signal?.addEventListener("abort", abort, { once: true });
  });
}
