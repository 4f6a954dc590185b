import { present } from "../core/base/present.ts";
import type { Reading } from "../core/doctor/reading.ts";
import { AiplatError } from "../errors.ts";

/** What emulators answer to operations and services that they have not got. */
const unoffered: ReadonlySet<unknown> = new Set([
  "UnknownOperationException",
  "InvalidAction",
  "NotImplemented",
  "NotImplementedException",
]);

/** What an AWS call answers, or why it does not; Ctrl-C and bugs of aiplat end the reading. */
export async function read<Value>(ask: () => Promise<Value>): Promise<Reading<Value>> {
  try {
    return { value: await ask() };
  } catch (error) {
    if (!(error instanceof AiplatError) || error.code === "Interrupted" || error.code === "Bug") throw error;
    const { awsCode, httpStatus, service, operation } = error.details;
    if (unoffered.has(awsCode) || httpStatus === 501)
      return { unread: `the endpoint does not offer ${String(service)}:${String(operation)}` };
    const denied = error.code === "AccessDenied" ? { denied: true as const } : {};
    return { unread: error.message, ...present({ fix: error.hint }), ...denied };
  }
}
